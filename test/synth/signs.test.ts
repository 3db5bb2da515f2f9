import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.ts'
import { createFontSource } from '../../src/synth/fonts.ts'
import { PANEL_FAMILIES } from '../../src/synth/panel.ts'
import { PLATE_FAMILIES } from '../../src/synth/plate.ts'
import { synthSettings } from '../../src/synth/settings.ts'
import { drawSpecialSign } from '../../src/synth/sign.ts'
import { createSynthesizer } from '../../src/synth/synthesizer.ts'
import { createWordSource, DEFAULT_LIMITS, type LengthLimits } from '../../src/synth/words.ts'

function draw(input: Parameters<typeof synthSettings.parse>[0], count: number, limits: LengthLimits = DEFAULT_LIMITS) {
  const settings = synthSettings.parse(input)
  const words = createWordSource([], { settings: settings.words })
  const random = createRandom(11)
  return Array.from({ length: count }, () => drawSpecialSign(random, limits, { words, settings }))
}

describe('readings and plates', () => {
  it('come as often as the settings say, and keep the limits', () => {
    const usual = draw({}, 20000)
    expect(usual.filter((sign) => sign && sign.bearer !== 'plate').length / 20000).toBeCloseTo(0.04, 2)
    expect(usual.filter((sign) => sign?.bearer === 'plate').length / 20000).toBeCloseTo(0.03, 2)
    expect(draw({ surface: { displays: 0, plates: 0 } }, 500).every((sign) => sign === undefined)).toBe(true)
    for (const [minimumLength, maximumLength] of [
      [1, 1],
      [4, 5],
      [9, 12],
      [20, 32],
    ] as const) {
      for (const sign of draw({ surface: { displays: 0.5, plates: 0.5 } }, 500, { minimumLength, maximumLength })) {
        if (!sign) continue
        expect(sign.text.length).toBeGreaterThanOrEqual(minimumLength)
        expect(sign.text.length).toBeLessThanOrEqual(maximumLength)
      }
    }
  })

  it('read as displays and plates do, and hold spaces only where phrases may', () => {
    const signs = draw({ surface: { displays: 0.8, plates: 0.2 } }, 4000)
    const seven = signs.flatMap((sign) => (sign?.bearer === 'seven' ? [sign.text] : []))
    const share = (pattern: RegExp) => seven.filter((text) => pattern.test(text)).length / seven.length
    expect(share(/^-/)).toBeGreaterThan(0.05)
    expect(share(/^-?\d+\.\d+$/)).toBeGreaterThan(0.2)
    expect(share(/^\d{1,2}:\d\d/)).toBeGreaterThan(0.1)
    expect(share(/[A-Z]/)).toBeLessThan(0.2)
    const plates = signs.flatMap((sign) => (sign?.bearer === 'plate' ? [sign.text] : []))
    expect(plates.every((text) => /^[A-Z0-9 .+%/-]+$/.test(text))).toBe(true)
    expect(plates.filter((text) => text.includes(' ')).length / plates.length).toBeGreaterThan(0.15)
    const joined = draw({ words: { phrases: 0 }, surface: { displays: 0.5, plates: 0.5 } }, 4000)
    expect(joined.some((sign) => sign?.text.includes(' '))).toBe(false)
  })
})

const fontFolder = 'fonts/node_modules'

describe.skipIf(!existsSync(`${fontFolder}/@fontsource/dseg14-classic`))('faces of displays and plates', () => {
  it('are installed, all that are named, and segments draw no ordinary words', () => {
    const fonts = createFontSource(fontFolder)
    const named = [...new Set([...Object.values(PANEL_FAMILIES).flat(), ...PLATE_FAMILIES])]
    const random = createRandom(1)
    for (const family of named) expect(fonts.drawOf(random, '18', [family])?.file, family).toContain(`/${family}/`)
    expect(fonts.drawOf(random, '18', ['no-such-family'])).toBeUndefined()
    for (let index = 0; index < 400; index++) expect(fonts.draw(random, '18').category).not.toBe('segments')
  })

  it('are drawn by the engine: figures of segments, capitals in narrow faces', async () => {
    const displays = await createSynthesizer({ fontFolder, settings: { surface: { displays: 1, plates: 0 } } })
    const plates = await createSynthesizer({ fontFolder, settings: { surface: { plates: 1, displays: 0 } } })
    const limits = { minimumLength: 2, maximumLength: 9 }
    for (let seed = 0; seed < 40; seed++) {
      const display = displays.sample(seed, limits)
      expect(
        Object.values(PANEL_FAMILIES)
          .flat()
          .some((family) => display.font.includes(`/${family}/`)),
      ).toBe(true)
      expect(display.characterQuads).toHaveLength(8 * display.text.length)
      const { text, font } = plates.sample(seed, limits)
      expect(PLATE_FAMILIES.some((family) => font.includes(`/${family}/`))).toBe(true)
      expect(text).toMatch(/^[A-Z0-9 .+%/-]+$/)
      expect(plates.sample(seed, limits).text).toBe(text)
    }
  })
})

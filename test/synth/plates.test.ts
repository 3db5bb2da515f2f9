import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.ts'
import { createFontSource } from '../../src/synth/fonts.ts'
import { boxOf, setLine } from '../../src/synth/line.ts'
import { PLATE_FAMILIES } from '../../src/synth/plate.ts'
import { drawPlateLayout } from '../../src/synth/plate-layout.ts'
import { createSynthesizer } from '../../src/synth/synthesizer.ts'
import type { Box } from '../../src/synth/warp.ts'

const fontFolder = 'fonts/node_modules'

const holds = (outer: Box, inner: Box) =>
  inner.left > outer.left - 1e-6 &&
  inner.right < outer.right + 1e-6 &&
  inner.top > outer.top - 1e-6 &&
  inner.bottom < outer.bottom + 1e-6
const meet = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

describe.skipIf(!existsSync(`${fontFolder}/@fontsource/oswald`))('plates', () => {
  const fonts = createFontSource(fontFolder)
  const random = createRandom(3)
  const plates = Array.from({ length: 400 }, () => {
    const face = fonts.drawOf(random, 'AB 123', PLATE_FAMILIES)!
    const line = setLine(random, 'AB 123', face, { extra: 0, kern: true }, 0)
    return { line, plate: drawPlateLayout(random, line, () => ({ text: 'Garage', face })) }
  })

  it('bear characters and furniture on their board', () => {
    for (const { line, plate } of plates) {
      const { furniture, holes, box } = plate
      const parts = [...furniture.shapes, ...holes.shapes].map(boxOf)
      for (const part of [line.box, ...parts, ...[...furniture.lines, ...holes.lines].map((each) => each.box)])
        expect(holds(box, part)).toBe(true)
    }
    const bearing = plates.filter(({ plate: { furniture } }) => furniture.lines.length + furniture.shapes.length > 0)
    expect(bearing.length / plates.length).toBeGreaterThan(0.6)
  })

  it('have no furniture over a character, and leave out only what the furniture covers', () => {
    for (const { line, plate } of plates) {
      const characters = line.corners.filter((_, index) => line.glyphs[index]!.character !== ' ').map(boxOf)
      const covered = plate.furniture.shapes.map(boxOf)
      for (const part of [...covered, ...plate.furniture.lines.map(({ box }) => box)])
        expect(characters.some((character) => meet(character, part))).toBe(false)
      for (const hole of [...plate.holes.shapes.map(boxOf), ...plate.holes.lines.map(({ box }) => box)])
        expect(covered.some((shape) => holds(shape, hole))).toBe(true)
    }
  })

  it('are labelled by their characters alone', async () => {
    const engine = await createSynthesizer({ fontFolder, settings: { surface: { plates: 1, displays: 0 } } })
    for (let seed = 0; seed < 40; seed++) {
      const { text, characterQuads } = engine.sample(seed, { minimumLength: 5, maximumLength: 9 })
      expect(text).toMatch(/^[A-Z0-9 .+%/-]+$/)
      expect(characterQuads.length).toBe(8 * text.length)
    }
  })
})

import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.ts'
import { type SynthSettings, synthPresets, synthSettings } from '../../src/synth/settings.ts'
import { createSynthesizer, type SynthSample } from '../../src/synth/synthesizer.ts'

const fontFolder = 'fonts/node_modules'
// Three small pictures serve as photographs.
const backgroundFolder = await mkdtemp(join(tmpdir(), 'safl-backgrounds-'))
for (const name of ['a', 'b', 'c']) {
  const random = createRandom(name.charCodeAt(0))
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, () => random() * 256)
  await sharp(data, { raw: { width: 40, height: 30, channels: 3 } })
    .resize(320, 240)
    .png()
    .toFile(join(backgroundFolder, `${name}.png`))
}

async function draw(settings: object, count = 24): Promise<SynthSample[]> {
  const synthesizer = await createSynthesizer({ fontFolder, settings, backgroundFolder })
  return Array.from({ length: count }, (_, seed) => synthesizer.sample(seed))
}

const same = (first: readonly SynthSample[], second: readonly SynthSample[]) =>
  first.filter(({ image }, index) => Buffer.compare(image.data, second[index]!.image.data) === 0).length

describe.skipIf(!existsSync(fontFolder))('settings of the engine', () => {
  it('plain: two colours and their blends, letters upright in a row', async () => {
    for (const { image, characterQuads } of await draw(synthPresets.plain, 12)) {
      const counts = new Map<number, number>()
      for (let place = 0; place < image.data.length; place += 3) {
        const value = image.data[place]! * 65536 + image.data[place + 1]! * 256 + image.data[place + 2]!
        counts.set(value, (counts.get(value) ?? 0) + 1)
      }
      const ground = Math.max(...counts.values()) / (image.width * image.height)
      expect(ground).toBeGreaterThan(0.2)
      for (let quad = 0; quad < characterQuads.length; quad += 8) {
        const [x0, y0, x1, y1, x2, y2, x3, y3] = [...characterQuads.subarray(quad, quad + 8)] as [
          ...Parameters<
            (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => void
          >,
        ]
        for (const [a, b] of [
          [x0, x3],
          [x1, x2],
          [y0, y1],
          [y2, y3],
        ] as const)
          expect(a).toBeCloseTo(b, 5)
      }
    }
  })

  it('every dial turns something', async () => {
    const { words: _, ...dials } = synthSettings.parse({})
    const usual = await draw({})
    for (const [group, settings] of Object.entries(dials)) {
      for (const [name, value] of Object.entries(settings)) {
        const changed = await draw({ [group]: { [name]: value < 1 ? 1 : 0 } }, 16)
        expect(same(changed, usual), `${group}.${name}`).toBeLessThan(16)
      }
    }
  })

  it('one seed, one picture, for each of the rarer finishes', async () => {
    for (const name of [
      'engraved',
      'neon',
      'dotted',
      'reflecting',
    ] as const satisfies (keyof SynthSettings['surface'])[]) {
      const settings = { surface: { [name]: 1 } }
      const [first, second] = [await draw(settings, 4), await draw(settings, 4)]
      expect(first).toEqual(second)
    }
  })

  it('refuses what it does not know, by name', async () => {
    await expect(createSynthesizer({ fontFolder, settings: { camera: { blur: 9 } } })).rejects.toThrow(/camera.blur/)
    await expect(createSynthesizer({ fontFolder, settings: { camera: { blurr: 1 } } as never })).rejects.toThrow(
      /blurr/,
    )
  })
})

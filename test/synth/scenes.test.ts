import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.ts'
import { viewScene } from '../../src/synth/scene.ts'
import { createSynthesizer, type Synthesizer } from '../../src/synth/synthesizer.ts'

const fontFolder = 'fonts/node_modules'
const lexiconFile = '../shared/data/lexicon-90k.txt'
const lexicon = existsSync(lexiconFile) ? { lexiconFile } : {}
const LONG = { minimumLength: 24, maximumLength: 32 }

/** Whether (x, y) lies in a convex quadrilateral of eight numbers, or up to about a pixel beside it. */
function isInside(quad: readonly number[], x: number, y: number): boolean {
  const sides = [0, 1, 2, 3].map((corner) => {
    const [ax, ay] = [quad[2 * corner]!, quad[2 * corner + 1]!]
    const [bx, by] = [quad[(2 * corner + 2) % 8]!, quad[(2 * corner + 3) % 8]!]
    return ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / (Math.hypot(bx - ax, by - ay) + 1e-9)
  })
  return sides.every((side) => side > -1.2) || sides.every((side) => side < 1.2)
}

describe.skipIf(!existsSync(fontFolder))('scenes and shows', () => {
  let synthesizer: Synthesizer
  beforeAll(async () => {
    synthesizer = await createSynthesizer({ fontFolder, ...lexicon })
  })

  it('show 0 is the sample, at once and later, in this engine and in another', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const scene = synthesizer.scene(seed)
      const sample = synthesizer.sample(seed)
      expect(synthesizer.show(scene, 0)).toEqual(sample)
      expect(synthesizer.show(scene, 0)).toEqual(sample)
      expect(synthesizer.show(synthesizer.scene(seed), 0)).toEqual(sample)
    }
    const other = await createSynthesizer({ fontFolder, ...lexicon })
    expect(other.show(structuredClone(synthesizer.scene(3)), 0)).toEqual(synthesizer.sample(3))
  })

  it('further shows differ, are of the same size and text, and come out alike each time', () => {
    for (let seed = 0; seed < 12; seed++) {
      const scene = synthesizer.scene(seed)
      const shows = [0, 1, 2].map((show) => synthesizer.show(scene, show))
      for (const [index, show] of shows.entries()) {
        expect([show.image.width, show.image.height, show.text]).toEqual([scene.width, scene.height, scene.text])
        expect(synthesizer.show(scene, index)).toEqual(show)
        expect(show.characterQuads).toHaveLength(8 * show.text.length)
      }
      expect(shows[1]!.image.data).not.toEqual(shows[0]!.image.data)
      expect(shows[2]!.image.data).not.toEqual(shows[1]!.image.data)
      expect(shows[1]!.characterQuads).not.toEqual(shows[0]!.characterQuads)
    }
  })

  it('labels move with what they label', async () => {
    const settings = { layout: { neighbours: 0, rules: 0 }, ink: { bold: 0, outlined: 0, hollow: 0, shadowed: 0 } }
    const plain = await createSynthesizer({ fontFolder, settings, ...lexicon })
    let [inside, total, moved] = [0, 0, 0]
    for (let seed = 0; seed < 60; seed++) {
      const scene = plain.scene(seed, { minimumLength: 3, maximumLength: 12 })
      const view = viewScene(createRandom(seed), scene)
      const { width, height } = scene
      const quads = [...scene.text].map((_, index) =>
        Array.from(view.characterQuads.slice(8 * index, 8 * index + 8), (value, at) =>
          at % 2 === 0 ? value * width : value * height,
        ),
      )
      moved += Math.abs((view.characterQuads[0]! - scene.characterQuads[0]!) * width)
      if (scene.outline) {
        // The outline's first point is a point of the plane as the quadrilaterals' are: it moves about as far.
        expect(
          Math.abs(view.outline![0]! - scene.outline[0]! - (view.characterQuads[0]! - scene.characterQuads[0]!)),
        ).toBeLessThan(0.1)
      }
      for (let y = 0, pixel = 0; y < height; y++) {
        for (let x = 0; x < width; x++, pixel++) {
          if (view.ink[pixel]! < 128) continue
          total++
          if (quads.some((quad) => isInside(quad, x + 0.5, y + 0.5))) inside++
        }
      }
    }
    expect(inside / total).toBeGreaterThan(0.98)
    expect(moved / 60).toBeGreaterThan(1)
  })
})

describe.skipIf(!existsSync(fontFolder))('sizes', () => {
  let synthesizer: Synthesizer
  beforeAll(async () => {
    synthesizer = await createSynthesizer({ fontFolder, ...lexicon })
  })

  it('long texts keep their shape instead of being small', () => {
    const widths: number[] = []
    for (let seed = 0; seed < 60; seed++) {
      const { width, height } = synthesizer.sample(seed, LONG).image
      expect(width).toBeLessThanOrEqual(768)
      expect(height).toBeLessThanOrEqual(176)
      widths.push(width)
    }
    expect(Math.max(...widths)).toBeGreaterThan(500)
  })

  it('a size that is asked for is nearly always found, by the same words each time', () => {
    const wide = ({ width, height }: { width: number; height: number }) => width > 3 * height && width <= 5 * height
    let found = 0
    for (let seed = 0; seed < 60; seed++) {
      const sample = synthesizer.sample(seed, { minimumLength: 4, maximumLength: 9 }, { fits: wide })
      expect(synthesizer.sample(seed, { minimumLength: 4, maximumLength: 9 }, { fits: wide })).toEqual(sample)
      if (wide(sample.image)) found++
    }
    expect(found).toBeGreaterThan(54)
    // What none can fulfil ends, too.
    expect(synthesizer.sample(1, LONG, { fits: () => false }).text.length).toBeGreaterThanOrEqual(24)
    const [first] = [synthesizer.sample(2)]
    expect(synthesizer.sample(2, undefined, { fits: () => true })).toEqual(first)
  })

  it('far margins leave the word whole, with ground beside it', async () => {
    const far = await createSynthesizer({ fontFolder, settings: { layout: { far: 1 } }, ...lexicon })
    let roomy = 0
    for (let seed = 0; seed < 80; seed++) {
      const { image, characterQuads } = far.sample(seed, { minimumLength: 3, maximumLength: 8 })
      expect(image.width).toBeLessThanOrEqual(768)
      expect(image.height).toBeLessThanOrEqual(176)
      const xs = [...characterQuads].filter((_, index) => index % 2 === 0)
      const share = Math.max(...xs) - Math.min(...xs)
      expect(Math.min(...xs)).toBeGreaterThan(-0.02)
      expect(Math.max(...xs)).toBeLessThan(1.02)
      if (share < 0.85) roomy++
    }
    expect(roomy).toBeGreaterThan(60)
  })

  it('stacked letters run downwards, each below the one before, and have no edges', async () => {
    const settings = { layout: { stacked: 1, oblique: 0, tilted: 0 } }
    const stacked = await createSynthesizer({ fontFolder, settings, ...lexicon })
    let seen = 0
    for (let seed = 0; seed < 40; seed++) {
      const { text, characterQuads, outline, image } = stacked.sample(seed, { minimumLength: 3, maximumLength: 8 })
      if (outline !== null) continue
      seen++
      expect(image.height).toBeGreaterThan(image.width * 0.8)
      for (let index = 1; index < text.length; index++)
        expect(characterQuads[8 * index + 1]!).toBeGreaterThan(characterQuads[8 * index - 1]! - 0.001)
    }
    expect(seen).toBeGreaterThan(25)
  })
})

describe.skipIf(!existsSync(fontFolder))('crops without a word', () => {
  it('are of every shape, labelled with nothing, and alike each time', async () => {
    const synthesizer = await createSynthesizer({ fontFolder, ...lexicon })
    const aspects: number[] = []
    let [tiny, flat] = [0, 0]
    for (let seed = 0; seed < 300; seed++) {
      const sample = synthesizer.nothing(seed)
      const { width, height, data } = sample.image
      expect(sample).toMatchObject({ text: '', font: '', outline: null })
      expect(sample.characterQuads).toHaveLength(0)
      expect(data).toHaveLength(width * height * 3)
      expect(width).toBeLessThanOrEqual(768)
      expect(height).toBeLessThanOrEqual(176)
      if (width <= 8 && height <= 8) tiny++
      if (data.every((value, index) => value === data[index % 3])) flat++
      aspects.push(width / height)
    }
    expect(synthesizer.nothing(5)).toEqual(synthesizer.nothing(5))
    expect(Math.min(...aspects)).toBeLessThan(0.5)
    expect(Math.max(...aspects)).toBeGreaterThan(8)
    expect(tiny).toBeGreaterThan(3)
    expect(flat).toBeGreaterThan(10)
  })

  it('fit a shape that is asked for', async () => {
    const synthesizer = await createSynthesizer({ fontFolder, ...lexicon })
    for (let seed = 0; seed < 60; seed++) {
      const { image } = synthesizer.nothing(seed, { fits: ({ width, height }) => width > 6 * height })
      expect(image.width).toBeGreaterThan(6 * image.height)
    }
  })
})

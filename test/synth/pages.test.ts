import { existsSync } from 'node:fs'
import { createCanvas } from '@napi-rs/canvas'
import { beforeAll, describe, expect, it } from 'vitest'
import { CHARACTERS } from '../../src/charset.ts'
import type { LabelledPhotograph } from '../../src/data/labelled-photograph.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { intersectionArea, signedArea } from '../../src/image/polygon.ts'
import { createRandom, deriveSeed } from '../../src/random.ts'
import { drawBlock } from '../../src/synth/block.ts'
import { createFontSource, type FontSource } from '../../src/synth/fonts.ts'
import { renderInk } from '../../src/synth/ink.ts'
import { NO_FURNITURE, placeGlyph } from '../../src/synth/layout.ts'
import { createPages, loadPages, type Page } from '../../src/synth/page.ts'
import { measureRestlessness } from '../../src/synth/page-ground.ts'
import { type PlacedWord, placeBlock, placedWords } from '../../src/synth/page-layout.ts'
import { synthSettings } from '../../src/synth/settings.ts'
import { createWordSource, type WordSource } from '../../src/synth/words.ts'

const fontFolder = 'fonts/node_modules'
const lexiconFile = '../shared/data/lexicon-90k.txt'

/** A photograph of hills, so to speak. */
function drawBackground(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)]
    return 128 + 60 * Math.sin(x / 19 + (index % 3)) + 50 * Math.sin(y / 13 + x / 40)
  })
  return { width, height, data }
}

describe.skipIf(!existsSync(fontFolder))('pages', () => {
  const settings = synthSettings.parse({})
  const backgrounds = [drawBackground(300, 200), drawBackground(900, 700)]
  let fonts: FontSource
  let words: WordSource
  let draw: (seed: number) => Page
  let pages: Page[]

  beforeAll(() => {
    fonts = createFontSource(fontFolder)
    words = createWordSource([], { settings: settings.words })
    draw = createPages({ fonts, words, backgrounds, settings, width: 480, height: 352 })
    pages = Array.from({ length: 40 }, (_, seed) => draw(seed))
  }, 60_000)

  it('are labelled photographs, the same for the same seed, whatever was drawn between, and in a second engine', () => {
    const page: LabelledPhotograph = draw(5)
    expect(page).toEqual(pages[5])
    expect([page.image.width, page.image.height, page.image.data.length]).toEqual([480, 352, 3 * 480 * 352])
    const other = createPages({
      fonts: createFontSource(fontFolder),
      words,
      backgrounds,
      settings,
      width: 480,
      height: 352,
    })
    expect(other(5)).toEqual(pages[5])
    expect(draw(6).image.data).not.toEqual(page.image.data)
  })

  it('words lie inside, go clockwise, meet no other, and say what the charset has', () => {
    let [known, ignored] = [0, 0]
    for (const { words: own } of pages) {
      for (const [index, { quadrilateral, text, ignored: isIgnored }] of own.entries()) {
        for (const [x, y] of quadrilateral) {
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x).toBeLessThanOrEqual(480)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y).toBeLessThanOrEqual(352)
        }
        expect(signedArea(quadrilateral)).toBeGreaterThan(1)
        for (const other of own.slice(index + 1)) expect(intersectionArea(quadrilateral, other.quadrilateral)).toBe(0)
        expect(text === null).toBe(isIgnored)
        for (const character of text ?? '') expect(CHARACTERS).toContain(character)
        if (isIgnored) ignored++
        else known++
      }
      expect(own.length).toBeLessThanOrEqual(70)
    }
    expect(known).toBeGreaterThan(150)
    expect(ignored).toBeGreaterThan(5)
    expect(ignored).toBeLessThan(known / 2)
  })

  it('have none to many words, low and high', () => {
    const counts = pages.map(({ words: own }) => own.length)
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(0)
    expect(Math.max(...counts)).toBeGreaterThan(20)
    const heights = pages.flatMap(({ words: own }) =>
      own.map(({ quadrilateral: [a, , , d] }) => Math.hypot(d[0] - a[0], d[1] - a[1])),
    )
    expect(heights.filter((height) => height < 14).length).toBeGreaterThan(heights.length / 10)
    expect(Math.max(...heights)).toBeGreaterThan(60)
  })

  it('letters stand out from what is around them', () => {
    let [clear, all] = [0, 0]
    for (const { image, words: own } of pages) {
      for (const { quadrilateral, ignored } of own) {
        if (ignored) continue
        const values = insideOf(image, quadrilateral)
        all++
        if (Math.max(...values) - Math.min(...values) > 20) clear++
      }
    }
    expect(clear / all).toBeGreaterThan(0.95)
  })

  it('all ink of a block lies in the quadrilaterals of its words, which fit it on every side', () => {
    const size = { width: 480, height: 480 }
    const context = createCanvas(size.width, size.height).getContext('2d')
    const restlessness = measureRestlessness({ ...size, data: new Float32Array(3 * size.width * size.height) })
    let [measured, tight] = [0, 0]
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(deriveSeed(77, seed))
      const block = drawBlock(random, { fonts, words, settings, most: 12 })
      const hung = placeBlock(random, block, { ...size, placed: [], restlessness, settings: settings.layout })
      const placed = hung ? placedWords(hung).flat() : []
      if (!hung || placed.some(({ letterHeight }) => letterHeight < 16)) continue
      const glyphs = block.lines.flatMap(({ line }) =>
        line.glyphs
          .filter(({ character }) => character !== ' ')
          .map((glyph) => placeGlyph(line.face, glyph, hung.toPage)),
      )
      const empty = {
        neighbours: [],
        rules: [],
        ...NO_FURNITURE,
        characterQuads: new Float32Array(0),
        outline: null,
      }
      const plain = { weight: 0, outline: 0, hollow: false, shadow: undefined }
      const masks = renderInk(context, { ...size, ...empty, inkHeight: 20, word: glyphs }, plain)
      const reaches = placed.map(() => [1, 0, 1, 0])
      let [inside, ink] = [0, 0]
      for (let pixel = 0; pixel < size.width * size.height; pixel++) {
        if (masks[4 * pixel]! < 128) continue
        ink++
        const [x, y] = [(pixel % size.width) + 0.5, Math.floor(pixel / size.width) + 0.5]
        for (const [index, word] of placed.entries()) {
          const [along, across] = placeIn(word, x, y)
          if (Math.min(along, 1 - along, across, 1 - across) < -0.06) continue
          inside++
          const reach = reaches[index]!
          reach[0] = Math.min(reach[0]!, along)
          reach[1] = Math.max(reach[1]!, along)
          reach[2] = Math.min(reach[2]!, across)
          reach[3] = Math.max(reach[3]!, across)
          break
        }
      }
      expect(inside / ink, `seed ${seed}`).toBeGreaterThan(0.985)
      if (hung.isCurved) continue
      for (const [index, [left, right, top, bottom]] of reaches.entries()) {
        const {
          quadrilateral: [a, b, , d],
        } = placed[index]!
        const room = (length: number) => 0.04 + 3 / length + 0.06 * (placed[index]!.letterHeight / length)
        const [wide, high] = [Math.hypot(b[0] - a[0], b[1] - a[1]), Math.hypot(d[0] - a[0], d[1] - a[1])]
        if (Math.max(left!, 1 - right!) < room(wide) && Math.max(top!, 1 - bottom!) < room(high)) tight++
        measured++
      }
    }
    expect(measured).toBeGreaterThan(40)
    // A letter that is turned by itself does not reach the corners of its own box.
    expect(tight / measured).toBeGreaterThan(0.95)
  })

  it.skipIf(!existsSync(lexiconFile))('of files, without backgrounds', async () => {
    const drawn = await loadPages({ fontFolder, lexiconFile, width: 320, height: 320, mostWords: 8 })
    const few = Array.from({ length: 10 }, (_, seed) => drawn(seed))
    expect(few.some(({ words: own }) => own.length > 0)).toBe(true)
    expect(few.every(({ words: own }) => own.length < 12)).toBe(true)
    await expect(loadPages({ fontFolder, backgroundFolder: '/none' })).rejects.toThrow('/none')
  })
})

/** Where a point lies in a word, 0 to 1 along and across it, as if its quadrilateral were a parallelogram. */
function placeIn({ quadrilateral: [a, b, c, d] }: PlacedWord, x: number, y: number): [number, number] {
  const distance = ([px, py]: readonly [number, number], [qx, qy]: readonly [number, number]) =>
    ((qx - px) * (y - py) - (qy - py) * (x - px)) / Math.hypot(qx - px, qy - py)
  const [top, right, bottom, left] = [distance(a, b), distance(b, c), distance(c, d), distance(d, a)]
  return [left / (left + right), top / (top + bottom)]
}

/** Brightness of the pixels of a quadrilateral's bounding box whose middles lie inside. */
function insideOf({ width, height, data }: RgbImage, quadrilateral: Page['words'][number]['quadrilateral']): number[] {
  const [xs, ys] = [quadrilateral.map(([x]) => x), quadrilateral.map(([, y]) => y)]
  const values: number[] = []
  for (let y = Math.floor(Math.min(...ys)); y < Math.min(height, Math.max(...ys)); y++) {
    for (let x = Math.floor(Math.min(...xs)); x < Math.min(width, Math.max(...xs)); x++) {
      const [along, across] = placeIn({ quadrilateral, text: '', letterHeight: 0, letterWidth: 0 }, x + 0.5, y + 0.5)
      if (Math.min(along, 1 - along, across, 1 - across) >= 0) values.push(data[3 * (y * width + x) + 1]!)
    }
  }
  return values
}

import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finder, FoundWord } from '../../src/find/finder.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { startingAt } from '../../src/image/quadrilateral.ts'
import { TextReader } from '../../src/read/text-reader.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { type DrawnWord, drawn, drawPhotograph } from './drawn-photograph.ts'

const upright = [
  drawn('FRESH', [60, 40]),
  drawn('BREAD', [220, 40]),
  drawn('EVERY', [60, 100]),
  drawn('DAY', [220, 100]),
]
const rotated = [drawn('PARKING', [420, 420], { angle: -30 }), drawn('HOTEL', [700, 330], { angle: 90 })]

/** Finds what was drawn, each word from another corner on, as shapes alone would have it. */
class MadeUpFinder implements Finder {
  readonly seen: RgbImage[] = []
  disposed = false
  private readonly words: readonly FoundWord[]

  constructor(words: readonly DrawnWord[], scale = 1) {
    this.words = words.map(({ quadrilateral }, place) => {
      const [a, b, c, d] = startingAt(quadrilateral, place % 4).map(([x, y]) => [x * scale, y * scale] as const)
      return { quadrilateral: [a!, b!, c!, d!], score: 0.9 - place / 100 }
    })
  }

  async find(image: RgbImage): Promise<FoundWord[]> {
    this.seen.push(image)
    return [...this.words].reverse()
  }

  async dispose(): Promise<void> {
    this.disposed = true
  }
}

describe('reading photographs', () => {
  let recognizer: SceneTextRecognizer
  let photograph: Buffer<ArrayBuffer>
  const withFinder = (finder: Finder | null) => TextReader.of({ recognizer, finder })
  beforeAll(async () => {
    recognizer = await SceneTextRecognizer.load()
    photograph = Buffer.from(
      await drawPhotograph([...upright, ...rotated])
        .png()
        .toBuffer(),
    )
  })
  afterAll(() => recognizer.dispose())

  test('words, lines and text, in reading order, each word in its own direction', async () => {
    const reader = withFinder(new MadeUpFinder([...upright, ...rotated]))
    const { width, height, text, lines, words } = await reader.read(photograph)
    expect([width, height]).toEqual([800, 600])
    expect(text).toBe('FRESH BREAD\nEVERY DAY\nPARKING\nHOTEL')
    expect(lines.map(({ block }) => block)).toEqual([0, 0, 1, 2])
    expect(lines.flatMap((line) => line.words)).toEqual(words)
    for (const [place, word] of [...upright, ...rotated].entries()) {
      expect(words[place]!.text).toBe(word.text)
      expect(words[place]!.quadrilateral).toEqual(word.quadrilateral)
      expect(words[place]!.score).toBeCloseTo(0.9 - place / 100, 6)
      expect(words[place]!.characters.map(({ character }) => character).join('')).toBe(word.text)
      expect(words[place]).not.toHaveProperty('box')
    }
  })

  test('finding alone gives boxes in reading order, and they read as what was found', async () => {
    const reader = withFinder(new MadeUpFinder(upright))
    const found = await reader.find(photograph)
    expect(found).toHaveLength(4)
    const read = await reader.read(photograph, { boxes: upright.map(({ quadrilateral }) => quadrilateral) })
    expect(read.text).toBe('FRESH BREAD\nEVERY DAY')
    expect(read.words.map(({ box, score }) => [box, score])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ])
    const again = await reader.read(photograph, { boxes: [{ quadrilateral: upright[3]!.quadrilateral, score: 0.25 }] })
    expect(again.words).toMatchObject([{ text: 'DAY', score: 0.25, box: 0 }])
  })

  test('options of the recogniser hold for every word', async () => {
    const reader = withFinder(null)
    const boxes = upright.map(({ quadrilateral }) => quadrilateral)
    const { words } = await reader.read(photograph, {
      boxes,
      lexicon: ['fresh', 'bride', 'ever', 'days'],
      alternatives: 2,
    })
    expect(words[0]!.text).toBe('fresh')
    for (const { text, alternatives } of words) {
      expect(['fresh', 'bride', 'ever', 'days']).toContain(text)
      expect(alternatives!.length).toBeGreaterThan(0)
    }
    await expect(reader.read(photograph, { boxes, signal: AbortSignal.abort() })).rejects.toThrow()
  })

  test('words that are less sure than asked for, and what reads as nothing, are left out', async () => {
    const reader = withFinder(null)
    const blank = drawn('....', [60, 300]).quadrilateral
    const boxes = [blank, ...upright.map(({ quadrilateral }) => quadrilateral)]
    const all = await reader.read(photograph, { boxes })
    expect(all.words.map(({ box }) => box)).toEqual([1, 2, 3, 4])
    const least = Math.min(...all.words.map(({ confidence }) => confidence))
    const sure = await reader.read(photograph, { boxes, minimumConfidence: Math.min(1, least + 1e-6) })
    expect(sure.words).toEqual(all.words.filter(({ confidence }) => confidence >= least + 1e-6))
    expect(await reader.read(photograph, { boxes: [] })).toEqual({
      width: 800,
      height: 600,
      text: '',
      lines: [],
      words: [],
    })
  })

  test('the surer the finder is, the less surely a found word need be read', async () => {
    const scored = (score: number): Finder => ({
      find: async () => upright.map(({ quadrilateral }) => ({ quadrilateral, score })),
      dispose: async () => {},
    })
    // Of one character alone nothing that is read is sure.
    const options = { pattern: '[0-9]' }
    const all = await withFinder(scored(0)).read(photograph, { ...options, minimumConfidence: 0 })
    expect(all.words).toHaveLength(4)
    for (const score of [0.3, 1]) {
      const { words } = await withFinder(scored(score)).read(photograph, options)
      const kept = all.words.filter(({ confidence }) => confidence >= 0.75 - score / 2)
      expect(words.map(({ text }) => text)).toEqual(kept.map(({ text }) => text))
    }
    expect((await withFinder(scored(1)).read(photograph)).text).toBe('FRESH BREAD\nEVERY DAY')
  })

  test('a path, a URL, bytes, a blob and pixels of one photograph read alike', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'safl-')), 'street.png')
    await writeFile(path, photograph)
    const { data, info } = await drawPhotograph([...upright, ...rotated])
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const pixels = { width: info.width, height: info.height, data }
    const boxes = [upright[0]!.quadrilateral]
    const reader = withFinder(null)
    const wanted = await reader.read(path, { boxes })
    expect(wanted.text).toBe('FRESH')
    for (const source of [pathToFileURL(path), photograph, new Blob([photograph]), pixels])
      expect(await reader.read(source, { boxes })).toEqual(wanted)
    await expect(reader.read('nowhere.jpg', { boxes })).rejects.toThrow('nowhere.jpg: no such file')
    await expect(reader.read('https://example.org/a.jpg', { boxes })).rejects.toThrow(/only files are read/)
    await expect(reader.read(Uint8Array.of(1, 2, 3), { boxes })).rejects.toThrow(/^image: is no image that can be read/)
  })

  test('a photograph is read in full resolution and upright, as its EXIF orientation says', async () => {
    const small = drawn('TINY', [1500, 2000], { height: 24 })
    const picture = drawPhotograph([small], { width: 4000, height: 3000 })
    const lying = await picture.clone().rotate(270).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer()
    const finder = new MadeUpFinder([small])
    const { width, height, words } = await withFinder(finder).read(lying)
    expect([width, height]).toEqual([4000, 3000])
    expect(finder.seen[0]).toMatchObject({ width: 4000, height: 3000 })
    expect(words.map(({ text }) => text)).toEqual(['TINY'])
  })

  test('a huge photograph is reduced, and its places are its own; a larger one is refused by its header', async () => {
    const large = drawn('LARGE', [3000, 4000], { height: 400 })
    const jpeg = await drawPhotograph([large], { width: 12_000, height: 9000 }).jpeg().toBuffer()
    const finder = new MadeUpFinder([large], Math.sqrt(25e6 / 108e6))
    const { width, height, words } = await withFinder(finder).read(jpeg)
    expect([width, height]).toEqual([12_000, 9000])
    expect(finder.seen[0]).toMatchObject({ width: 5774, height: 4330 })
    expect(words.map(({ text }) => text)).toEqual(['LARGE'])
    for (const [place, [x, y]] of words[0]!.quadrilateral.entries()) {
      expect(Math.abs(x - large.quadrilateral[place]![0])).toBeLessThan(2)
      expect(Math.abs(y - large.quadrilateral[place]![1])).toBeLessThan(2)
    }
    const header = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="19000" height="12000"><rect width="9" height="9"/></svg>',
    )
    await expect(withFinder(null).read(header, { boxes: [] })).rejects.toThrow(/^image: (is 19000x12000|has more than)/)
  })

  test('a blank picture, one pixel and a picture full of words are answered', async () => {
    const one = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }
    const box = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const
    expect((await withFinder(null).read(one, { boxes: [box] })).words).toEqual([])
    const page = Array.from({ length: 1000 }, (_, place) =>
      drawn(`W${place}`, [10 + 130 * (place % 20), 10 + 40 * Math.floor(place / 20)], { height: 24 }),
    )
    const picture = await drawPhotograph(page, { width: 2620, height: 2020 }).png().toBuffer()
    const { lines, words } = await withFinder(new MadeUpFinder(page)).read(picture, {
      secondLook: false,
      minimumConfidence: 0,
    })
    expect(words.length).toBeGreaterThan(990)
    expect(lines.length).toBeGreaterThanOrEqual(50)
  })

  test('what is wrong with options is said before anything is read', async () => {
    const reader = withFinder(null)
    const refused = async (options: object) => {
      const reading = reader.read('nowhere.jpg', options as never)
      return reading.then(
        () => '',
        ({ message }: Error) => message,
      )
    }
    expect(await refused({})).toMatch(/^boxes: this reader was loaded without a finder/)
    expect(await refused({ boxes: 3 })).toBe('boxes: 3 is no list of quadrilaterals')
    expect(await refused({ boxes: [[1, 2, 3, 4]] })).toMatch(
      /^boxes\[0\]: \[1,2,3,4\] is no quadrilateral: give its four corners/,
    )
    expect(
      await refused({
        boxes: [
          [
            [0, 0],
            [1, 0],
            [1, Number.NaN],
            [0, 1],
          ],
        ],
      }),
    ).toMatch(/^boxes\[0\]: /)
    for (const box of [1, null, 'a', { quadrilateral: null }])
      expect(await refused({ boxes: [box] })).toMatch(/^boxes\[0\]: .* is no quadrilateral/)
    expect(await refused({ boxes: [], minimumConfidence: 50 })).toBe('minimumConfidence: 50 is no number from 0 to 1')
    expect(await refused({ boxes: [], lexikon: ['a'] })).toMatch(/^lexikon: is no option; did you mean lexicon/)
    await expect(reader.find('nowhere.jpg')).rejects.toThrow(/^find: this reader was loaded without a finder/)
  })

  test('one that was disposed of says so, after it has read what was asked for', async () => {
    const own = await SceneTextRecognizer.load()
    const finder = new MadeUpFinder(upright)
    const reader = TextReader.of({ recognizer: own, finder })
    const reading = reader.read(photograph)
    await reader.dispose()
    expect((await reading).text).toBe('FRESH BREAD\nEVERY DAY')
    expect(finder.disposed).toBe(true)
    await expect(reader.read(photograph)).rejects.toThrow(/^the reader was disposed of/)
  })
})

test('loading: with a finder of one own, or none; weights that are missing are named', async () => {
  await expect(TextReader.load({ finder: 'nowhere' })).rejects.toMatchObject({
    message: 'finder: nowhere: no such weights file',
    code: 'weights',
  })
  await expect(TextReader.load({ finder: null, model: 'nowhere' })).rejects.toThrow(/nowhere: no such weights file/)
  await expect(TextReader.load({ findr: null } as never)).rejects.toThrow(/^findr: is no option/)
  await expect(TextReader.load({ finder: 3 } as never)).rejects.toThrow(/^finder: 3 finds nothing: give where/)
  const finder = new MadeUpFinder(upright)
  const reader = await TextReader.load({ finder, model: 'tiny' })
  const photograph = await drawPhotograph(upright).png().toBuffer()
  expect((await reader.read(photograph)).text).toBe('FRESH BREAD\nEVERY DAY')
  await reader.dispose()
})

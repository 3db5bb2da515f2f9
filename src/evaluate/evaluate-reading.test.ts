import { describe, expect, test } from 'vitest'
import type { PhotographWord } from '../data/labelled-photograph.ts'
import type { RgbImage } from '../image/image.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { bagOfWordsScores } from './bag-of-words.ts'
import { detectionScores, type FoundText, matchWords } from './detection.ts'
import { type EndToEndRule, endToEndScores } from './end-to-end.ts'
import { evaluateFinding, evaluateReading } from './evaluate-reading.ts'
import { retrievalOf } from './retrieval.ts'

const box = (left: number, top: number, width: number, height: number): Quadrilateral => [
  [left, top],
  [left + width, top],
  [left + width, top + height],
  [left, top + height],
]
const label = (quadrilateral: Quadrilateral, text: string | null = 'word'): PhotographWord => ({
  quadrilateral,
  text,
  ignored: false,
})
const noMatter = (quadrilateral: Quadrilateral): PhotographWord => ({ quadrilateral, text: null, ignored: true })
const found = (quadrilateral: Quadrilateral, text?: string): FoundText => ({
  quadrilateral,
  ...(text !== undefined && { text }),
})

describe('retrieval', () => {
  test('is divided after summing', () => {
    expect(
      retrievalOf([
        { right: 1, wanted: 1, found: 4 },
        { right: 1, wanted: 3, found: 1 },
      ]),
    ).toEqual({ right: 2, wanted: 4, found: 5, recall: 0.5, precision: 0.4, hMean: 0.4 / 0.9 })
  })

  test('of nothing is 0, not NaN', () => {
    expect(retrievalOf([])).toEqual({ right: 0, wanted: 0, found: 0, recall: 0, precision: 0, hMean: 0 })
    expect(retrievalOf([{ right: 0, wanted: 2, found: 0 }])).toMatchObject({ recall: 0, precision: 0, hMean: 0 })
  })
})

describe('detection', () => {
  const scores = (words: PhotographWord[], boxes: Quadrilateral[]) => {
    const { right, wanted, found: counted } = detectionScores([{ words, found: boxes.map((each) => found(each)) }])
    return { right, wanted, found: counted }
  }

  test.each([
    ['0.6 of both', box(25, 0, 100, 20), 1],
    ['exactly a half', box(0, 0, 50, 20), 0],
    ['0.51', box(0, 0, 51, 20), 1],
    ['none', box(200, 0, 100, 20), 0],
  ])('a box that shares %s', (_, each, right) => {
    expect(scores([label(box(0, 0, 100, 20))], [each])).toEqual({ right, wanted: 1, found: 1 })
  })

  test('a word that is found twice is found once, and the second is wrong', () => {
    expect(scores([label(box(0, 0, 100, 20))], [box(0, 0, 90, 20), box(0, 0, 100, 20)])).toEqual({
      right: 1,
      wanted: 1,
      found: 2,
    })
  })

  test('one box matches one word', () => {
    const words = [label(box(0, 0, 100, 20)), label(box(2, 0, 100, 20))]
    expect(scores(words, [box(1, 0, 100, 20)])).toEqual({ right: 1, wanted: 2, found: 1 })
    expect(matchWords(words, [found(box(1, 0, 100, 20)), found(box(3, 0, 100, 20))]).pairs).toEqual([
      { word: 0, found: 0 },
      { word: 1, found: 1 },
    ])
  })

  test('regions of no matter: what lies in them by more than half counts neither way', () => {
    const words = [label(box(0, 0, 100, 20)), noMatter(box(200, 0, 100, 20))]
    expect(scores(words, [box(0, 0, 100, 20), box(210, 0, 40, 20), box(280, 0, 39, 20)])).toEqual({
      right: 1,
      wanted: 1,
      found: 1,
    })
    expect(scores(words, [box(280, 0, 40, 20)])).toEqual({ right: 0, wanted: 1, found: 1 })
    expect(scores([noMatter(box(0, 0, 9, 9))], [box(0, 0, 9, 9)])).toEqual({ right: 0, wanted: 0, found: 0 })
  })

  test('a box in a region of no matter does not find the word that lies there', () => {
    expect(scores([label(box(0, 0, 100, 20)), noMatter(box(0, 0, 100, 40))], [box(0, 0, 100, 20)])).toEqual({
      right: 0,
      wanted: 1,
      found: 0,
    })
  })

  test('two turned words, 45 degrees, half and whole', () => {
    const diamond = (x: number, reach: number): Quadrilateral => [
      [x, -reach],
      [x + reach, 0],
      [x, reach],
      [x - reach, 0],
    ]
    const words = [label(diamond(0, 10)), label(diamond(100, 10))]
    // A square about the diamond has twice its area: exactly half is shared.
    expect(scores(words, [box(-10, -10, 20, 20), diamond(101, 10)])).toEqual({ right: 1, wanted: 2, found: 2 })
    expect(scores(words, [box(-7, -7, 14, 14)])).toEqual({ right: 1, wanted: 2, found: 1 })
  })

  test('words of unknown text count, boxes without an area are wrong', () => {
    expect(scores([label(box(0, 0, 10, 10), null)], [box(0, 0, 10, 10), box(3, 3, 0, 0)])).toEqual({
      right: 1,
      wanted: 1,
      found: 2,
    })
  })
})

describe('end to end', () => {
  const at = box(0, 0, 100, 20)
  const counts = (text: string | null, reading: string | undefined, rule: EndToEndRule) => {
    const {
      right,
      wanted,
      found: counted,
    } = endToEndScores([{ words: [label(at, text)], found: [found(at, reading)] }], rule)
    return [right, wanted, counted]
  }

  test.each([
    ['Exit', 'EXIT', 1],
    ['Exit', 'EXT', 0],
    ['Exit!', 'exit', 1],
    ['"Exit"', 'exit', 1],
    ['"Exit"', 'exit"', 1],
    ['Exit!!', 'exit', 0],
    ['Exit', 'exit!', 0],
    ["Joe's", 'joes', 0],
    ['A', 'a', 1],
    ['50%', '50%', 1],
    ['!', '', 1],
    ['Exit', undefined, 0],
  ])('"%s" read as "%s"', (text, reading, right) => {
    expect(counts(text, reading, 'end-to-end')).toEqual([right, 1, 1])
  })

  test.each([
    ['Exit', 'EXIT', [1, 1, 1]],
    ['Exit!!', 'exit', [1, 1, 1]],
    ['Exit', 'exit!', [0, 1, 1]],
    ["Joe's", 'joe', [1, 1, 1]],
    ["Joe's", "joe's", [0, 1, 1]],
    ['-full-flat-', 'FULL-FLAT', [1, 1, 1]],
    ['Café', 'CAFÉ', [1, 1, 1]],
    ['to', 'to', [0, 0, 0]],
    ['to!', 'to', [0, 0, 0]],
    ['a.b.c', 'abc', [0, 0, 0]],
    ['B12', 'b12', [0, 0, 0]],
    ['50%', '50%', [0, 0, 0]],
    ['a×b', 'axb', [0, 0, 0]],
    ['Genaxis Theatre', 'Genaxis Theatre', [0, 0, 0]],
  ])('spotting "%s" read as "%s"', (text, reading, expected) => {
    expect(counts(text, reading, 'word-spotting')).toEqual(expected)
  })

  test('a text that is not known is of no matter', () => {
    expect(counts(null, 'exit', 'end-to-end')).toEqual([0, 0, 0])
  })

  test('a wrong reading uses its word up, as the protocol has it', () => {
    const words = [label(at, 'Exit')]
    const readings = [found(box(0, 0, 90, 20), 'EXT'), found(at, 'EXIT')]
    expect(endToEndScores([{ words, found: readings }])).toMatchObject({ right: 0, wanted: 1, found: 2 })
  })

  test('two photographs', () => {
    const other = box(0, 50, 100, 20)
    const photographs = [
      { words: [label(at, 'Open'), label(other, 'Daily')], found: [found(at, 'open'), found(other, 'dairy')] },
      { words: [label(at, 'to'), noMatter(other)], found: [found(at, 'to'), found(other, 'lorem')] },
    ]
    expect(endToEndScores(photographs)).toMatchObject({ right: 2, wanted: 3, found: 3 })
    expect(endToEndScores(photographs, 'word-spotting')).toMatchObject({ right: 1, wanted: 2, found: 2 })
  })
})

describe('bag of words', () => {
  const words = (...texts: (string | null)[]) => texts.map((text) => label(box(0, 0, 9, 9), text))

  test('case, marks and order do not matter; lines fall apart; as often as it stands there', () => {
    const labels = words('Open', 'DAILY', 'sale', 'sale', '9-5', 'to', "Joe's", null)
    expect(bagOfWordsScores([{ words: labels, texts: ['daily OPEN!', 'SALE', 'JOES', '95', 'of'] }])).toEqual({
      right: 4,
      wanted: 5,
      found: 4,
      recall: 0.8,
      precision: 1,
      hMean: 1.6 / 1.8,
    })
    expect(bagOfWordsScores([{ words: words('sale'), texts: ['sale', 'sale sale'] }])).toMatchObject({
      right: 1,
      found: 3,
    })
  })

  test('each photograph for itself, and regions of no matter hold no words', () => {
    expect(
      bagOfWordsScores([
        { words: [...words('open'), noMatter(box(0, 0, 9, 9))], texts: ['sale'] },
        { words: words('sale', '62-03'), texts: ['open', '6203'] },
      ]),
    ).toMatchObject({ right: 1, wanted: 3, found: 3 })
  })
})

describe('evaluating a reader', () => {
  const image: RgbImage = { width: 1, height: 1, data: new Uint8Array(3) }
  const photographs = [
    { image, words: [label(box(0, 0, 100, 20), 'Open'), label(box(0, 40, 100, 20), 'all day')] },
    { image: { ...image }, words: [] },
  ]
  const read = async (each: RgbImage) =>
    each === image
      ? [found(box(0, 0, 100, 20), 'OPEN'), found(box(0, 40, 45, 20), 'all')]
      : [found(box(0, 0, 9, 9), 'Day')]

  test('every protocol, over photographs one after another', async () => {
    const seen: number[] = []
    const evaluation = await evaluateReading({
      photographs,
      read,
      onPhotograph: ({ found: each }, index) => seen.push(index, each.length),
    })
    expect(seen).toEqual([0, 2, 1, 1])
    expect(evaluation).toMatchObject({
      photographs: 2,
      detection: { right: 1, wanted: 2, found: 3 },
      endToEnd: { right: 1, wanted: 2, found: 3 },
      wordSpotting: { right: 1, wanted: 1 },
      bagOfWords: { right: 2, wanted: 3, found: 3 },
    })
    expect(evaluation.millisecondsPerPhotograph).toBeGreaterThan(0)
  })

  test('a finder has boxes alone', async () => {
    async function* stream() {
      yield* photographs
    }
    const finding = await evaluateFinding({ photographs: stream(), read: () => [{ quadrilateral: box(0, 0, 99, 20) }] })
    expect(finding).toMatchObject({ photographs: 2, detection: { right: 1, wanted: 2, found: 2 } })
    expect(finding).not.toHaveProperty('bagOfWords')
  })
})

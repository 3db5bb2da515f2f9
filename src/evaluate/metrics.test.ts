import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { alignCharacters, bootstrapInterval, calibration, editDistance, wordMetrics } from './metrics.ts'
import { nearestWord, normalizeText, normalizeWords, partlyCompared, subsets, viewOf } from './protocol.ts'

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['flaw', 'lawn', 2],
])('the distance of "%s" and "%s" is %d', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance)
  expect(editDistance(b, a)).toBe(distance)
})

describe('word metrics', () => {
  test('case and punctuation do not count, words without letters or digits are left out', () => {
    const metrics = wordMetrics([
      { label: "Joe's", prediction: 'JOES' },
      { label: 'EXIT', prediction: 'EXT' },
      { label: '&', prediction: 'x' },
      { label: '12', prediction: '' },
    ])
    expect(metrics).toEqual({ words: 3, left: 1, accuracy: 1 / 3, oneMinusNed: (1 + 0.75 + 0) / 3 })
  })

  test('nothing to count is no division by zero', () => {
    expect(wordMetrics([])).toEqual({ words: 0, left: 0, accuracy: 0, oneMinusNed: 0 })
  })
})

describe('protocols', () => {
  test('36, 62 and 94 characters', () => {
    const pairs = [
      { label: "Joe's", prediction: 'JOES' },
      { label: 'Exit!', prediction: 'Exit' },
      { label: '&', prediction: '&' },
    ]
    expect(wordMetrics(pairs, 36)).toMatchObject({ words: 2, left: 1, accuracy: 1 })
    expect(wordMetrics(pairs, 62)).toMatchObject({ words: 2, left: 1, accuracy: 0.5 })
    expect(wordMetrics(pairs, 94)).toMatchObject({ words: 3, left: 0, accuracy: 1 / 3 })
    expect(viewOf("Joe's-5", 62)).toBe('Joes5')
  })

  test('all characters: however accents are written', () => {
    expect(viewOf('Cafe\u0301', 94)).toBe('Café')
    expect(wordMetrics([{ label: 'Cafe\u0301', prediction: 'Caf\u00e9' }], 94).accuracy).toBe(1)
  })

  test.each([
    ['Café', 'Cafe'],
    ['Cafe\u0301', 'Cafe'],
    ['Zürich', 'Zurich'],
    ['ofﬁce', 'office'],
    ['ＡＢ１２', 'AB12'],
    ['don’t', 'dont'],
    ['Straße', 'Strae'],
    ["Joe's 5", "Joe's 5"],
    ['出口', ''],
  ])('NFKD makes %s %s', (text, normalized) => {
    expect(normalizeText(text, 'nfkd')).toBe(normalized)
    expect(normalizeText(text, 'none')).toBe(text)
  })

  test('NFKD of words: both sides', () => {
    const words = normalizeWords([{ label: 'Café', prediction: 'Cafe', index: 3 }], 'nfkd')
    expect(words).toEqual([{ label: 'Cafe', prediction: 'Cafe', index: 3 }])
    expect(wordMetrics(words).accuracy).toBe(1)
  })

  test('words that are compared in part', () => {
    const labels = ['Café', 'Cafe\u0301', "Joe's", 'EXIT\u00a0', '5€', 'Straße', '出口', 'ﬁx']
    const none = { normalization: 'none' } as const
    expect(partlyCompared(labels, { charset: 36, ...none })).toEqual(['Café', 'Cafe\u0301', '5€', 'Straße', 'ﬁx'])
    expect(partlyCompared(labels, { charset: 94, ...none })).toEqual([])
    expect(partlyCompared(labels, { charset: 36, normalization: 'nfkd' })).toEqual(['5€', 'Straße'])
    expect(partlyCompared(labels, { charset: 94, normalization: 'nfkd' })).toEqual(['5€', 'Straße'])
  })

  test('subsets by their rule', () => {
    const labels = ['Ab1', 'ab', "joe's", 'café', '123456']
    expect(labels.filter(subsets.alphanumeric)).toEqual(['Ab1', 'ab', '123456'])
    expect(labels.filter(subsets.alphanumeric3)).toEqual(['Ab1', '123456'])
  })

  test('a lexicon gives its nearest word, the same as a search without shortcuts', () => {
    expect(nearestWord('HOTL', ['motel', 'hotel', 'HOTELS'])).toBe('hotel')
    expect(nearestWord('abc', [])).toBe('abc')
    const random = createRandom(3)
    const word = () => Array.from({ length: Math.floor(random() * 7) }, () => 'abc'[Math.floor(random() * 3)]).join('')
    for (let round = 0; round < 200; round++) {
      const [reading, lexicon] = [word(), Array.from({ length: 12 }, word)]
      const distances = lexicon.map((each) => editDistance(reading, each))
      expect(nearestWord(reading, lexicon)).toBe(lexicon[distances.indexOf(Math.min(...distances))])
    }
  })
})

describe('statistics of reading', () => {
  test('a bootstrap interval is that of a binomial, nearly', () => {
    const values = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? 1 : 0))
    const [low, high] = bootstrapInterval(values, createRandom(1))
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400)
    expect(low).toBeCloseTo(0.25 - half, 1)
    expect(high).toBeCloseTo(0.25 + half, 1)
    expect(high - low).toBeGreaterThan(1.7 * half)
    expect(high - low).toBeLessThan(2.3 * half)
  })

  test('characters are aligned as the distance counts them', () => {
    expect(alignCharacters('kitten', 'sitting')).toEqual([
      ['k', 's'],
      ['i', 'i'],
      ['t', 't'],
      ['t', 't'],
      ['e', 'i'],
      ['n', 'n'],
      ['', 'g'],
    ])
    expect(alignCharacters('EXIT', 'XT')).toEqual([
      ['E', ''],
      ['X', 'X'],
      ['I', ''],
      ['T', 'T'],
    ])
    expect(alignCharacters('', 'a')).toEqual([['', 'a']])
  })

  test('calibration: two bins by hand', () => {
    const words = [
      { confidence: 0.9, right: true },
      { confidence: 0.8, right: false },
      { confidence: 0.2, right: false },
      { confidence: 1, right: true },
    ]
    const { ece, bins } = calibration(words, 2)
    expect(bins.map(({ words: count }) => count)).toEqual([1, 3])
    expect(ece).toBeCloseTo((0.2 + (2.7 - 2)) / 4)
    expect(calibration([], 5)).toEqual({ ece: 0, bins: [] })
  })
})

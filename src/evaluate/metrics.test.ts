import { describe, expect, test } from 'vitest'
import { editDistance, wordMetrics } from './metrics.ts'

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

import { expect, test } from 'vitest'
import { reportSet } from './report.ts'

const results = [
  { index: 0, label: 'Café', prediction: 'Cafe', confidence: 0.9 },
  { index: 1, label: 'EXIT', prediction: 'exit', confidence: 0.8 },
  { index: 2, label: '出口', prediction: 'A', confidence: 0.2 },
]

test('a report compares letters and digits of ASCII, and says of how many words the rest is left out', () => {
  const report = reportSet('set', results, { charset: 36 })
  expect(report).toMatchObject({ words: 2, left: 1, partly: 1, accuracy: 0.5 })
})

test('normalised, in the lexicon too', () => {
  const lexicon = ['Café', 'Exit']
  const report = reportSet('set', results, { charset: 36, normalization: 'nfkd', lexicon })
  expect(report).toMatchObject({ words: 2, left: 1, partly: 0, accuracy: 1, lexicon: { size: 2, accuracy: 1 } })
  expect(report.lengths).toEqual([{ group: '4', words: 2, accuracy: 1 }])
})

import { expect, test } from 'vitest'
import { createCharset, encodeText } from '../charset.ts'
import { wordPrior } from '../decode/prior.ts'
import type { Comparison } from './comparison.ts'
import type { DraftHypothesis, Evidence } from './draft-speller.ts'
import type { ReadView } from './hypothesis.ts'
import { compareViews } from './second-look.ts'
import type { View, Views } from './views.ts'

const charset = createCharset(' ')
const evidence = { encoded: { cross: {}, probabilities: [], outputs: {} }, place: 0 } as Evidence
const view = { shown: { width: 2, height: 2, data: new Uint8Array(12) }, shape: { imageWidth: 2 } } as View
const views = { leaning: (seen: View) => [seen, seen] } as unknown as Views
const expected = wordPrior(['exit'], { weight: 1, model: { charset, maximumLength: 10 } })

function readAs(text: string, confidence: number): ReadView<DraftHypothesis> {
  const hypothesis = {
    text,
    confidence,
    rank: 0,
    characters: [],
    ids: encodeText(text, charset),
    evidence,
    expected: null,
  }
  return { view, hypothesis }
}

/** How often a word is compared as it was read, and how often leaning, where the first comparison is so sure of it. */
async function looksAt(text: string, confidence: number, compared = 0): Promise<[asRead: number, leaning: number]> {
  const looks: [number, number] = [0, 0]
  const comparison = {
    async compare(read: readonly DraftHypothesis[], further: readonly View[]) {
      expect(further).toHaveLength(further.length === 0 ? 0 : 2 * read.length)
      looks[further.length === 0 ? 0 : 1]++
      const words = read.map(({ ids }) => ({ ids, probabilities: [], confidence: compared, rank: 0, greedy: null }))
      return { words, attention: null }
    },
  } as unknown as Comparison
  const look = compareViews(comparison, { views, charset, expect: async () => expected, options: {} })
  const [read] = await look([readAs(text, confidence)])
  expect(read!.hypothesis.text).toBe(text)
  return looks
}

test.each([
  ['that is expected', 'Exit', 0.6, 0.4],
  ['of letters that is not expected', 'Exlt', 0.98, 0.8],
  ['of one letter', 'E', 0.8, 0.8],
  ['with digits', '3xit', 0.8, 0.8],
  ['that is a line', 'exit now', 0.8, 0.8],
])('a word %s', async (_, text, sure, sureOnceCompared) => {
  expect(await looksAt(text, sure)).toEqual([0, 0])
  expect(await looksAt(text, sure - 0.01, sureOnceCompared)).toEqual([1, 0])
  expect(await looksAt(text, sure - 0.01, sureOnceCompared - 0.01)).toEqual([1, 1])
})

import { expect, test } from 'vitest'
import { BLANK, END, encodeText, printable } from '../charset.ts'
import type { GivenWord } from '../decode/draft.ts'
import { Comparison } from './comparison.ts'
import type { DraftHypothesis } from './draft-speller.ts'
import type { Encoder } from './encoder.ts'
import type { View } from './views.ts'
import type { WordDecoder } from './word-decoder.ts'

const { classes, ctcClasses } = printable
const model = { charset: printable, maximumLength: 12 }
const view = { shown: { width: 2, height: 2, data: new Uint8Array(12) } } as View
const asked = { expected: null, attention: false }

/** A CTC head that sees the word, and a decoder that spells "CUT" whatever it is given; what both were asked. */
function seeing(text: string) {
  const ids = encodeText(text).flatMap((id) => [id, BLANK])
  const columns = new Float32Array(ids.length * ctcClasses).fill(0.001)
  for (const [column, id] of ids.entries()) columns[column * ctcClasses + id] = 0.9
  const encoded: number[] = []
  const given: GivenWord[][] = []
  const encoder = {
    crosses: [],
    async encode({ shape }: { shape: readonly number[] }) {
      encoded.push(shape[0]!)
      return { cross: {}, probabilities: Array(shape[0]).fill(columns), outputs: {} }
    },
  } as unknown as Encoder
  const decoder = {
    over: () => async (words: readonly GivenWord[]) => {
      given.push([...words])
      return words.map(() => {
        const following = new Float32Array(13 * classes).fill(0.001)
        for (const [place, id] of [...encodeText('CUT'), END].entries()) following[place * classes + id] = 0.8
        return following
      })
    },
  } as unknown as WordDecoder
  const evidence = { encoded: { cross: {}, probabilities: [columns], outputs: {} }, place: 0 }
  const hypothesis = { text, ids: encodeText(text), confidence: 0.9, rank: 0, characters: [], evidence, expected: null }
  return { comparison: new Comparison(encoder, decoder, model), read: hypothesis as DraftHypothesis, encoded, given }
}

test('a word of which only the CTC head was asked is settled, and nothing is seen anew', async () => {
  const { comparison, read, encoded } = seeing('CAT')
  const { words, attention } = await comparison.compare([read], [], asked)
  expect(words[0]!.ids).toEqual(encodeText('CUT'))
  expect(words[0]!.evidence.greedy?.ids).toEqual(encodeText('CUT'))
  expect([encoded, attention]).toEqual([[], null])
  // 0.8 four times, and hardly anything for other words.
  expect(words[0]!.confidence).toBeCloseTo(0.8 ** 4, 2)
})

test('what was settled is not settled again, and each further view is seen once', async () => {
  const { comparison, read, encoded, given } = seeing('CAT')
  const { words } = await comparison.compare([read], [], asked)
  const settled = { ...read, evidence: words[0]!.evidence }
  given.length = 0
  const leaning = await comparison.compare([settled, settled], [view, view, view, view], asked)
  expect(encoded).toEqual([4])
  expect(leaning.words.map(({ ids }) => ids)).toEqual([encodeText('CUT'), encodeText('CUT')])
  // Drafts of the four views, mended once; the words as they were read are known.
  expect(given.map((words) => words.length)).toEqual([4, 4])
})

/** Spells in two runs: the CTC head drafts each word, the decoder settles it. The words are those of greedy decoding. */
import { bestPath } from '../decode/ctc.ts'
import { type DecodedWord, spellFromDrafts } from '../decode/draft.ts'
import type { Expectation } from '../decode/prior.ts'
import type { Vocabulary } from '../decode/vocabulary.ts'
import type { Encoded, Encoder } from './encoder.ts'
import { type Hypothesis, hypothesisOf } from './hypothesis.ts'
import type { Speller } from './speller.ts'
import type { WordDecoder } from './word-decoder.ts'

/** What was seen in a view, so that nobody need look again to compare words. */
export interface Evidence {
  readonly encoded: Encoded
  /** The view's place in the encoded batch. */
  readonly place: number
  readonly greedy: DecodedWord
}

export interface DraftHypothesis extends Hypothesis {
  /** Class ids of the characters. */
  readonly ids: readonly number[]
  readonly evidence: Evidence
  /** What was expected of it when it was chosen; null where nothing was. */
  readonly expected: Expectation | null
}

export function draftSpeller(encoder: Encoder, decoder: WordDecoder, model: Vocabulary): Speller<DraftHypothesis> {
  return {
    attends: true,
    async spell(images, wanted) {
      const encoded = await encoder.encode(
        images,
        wanted.filter((name) => name !== 'attention'),
      )
      const drafts = encoded.probabilities.map((each) => bestPath(each, model.charset).ids)
      const words = await spellFromDrafts(decoder.over(encoded.cross), drafts, model)
      const hypotheses = words.map((greedy, place) => ({
        ...hypothesisOf(greedy, model.charset),
        ids: greedy.ids,
        evidence: { encoded, place, greedy },
        expected: null,
      }))
      const attention = wanted.includes('attention') ? await decoder.attention(words, encoded.cross) : null
      return { hypotheses, outputs: { ...encoded.outputs, ...(attention && { attention }) } }
    },
  }
}

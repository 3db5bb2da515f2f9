/**
 * Spells in one run or two: the CTC head drafts each word, and the decoder settles those of which the head is not sure by
 * itself: they are spelled as greedy decoding spells them, or stay, where head and decoder together find that more probable.
 */
import { greedyOrDraft } from '../decode/candidates.ts'
import { type CtcWord, decodeCtc } from '../decode/ctc.ts'
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
  /** What greedy decoding spells of it; where the CTC head alone was sure nobody has asked yet. */
  readonly greedy?: DecodedWord
  /** Words that the view may show, with what was expected when it was compared. */
  readonly likely?: readonly (readonly number[])[]
}

export interface DraftHypothesis extends Hypothesis {
  /** Class ids of the characters. */
  readonly ids: readonly number[]
  readonly evidence: Evidence
  /** What was expected of it when it was chosen; null where nothing was. */
  readonly expected: Expectation | null
}

export interface Drafting {
  readonly encoder: Encoder
  readonly decoder: WordDecoder
  readonly model: Vocabulary
  /** Words of which the CTC head is so sure are not settled; none when absent. */
  readonly ctcSure?: number | undefined
}

/** A head that is sure is right more often than it says: this power of its confidence is honest, see docs/decoding-log.md. */
const HONEST_POWER = 1 / 3

export function draftSpeller({ encoder, decoder, model, ctcSure }: Drafting): Speller<DraftHypothesis> {
  const isSure = ({ ids, confidence }: CtcWord) =>
    ctcSure !== undefined && confidence >= ctcSure && ids.length <= model.maximumLength
  return {
    attends: true,
    async spell(images, wanted) {
      const encoded = await encoder.encode(
        images,
        wanted.filter((name) => name !== 'attention'),
      )
      const drafts = encoded.probabilities.map((each) => decodeCtc(each, { batch: 1, charset: model.charset })[0]!)
      const unsure = [...drafts.keys()].filter((place) => !isSure(drafts[place]!))
      const given = unsure.map((image) => ({ image, ids: drafts[image]!.ids }))
      const spelled = await spellFromDrafts(decoder.over(encoded.cross), given, model)
      const greedy = new Map(unsure.map((place, index) => [place, spelled[index]!]))
      const hypotheses = drafts.map((draft, place) => {
        const settled = greedy.get(place)
        const word = settled
          ? greedyOrDraft(settled, encoded.probabilities[place]!, model.charset)
          : { ...draft, confidence: draft.confidence ** HONEST_POWER }
        return {
          ...hypothesisOf(word, model.charset),
          ids: word.ids,
          evidence: { encoded, place, ...(settled && { greedy: settled }) },
          expected: null,
        }
      })
      const attention = wanted.includes('attention') ? await decoder.attention(hypotheses, encoded.cross) : null
      return { hypotheses, outputs: { ...encoded.outputs, ...(attention && { attention }) } }
    },
  }
}

/** Words that an image may show, compared by what the decoder and the CTC head say of them in one view or several. */
import type { Charset } from '../charset.ts'
import { spellingProbability } from './ctc.ts'
import { type DraftedWord, productOf, type SpelledWord } from './draft.ts'

/** A word, and what was made of it. */
export interface SettledWord extends SpelledWord {
  readonly confidence: number
  /** Natural logarithm of what readings of one image are compared by. */
  readonly rank: number
}

/** A word that an image may show. */
export interface Candidate {
  readonly ids: readonly number[]
  /** Natural logarithm of what is expected of it, and of what the CTC head says, by its weight. */
  readonly beside: number
  readonly views: readonly CandidateView[]
}

export interface CandidateView {
  readonly image: number
  /** Of the word's characters and its end, as far as they are known: what is missing can only lower their product. */
  probabilities: readonly number[]
}

export function isWhole(ids: readonly number[], { probabilities }: CandidateView): boolean {
  return probabilities.length > ids.length
}

/** The power of candidates' probabilities that makes their shares honest; see docs/decoding.md. */
const SHARPNESS = 0.7
const LEAST = 1e-30
/**
 * How much the CTC head counts beside the decoder, a power of its probabilities (Watanabe et al., Hybrid CTC/Attention,
 * IEEE JSTSP 2017): it loses no letters of long words, and repeats none; see docs/decoding-log.md.
 */
const CTC_WEIGHT = 0.2

/** What the CTC head says of a word in a view's positions [S, C]: the natural logarithm of its probability, by its weight. */
export function ctcSays(probabilities_SC: Float32Array, ids: readonly number[], charset: Charset): number {
  return CTC_WEIGHT * Math.log(Math.max(spellingProbability(probabilities_SC, ids, charset), LEAST))
}

/** What greedy decoding spells of a view, or the draft that it began with, where both together find that more probable. */
export function greedyOrDraft(greedy: DraftedWord, probabilities_SC: Float32Array, charset: Charset): SpelledWord {
  const { draft } = greedy
  // Most drafts are what is spelled.
  if (draft.ids.join() === greedy.ids.join()) return greedy
  const rank = ({ ids, probabilities }: SpelledWord) =>
    rankOf(productOf(probabilities), ctcSays(probabilities_SC, ids, charset))
  return rank(draft) > rank(greedy) ? draft : greedy
}

/** The mean of a word's probabilities over its views; of those that are left out, 0. */
function meanOf(views: readonly CandidateView[], count = views.length): number {
  return views.reduce((sum, { probabilities }) => sum + productOf(probabilities), 0) / count
}

/** What candidates are compared by, at a given mean of their probabilities. */
function rankOf(mean: number, beside: number): number {
  return Math.log(Math.max(mean, LEAST)) + beside
}

/** Those that what is known does not rule out: at best they rank above what another one surely does. */
export function contenders(candidates: readonly Candidate[]): Candidate[] {
  const surely = candidates.map(({ ids, beside, views }) => {
    const whole = views.filter((view) => isWhole(ids, view))
    return rankOf(meanOf(whole, views.length), beside)
  })
  const bar = Math.max(...surely)
  return candidates.filter(({ beside, views }) => rankOf(meanOf(views), beside) >= bar)
}

/** Of equals the first; those that were ruled out count as much as they may. */
export function bestCandidate(candidates: readonly Candidate[]): SettledWord {
  const ranked = candidates.map(({ ids, beside, views }) => {
    const mean = meanOf(views)
    return { ids, probabilities: views[0]!.probabilities, mean, rank: rankOf(mean, beside) }
  })
  const { mean: _, ...word } = ranked.reduce((a, b) => (b.rank > a.rank ? b : a))
  const shares = ranked.map(({ rank }) => Math.exp((rank - word.rank) * SHARPNESS))
  const share = 1 / shares.reduce((sum, each) => sum + each)
  // Where no word is, none of them is probable, whatever the best one's share.
  const together = ranked.reduce((sum, each) => sum + each.mean, 0)
  return { ...word, confidence: Math.min(share, together) }
}

/** A word that was not read. */
export interface OtherWord {
  readonly ids: readonly number[]
  readonly confidence: number
}

/**
 * The candidates other than the word that was read, the most probable first. Their confidence is to its as their
 * probabilities are, sharpened as shares are where something was expected; none is surer than it, nor
 * than it leaves them.
 */
export function otherCandidates(
  candidates: readonly Candidate[],
  read: { readonly ids: readonly number[]; readonly confidence: number; readonly prior: unknown },
): OtherWord[] {
  const rank = ({ views, beside }: Candidate) => rankOf(meanOf(views), beside)
  const own = candidates.find(({ ids }) => ids.join() === read.ids.join())!
  const sharpness = read.prior === null ? 1 : SHARPNESS
  return candidates
    .filter((candidate) => candidate !== own)
    .map((candidate) => ({ ids: candidate.ids, apart: rank(candidate) - rank(own) }))
    .sort((a, b) => b.apart - a.apart)
    .map(({ ids, apart }) => {
      const confidence = read.confidence * Math.exp(Math.min(0, apart) * sharpness)
      return { ids, confidence: Math.min(confidence, 1 - read.confidence) }
    })
}

/** Words that an image may show, compared by what the decoder says of them in several views. */
import { productOf, type SpelledWord } from './draft.ts'

/** A word, and what was made of it. */
export interface SettledWord extends SpelledWord {
  readonly confidence: number
  /** Natural logarithm of what readings of one image are compared by. */
  readonly rank: number
}

/** A word that an image may show. */
export interface Candidate {
  readonly ids: readonly number[]
  /** Natural logarithm of what is expected of it. */
  readonly expected: number
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

/** The mean of a word's probabilities over its views; of those that are left out, 0. */
function meanOf(views: readonly CandidateView[], count = views.length): number {
  return views.reduce((sum, { probabilities }) => sum + productOf(probabilities), 0) / count
}

/** What candidates are compared by, at a given mean of their probabilities. */
function rankOf(mean: number, expected: number): number {
  return Math.log(Math.max(mean, LEAST)) + expected
}

/** Those that what is known does not rule out: at best they rank above what another one surely does. */
export function contenders(candidates: readonly Candidate[]): Candidate[] {
  const surely = candidates.map(({ ids, expected, views }) => {
    const whole = views.filter((view) => isWhole(ids, view))
    return rankOf(meanOf(whole, views.length), expected)
  })
  const bar = Math.max(...surely)
  return candidates.filter(({ expected, views }) => rankOf(meanOf(views), expected) >= bar)
}

/** Of equals the first; those that were ruled out count as much as they may. */
export function bestCandidate(candidates: readonly Candidate[]): SettledWord {
  const ranked = candidates.map(({ ids, expected, views }) => {
    const mean = meanOf(views)
    return { ids, probabilities: views[0]!.probabilities, mean, rank: rankOf(mean, expected) }
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
  const rank = ({ views, expected }: Candidate) => rankOf(meanOf(views), expected)
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

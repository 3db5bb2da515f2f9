/**
 * Greedy decoding of connectionist temporal classification: the most probable class at every image position, repeats
 * merged, blanks dropped (Graves et al., ICML 2006, section 3.2, "best path").
 */
import { BLANK, type Charset, printable } from '../charset.ts'

export interface CtcWord {
  /** Class ids of the characters. */
  readonly ids: readonly number[]
  /** Of each character, the largest probability among the positions that say it. */
  readonly probabilities: readonly number[]
  /** Probability of the word: of all ways to spell it over the positions, 0 to 1. */
  readonly confidence: number
}

/** Probabilities [B, S, C], the blank class 94, of `batch` images → their words. */
export function decodeCtc(
  probabilities: Float32Array,
  { batch, charset = printable }: { batch: number; charset?: Charset },
): CtcWord[] {
  const size = probabilities.length / batch
  return Array.from({ length: batch }, (_, place) => {
    const probabilities_SC = probabilities.subarray(place * size, (place + 1) * size)
    const path = bestPath(probabilities_SC, charset)
    return { ...path, confidence: spellingProbability(probabilities_SC, path.ids, charset) }
  })
}

/** Of one image, [S, C]. */
export function bestPath(
  probabilities_SC: Float32Array,
  { ctcClasses, spellings }: Charset = printable,
): Omit<CtcWord, 'confidence'> {
  const ids: number[] = []
  const probabilities: number[] = []
  let before = BLANK
  for (let start = 0; start < probabilities_SC.length; start += ctcClasses) {
    const row = probabilities_SC.subarray(start, start + ctcClasses)
    let best = BLANK
    for (let id = 0; id < row.length; id++) if (row[id]! > row[best]! && spellings[id] !== '') best = id
    const repeats = best === before
    before = best
    if (best === BLANK) continue
    const last = probabilities.length - 1
    if (repeats) probabilities[last] = Math.max(probabilities[last]!, row[best]!)
    else {
      ids.push(best)
      probabilities.push(row[best]!)
    }
  }
  return { ids, probabilities }
}

/** A word's probability over positions [S, C], by the forward variables of `loss/ctc.ts`; a few dozen numbers a position. */
export function spellingProbability(
  probabilities_SC: Float32Array,
  ids: readonly number[],
  { ctcClasses }: Charset,
): number {
  // Blanks and characters in turn; from the last on, so that those before it are still of the position before.
  const last = 2 * ids.length
  const walks = new Float64Array(last + 1)
  for (let start = 0; start < probabilities_SC.length; start += ctcClasses) {
    for (let state = last; state >= 0; state--) {
      const place = state >> 1
      const id = state % 2 === 1 ? ids[place]! : BLANK
      let arrived = walks[state]!
      if (state > 0) arrived += walks[state - 1]!
      if (state > 2 && id !== BLANK && id !== ids[place - 1]) arrived += walks[state - 2]!
      // A walk begins in the first blank or in the first character.
      if (start === 0 && state < 2) arrived += 1
      walks[state] = arrived * probabilities_SC[start + id]!
    }
  }
  // Rounding may leave a little more than 1.
  return Math.min(walks[last]! + (walks[last - 1] ?? 0), 1)
}

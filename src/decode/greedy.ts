/** Greedy decoding: the most probable character at every step, until every word of the batch has ended. */
import { END, START } from '../charset.ts'

/** Probabilities [B, C] of the next characters, given those just chosen (the start symbol at first) and the step. */
export type NextCharacters = (tokens: Int32Array, step: number) => Promise<Float32Array>

export interface DecodedWord {
  /** Class ids, without the end symbol. */
  readonly ids: readonly number[]
  /** Probability of each character, and of the end symbol last unless the word was cut off. */
  readonly probabilities: readonly number[]
}

export interface GreedyOptions {
  readonly batch: number
  /** Longest word, characters. */
  readonly maximumLength: number
  /** Ends decoding between two steps. */
  readonly signal?: AbortSignal | undefined
}

/** Padding and unknown are never chosen: they spell nothing. */
export async function decodeGreedily(next: NextCharacters, options: GreedyOptions): Promise<DecodedWord[]> {
  const { batch, maximumLength, signal } = options
  const words = Array.from({ length: batch }, () => ({
    ids: [] as number[],
    probabilities: [] as number[],
    ended: false,
  }))
  const tokens = new Int32Array(batch).fill(START)
  for (let step = 0; step <= maximumLength && words.some((word) => !word.ended); step++) {
    signal?.throwIfAborted()
    const probabilities = await next(tokens, step)
    const classes = probabilities.length / batch
    for (const [place, word] of words.entries()) {
      const row = probabilities.subarray(place * classes, place * classes + END + 1)
      let best = 0
      for (let id = 1; id < row.length; id++) if (row[id]! > row[best]!) best = id
      tokens[place] = best
      if (word.ended) continue
      const last = step === maximumLength
      if (best === END) word.ended = true
      if (best === END || !last) word.probabilities.push(row[best]!)
      if (best !== END && !last) word.ids.push(best)
    }
  }
  return words.map(({ ids, probabilities }) => ({ ids, probabilities }))
}

/** Words like one that was read: what the decoder's probabilities along a greedy reading allow. */
import { type Charset, END } from '../charset.ts'
import type { CtcBeamOptions } from './ctc-beam.ts'
import type { DecodedWord } from './draft.ts'
import type { Expectation } from './prior.ts'

export interface LikeOptions extends CtcBeamOptions {
  readonly charset: Charset
}

interface Hypothesis {
  readonly ids: readonly number[]
  readonly expectation: Expectation | null
  /** Natural logarithm of its probability. */
  readonly score: number
  /** The score with what is expected. */
  readonly rank: number
}

/** Classes less probable than this at a place do not stand there. */
const LEAST = 1e-4

/**
 * Class ids of the most probable words, best first, as if what follows did not depend on the characters before: at most
 * one character longer than the reading.
 */
export function wordsLike({ following }: DecodedWord, options: LikeOptions): (readonly number[])[] {
  const { width, words, prior = null, charset, maximumLength } = options
  const { classes, spellings } = charset
  const ended: Hypothesis[] = []
  let hypotheses: Hypothesis[] = [{ ids: [], expectation: prior, score: 0, rank: 0 }]
  for (let place = 0; place * classes < following.length; place++) {
    const row = following.subarray(place * classes, (place + 1) * classes)
    const longer: Hypothesis[] = []
    for (let id = 0; id < classes; id++) {
      if (row[id]! < LEAST) continue
      const probable = Math.log(row[id]!)
      if (id === END) ended.push(...hypotheses.map((hypothesis) => end(hypothesis, probable)))
      else if (spellings[id] !== '' && place < maximumLength)
        longer.push(...hypotheses.map((hypothesis) => lengthen(hypothesis, id, probable)))
    }
    hypotheses = bestOf(longer, width)
  }
  // What would follow a character that the reading does not have is not known.
  ended.push(...hypotheses.map((hypothesis) => end(hypothesis, 0)))
  return bestOf(ended, words).map(({ ids }) => ids)
}

function lengthen(hypothesis: Hypothesis, id: number, probable: number): Hypothesis {
  const score = hypothesis.score + probable
  const expectation = hypothesis.expectation?.after(id) ?? null
  return { ids: [...hypothesis.ids, id], expectation, score, rank: score + (expectation?.begun ?? 0) }
}

function end({ ids, expectation, score: before }: Hypothesis, probable: number): Hypothesis {
  const score = before + probable
  return { ids, expectation, score, rank: score + (expectation?.ended ?? 0) }
}

function bestOf(hypotheses: Hypothesis[], count: number): Hypothesis[] {
  return hypotheses.sort((a, b) => b.rank - a.rank).slice(0, count)
}

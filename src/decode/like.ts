/** Words like one that was read: what the decoder's probabilities along a greedy reading allow. */
import { type Charset, END } from '../charset.ts'
import type { CtcBeamOptions } from './ctc-beam.ts'
import type { DecodedWord } from './draft.ts'
import { Highest } from './highest.ts'
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
  const ended = new Highest<Hypothesis>(words)
  let hypotheses: readonly Hypothesis[] = [{ ids: [], expectation: prior, score: 0, rank: 0 }]
  for (let place = 0; place * classes < following.length; place++) {
    const row = following.subarray(place * classes, (place + 1) * classes)
    const longer = new Highest<Hypothesis>(width)
    for (const id of likelyIn(row)) {
      const probable = Math.log(row[id]!)
      if (id === END) for (const hypothesis of hypotheses) ended.add(end(hypothesis, probable))
      else if (spellings[id] !== '' && place < maximumLength)
        for (const hypothesis of hypotheses) {
          const { score, expectation } = hypothesis
          // What is expected falls from character to character.
          if (score + probable + (expectation?.begun ?? 0) > longer.bar) longer.add(lengthen(hypothesis, id, probable))
        }
    }
    hypotheses = longer.sorted()
  }
  // What would follow a character that the reading does not have is not known.
  for (const hypothesis of hypotheses) ended.add(end(hypothesis, 0))
  return ended.sorted().map(({ ids }) => ids)
}

/** The most probable first, by which the others are ruled out soon. */
function likelyIn(row: Float32Array): number[] {
  const likely: number[] = []
  for (let id = 0; id < row.length; id++) if (row[id]! >= LEAST) likely.push(id)
  return likely.sort((a, b) => row[b]! - row[a]!)
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

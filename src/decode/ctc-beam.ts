/**
 * Prefix beam search of connectionist temporal classification (Graves and Jaitly, ICML 2014, algorithm 1): words that the
 * image's positions may spell, every way to spell a prefix counted together.
 */
import { BLANK, type Charset, printable } from '../charset.ts'
import { Highest } from './highest.ts'
import type { Expectation } from './prior.ts'

export interface CtcBeamOptions {
  /** Prefixes that go on from position to position. */
  readonly width: number
  /** Words that are wanted, no more than `width`. */
  readonly words: number
  /** What is expected whatever the image shows; nothing when absent. */
  readonly prior?: Expectation | null
  /** Longest word, characters. */
  readonly maximumLength: number
  /** What classes spell; the 94 characters when absent. */
  readonly charset?: Charset
}

/** A prefix and the probabilities of all ways so far to spell it. */
interface Prefix {
  readonly ids: readonly number[]
  readonly expectation: Expectation | null
  /** The positions so far end with a blank, or with its last character. */
  blank: number
  spelled: number
  /** The same with the position that the search has come to. */
  nextBlank: number
  nextSpelled: number
  /** The last position that it was followed to. */
  position: number
  /** What it is compared by. */
  rank: number
  /** Of the prefixes that are one character longer, by that character; kept from position to position. */
  readonly longer: Map<number, Prefix>
}

/** Classes less probable than this at a position are not followed there. */
const LEAST = 1e-3

/** Probabilities [S, C] of one image, the blank class 94 → class ids of its most probable words, best first. */
export function ctcBeams(probabilities_SC: Float32Array, options: CtcBeamOptions): (readonly number[])[] {
  const { width, words, prior = null, maximumLength, charset = printable } = options
  const { ctcClasses } = charset
  let beams: readonly Prefix[] = [newPrefix([], prior, 1)]
  for (let position = 0; position * ctcClasses < probabilities_SC.length; position++) {
    const row = probabilities_SC.subarray(position * ctcClasses, (position + 1) * ctcClasses)
    for (const prefix of beams) {
      const { ids, blank, spelled } = prefix
      prefix.nextBlank = (blank + spelled) * row[BLANK]!
      prefix.nextSpelled = ids.length === 0 ? 0 : spelled * row[ids[ids.length - 1]!]!
      prefix.position = position
    }
    const likely = likelyIn(row, charset)
    const added = likely.length === 0 ? [] : lengthenAll(beams, { row, likely, position, width, maximumLength })
    const all = added.length > 0 ? [...beams, ...added] : beams
    for (const prefix of all) {
      prefix.blank = prefix.nextBlank
      prefix.spelled = prefix.nextSpelled
    }
    if (added.length > 0) beams = bestOf(all, width, (expectation) => expectation.begun)
  }
  return bestOf(beams, words, (expectation) => expectation.ended).map(({ ids }) => ids)
}

function likelyIn(row: Float32Array, { ctcClasses, spellings }: Charset): number[] {
  const likely: number[] = []
  for (let id = 0; id < ctcClasses; id++) if (spellings[id] !== '' && row[id]! > LEAST) likely.push(id)
  return likely
}

interface Position {
  readonly row: Float32Array
  readonly likely: readonly number[]
  readonly position: number
  readonly width: number
  readonly maximumLength: number
}

/** The prefixes that become one character longer at a position, but for those that `width` others surpass already. */
function lengthenAll(beams: readonly Prefix[], { row, likely, position, width, maximumLength }: Position): Prefix[] {
  const stay = beams.map(({ nextBlank, nextSpelled, expectation }) =>
    rankOf(nextBlank + nextSpelled, expectation?.begun),
  )
  const bar = stay.length < width ? Number.NEGATIVE_INFINITY : Math.min(...stay)
  const added: Prefix[] = []
  for (const prefix of beams) {
    const { ids, blank, spelled, longer, expectation } = prefix
    if (ids.length === maximumLength) continue
    const last = ids[ids.length - 1]
    for (const id of likely) {
      const arriving = (id === last ? blank : blank + spelled) * row[id]!
      const known = longer.get(id)
      if (known?.position === position) known.nextSpelled += arriving
      // What is expected of a prefix falls from character to character.
      else if (rankOf(arriving, expectation?.begun) > bar) {
        const next = known ?? newPrefix([...ids, id], expectation?.after(id) ?? null, 0)
        if (!known) longer.set(id, next)
        next.nextBlank = 0
        next.nextSpelled = arriving
        next.position = position
        added.push(next)
      }
    }
  }
  return added
}

function newPrefix(ids: readonly number[], expectation: Expectation | null, blank: number): Prefix {
  return { ids, expectation, blank, spelled: 0, nextBlank: 0, nextSpelled: 0, position: -1, rank: 0, longer: new Map() }
}

/** The most probable with what is expected of them, best first. */
function bestOf(
  prefixes: readonly Prefix[],
  count: number,
  expected: (expectation: Expectation) => number,
): readonly Prefix[] {
  const best = new Highest<Prefix>(count)
  for (const prefix of prefixes) {
    const { expectation } = prefix
    prefix.rank = rankOf(prefix.blank + prefix.spelled, expectation ? expected(expectation) : 0)
    best.add(prefix)
  }
  return best.sorted()
}

/** Natural logarithm of a probability, times what is expected. */
function rankOf(probability: number, expected = 0): number {
  return Math.log(probability) + expected
}

/**
 * Prefix beam search of connectionist temporal classification (Graves and Jaitly, ICML 2014, algorithm 1): words that the
 * image's positions may spell, every way to spell a beginning counted together.
 */
import { BLANK, CTC_CLASSES } from '../charset.ts'
import type { Expectation } from './prior.ts'

export interface CtcBeamOptions {
  /** Beginnings that go on from position to position. */
  readonly width: number
  /** Words that are wanted, no more than `width`. */
  readonly words: number
  /** What is expected before looking; nothing when absent. */
  readonly prior?: Expectation | null
  /** Longest word, characters. */
  readonly maximumLength: number
}

/** A beginning and the probabilities of all ways so far to spell it. */
interface Prefix {
  readonly ids: readonly number[]
  readonly expectation: Expectation | null
  /** The positions so far end with a blank, or with its last character. */
  blank: number
  spelled: number
  /** Of the beginnings that are one character longer, by that character; kept from position to position. */
  readonly longer: Map<number, Prefix>
}

/** Classes less probable than this at a position are not followed there. */
const LEAST = 1e-3

/** Probabilities [S, 95] of one image, the blank last → class ids of its most probable words, best first. */
export function ctcBeams(probabilities_SC: Float32Array, options: CtcBeamOptions): (readonly number[])[] {
  const { width, words, prior = null, maximumLength } = options
  let beams: Prefix[] = [{ ids: [], expectation: prior, blank: 1, spelled: 0, longer: new Map() }]
  for (let start = 0; start < probabilities_SC.length; start += CTC_CLASSES) {
    const row = probabilities_SC.subarray(start, start + CTC_CLASSES)
    const likely = [...row.keys()].filter((id) => id !== BLANK && row[id]! > LEAST)
    const next = new Map<Prefix, { blank: number; spelled: number }>()
    for (const prefix of beams) {
      const { ids, blank, spelled } = prefix
      const last = ids.at(-1)
      next.set(prefix, {
        blank: (blank + spelled) * row[BLANK]!,
        spelled: last === undefined ? 0 : spelled * row[last]!,
      })
    }
    const stay = [...next].map(([{ expectation }, sums]) => rankOf(sums, expectation?.begun)).sort((a, b) => b - a)
    const bar = stay[width - 1] ?? Number.NEGATIVE_INFINITY
    for (const prefix of beams) {
      const { ids, blank, spelled, longer, expectation } = prefix
      if (ids.length === maximumLength) continue
      const last = ids.at(-1)
      for (const id of likely) {
        const arriving = (id === last ? blank : blank + spelled) * row[id]!
        const known = longer.get(id)
        const sums = known && next.get(known)
        if (sums) sums.spelled += arriving
        // What is expected of a beginning falls from character to character.
        else if (rankOf({ blank: 0, spelled: arriving }, expectation?.begun) > bar)
          next.set(known ?? lengthen(prefix, id), { blank: 0, spelled: arriving })
      }
    }
    for (const [prefix, sums] of next) Object.assign(prefix, sums)
    beams = bestOf([...next.keys()], width, (expectation) => expectation.begun)
  }
  return bestOf(beams, words, (expectation) => expectation.ended).map(({ ids }) => ids)
}

function lengthen({ ids, expectation, longer }: Prefix, id: number): Prefix {
  const prefix = {
    ids: [...ids, id],
    expectation: expectation?.after(id) ?? null,
    blank: 0,
    spelled: 0,
    longer: new Map(),
  }
  longer.set(id, prefix)
  return prefix
}

/** The most probable with what is expected of them, best first. */
function bestOf(prefixes: readonly Prefix[], count: number, expected: (expectation: Expectation) => number): Prefix[] {
  const ranked = prefixes.map((prefix) => {
    const { expectation } = prefix
    return { prefix, rank: rankOf(prefix, expectation ? expected(expectation) : 0) }
  })
  ranked.sort((a, b) => b.rank - a.rank)
  return ranked.slice(0, count).map(({ prefix }) => prefix)
}

/** Natural logarithm of the probability of all ways, times what is expected. */
function rankOf({ blank, spelled }: { blank: number; spelled: number }, expected = 0): number {
  return Math.log(blank + spelled) + expected
}

/**
 * Beam search over a batch of images: of every image the `width` most probable hypotheses go on, a run of the model a
 * character. What computes the probabilities is passed in; there is no model in here.
 */

import { type Charset, decodeIds, END } from '../charset.ts'
import type { Constraint, Transition } from './automaton.ts'
import type { Expectation } from './prior.ts'

/** A hypothesis that wants to know its next character. */
export interface BeamRow {
  /** Place of its image in the batch. */
  readonly image: number
  /** The row of the last run that it goes on from; -1 at first. */
  readonly parent: number
  /** Its last character; null at first. */
  readonly id: number | null
}

/** Probabilities [R, C] of what follows each row, all of the same length. */
export type BeamStep = (rows: readonly BeamRow[], length: number) => Promise<Float32Array>

export interface BeamWord {
  readonly text: string
  /** Class ids of its characters, as they were spelled. */
  readonly ids: readonly number[]
  /** Of each character (classes that are one together), and of the end symbol last unless the word was cut off. */
  readonly probabilities: readonly number[]
  /** Natural logarithm of the word's probability, the product of those above. */
  readonly score: number
  /** The score with what the prior says; the score alone without one. */
  readonly rank: number
  /** Of each character, what else may stand in its place, the most probable first. */
  readonly others: readonly (readonly OtherCharacter[])[]
}

/** A character that is allowed after the same prefix, with the model's probability of it there. */
export interface OtherCharacter {
  /** One character. */
  readonly character: string
  /** 0 to 1. */
  readonly probability: number
}

export interface BeamOptions {
  /** Images of the batch. */
  readonly images: number
  readonly width: number
  /** Words that are wanted of each image. */
  readonly words: number
  readonly constraint: Constraint
  /** What is expected whatever the image shows; nothing when absent. */
  readonly prior?: Expectation
  /** How many other characters are wanted of each place, default 0. */
  readonly others?: number
  readonly charset: Charset
  /** Longest word, characters. */
  readonly maximumLength: number
}

/** A prefix of a word that the search follows. */
interface Hypothesis {
  readonly image: number
  readonly parent: number
  readonly ids: readonly number[]
  readonly probabilities: readonly number[]
  readonly others: readonly (readonly OtherCharacter[])[]
  readonly score: number
  readonly rank: number
  readonly expectation: Expectation | undefined
  readonly state: number
  /** Whether every character was the most probable one that was allowed. */
  readonly greedy: boolean
}

interface Search {
  live: Hypothesis[]
  words: BeamWord[]
}

/** The smallest probability above zero that 32 bits hold: what is rounded to zero can still be compared. */
const LEAST = 2 ** -149

/**
 * The most probable words of each image, best first: at least one, `words` of them where the search meets so many. With a
 * prior "probable" means, from here on, the model's probability times the prior's, of a prefix that of all words which
 * begin so; only the greedy hypothesis is still the model's own.
 *
 * A hypothesis ends where the end symbol is among the `width` best candidates of its image. An image is finished when no
 * hypothesis is more probable than the last of the words wanted: probabilities only fall. The hypothesis that always took
 * the most probable character is never dropped for others, so that the best word is no less probable than the one that
 * greedy decoding finds; `width` 1 is greedy decoding. A word as long as the model spells that would rather go on is
 * cut off, and stands for all that begin with it: its probability has no end symbol in it. Of classes that are one the
 * probabilities are added, and the most probable goes on.
 */
export async function beamSearch(step: BeamStep, options: BeamOptions): Promise<BeamWord[][]> {
  const { images, constraint, charset, maximumLength } = options
  const { classes } = charset
  const searches = Array.from({ length: images }, (_, image): Search => {
    const nothing = { ids: [], probabilities: [], others: [], score: 0, rank: 0, expectation: options.prior }
    return { live: [{ image, parent: -1, ...nothing, state: constraint.start, greedy: true }], words: [] }
  })
  for (let length = 0; length <= maximumLength; length++) {
    const rows = searches.flatMap(({ live }) => live)
    if (rows.length === 0) break
    const probabilities = await step(
      rows.map(({ image, parent, ids }) => ({ image, parent, id: ids.at(-1) ?? null })),
      length,
    )
    let row = 0
    for (const search of searches) {
      const first = row
      row += search.live.length
      advance(search, { probabilities: probabilities.subarray(first * classes, row * classes), first, length }, options)
    }
  }
  return searches.map(({ words }) => words)
}

interface Candidate {
  readonly id: number
  readonly state: number
  /** Place among the image's live hypotheses. */
  readonly from: number
  /** Null of the end of a word that is cut off. */
  readonly probability: number | null
  readonly score: number
  readonly rank: number
  readonly expectation: Expectation | undefined
  greedy: boolean
}

/** What the model said of one image's live hypotheses. */
interface StepResult {
  /** Of the image's rows alone, [R, C]. */
  readonly probabilities: Float32Array
  /** The first of them among the rows of the batch. */
  readonly first: number
  readonly length: number
}

function advance(search: Search, result: StepResult, options: BeamOptions): void {
  const { width, words, constraint, charset, maximumLength, others = 0 } = options
  const { classes } = charset
  const all: Candidate[] = []
  const going: Candidate[] = []
  /** Of each live hypothesis: what may follow it, one more than is wanted. */
  const following: Candidate[][] = []
  for (const [from, hypothesis] of search.live.entries()) {
    const row = result.probabilities.subarray(from * classes, (from + 1) * classes)
    // Those that nobody would keep are not worth making.
    const isWanted = others > 0 || hypothesis.greedy || going.length < width
    const least = isWanted ? Number.NEGATIVE_INFINITY : going.at(-1)!.rank
    const candidates = candidatesOf(hypothesis, { from, row, room: maximumLength - result.length, constraint, least })
    following.push(others > 0 ? likeliest(candidates, others + 1) : [])
    for (const candidate of candidates) {
      keepBest(all, candidate, width)
      if (candidate.id !== END) keepBest(going, candidate, width)
    }
  }
  const grown = ({ from, probability }: Candidate) => {
    const { probabilities } = search.live[from]!
    return probability === null ? probabilities : [...probabilities, probability]
  }
  for (const candidate of all) {
    if (candidate.id !== END) continue
    const { ids, others } = search.live[candidate.from]!
    const text = constraint.wordOf(candidate.state, decodeIds(ids, charset))
    const { score, rank } = candidate
    search.words.push({ text, ids, probabilities: grown(candidate), score, rank, others })
  }
  search.words.sort((a, b) => b.rank - a.rank).splice(words)
  const bar = search.words[words - 1]?.rank ?? Number.NEGATIVE_INFINITY
  search.live = going
    .filter(({ rank }) => rank > bar)
    .map((candidate) => {
      const { image, ids, others: before } = search.live[candidate.from]!
      const { id, state, score, rank, expectation, greedy } = candidate
      const here = following[candidate.from]!.filter((other) => other.id !== id).slice(0, others)
      const characters = here.map((other) => ({
        character: decodeIds([other.id], charset),
        probability: other.probability!,
      }))
      return {
        image,
        parent: result.first + candidate.from,
        ids: [...ids, id],
        probabilities: grown(candidate),
        others: others > 0 ? [...before, characters] : before,
        score,
        rank,
        expectation,
        state,
        greedy,
      }
    })
}

/** The most probable of the characters that may follow, best first; not the end. */
function likeliest(candidates: readonly Candidate[], count: number): Candidate[] {
  const characters = candidates.filter(({ id }) => id !== END)
  return characters.sort((a, b) => b.probability! - a.probability!).slice(0, count)
}

interface Place {
  readonly from: number
  readonly row: Float32Array
  /** Characters that the word may still get. */
  readonly room: number
  readonly constraint: Constraint
  /** Only what may rank above it is wanted. */
  readonly least: number
}

/** What may follow a hypothesis, such that a word can still be ended within the room. */
function candidatesOf(hypothesis: Hypothesis, { from, row, room, constraint, least }: Place): Candidate[] {
  const following = constraint.next(hypothesis.state)
  const candidates: Candidate[] = []
  const add = (id: number, state: number, probability: number | null) => {
    const score = hypothesis.score + (probability === null ? 0 : Math.log(Math.max(probability, LEAST)))
    const { expectation } = hypothesis
    // What is expected of a prefix falls from character to character.
    if (score + (expectation?.begun ?? 0) <= least) return
    const after = id === END ? expectation : expectation?.after(id)
    const expected = (id === END && probability !== null ? after?.ended : after?.begun) ?? 0
    candidates.push({ from, id, state, probability, score, rank: score + expected, expectation: after, greedy: false })
  }
  const probabilityOf = ({ ids }: Transition) => ids.reduce((sum, id) => sum + row[id]!, 0)
  for (const transition of following) {
    const { ids, state } = transition
    if (1 + constraint.shortest(state) > room) continue
    const id = ids.reduce((best, each) => (row[each]! > row[best]! ? each : best))
    add(id, state, probabilityOf(transition))
  }
  if (constraint.mayEnd(hypothesis.state)) {
    const isCut = room === 0 && following.some((transition) => probabilityOf(transition) > row[END]!)
    add(END, hypothesis.state, isCut ? null : row[END]!)
  }
  if (hypothesis.greedy) candidates.reduce((best, each) => (each.score > best.score ? each : best)).greedy = true
  return candidates
}

/** Puts a candidate in its place among the best, of equals the earlier first; whom it drives out is never greedy. */
function keepBest(best: Candidate[], candidate: Candidate, width: number): void {
  if (best.length === width && !candidate.greedy && !(candidate.rank > best.at(-1)!.rank)) return
  const place = best.findIndex(({ rank }) => rank < candidate.rank)
  best.splice(place < 0 ? best.length : place, 0, candidate)
  if (best.length > width) best.splice(best.at(-1)!.greedy ? -2 : -1, 1)
}

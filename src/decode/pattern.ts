/** A regular expression as an automaton: Thompson's, made deterministic as far as the search goes. */

import type { Charset } from '../charset.ts'
import { SaflError } from '../error.ts'
import type { Constraint, Transition } from './automaton.ts'
import type { PatternRepeat, PatternTree } from './pattern-syntax.ts'

/** Repeats of repeats grow without end. */
const MOST_STATES = 20_000

interface Automaton {
  /** The characters that leave a state for its target; null where it only has free ways on. */
  readonly sets: (readonly boolean[] | null)[]
  readonly targets: (readonly number[])[]
  readonly start: number
  /** Fewest characters from each state to the end, which is state 0. */
  readonly distances: readonly number[]
}

interface PatternOptions {
  readonly charset: Charset
  /** Whether each class id may be spelled at all. */
  readonly allowed: readonly boolean[]
  /** Longest word, characters. */
  readonly maximumLength: number
}

/** Words that match as a whole; null where no word of the allowed characters within the length does. */
export function patternConstraint(tree: PatternTree, options: PatternOptions): Constraint | null {
  const automaton = buildAutomaton(tree, options)
  const { sets, targets, distances, start } = automaton
  if (distances[start]! > options.maximumLength) return null
  const states: { members: readonly number[]; next: readonly Transition[] | null }[] = []
  const numbers = new Map<string, number>()
  const stateOf = (reached: readonly number[]): number => {
    const members = closure(automaton, reached)
    const key = members.join()
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, states.length)
    return states.push({ members, next: null }) - 1
  }
  const transitions = (members: readonly number[]): Transition[] => {
    const found: Transition[] = []
    for (let id = 0; id < options.allowed.length; id++) {
      const leaving = members.filter((state) => sets[state]?.[id])
      if (leaving.length > 0) found.push({ ids: [id], state: stateOf(leaving.flatMap((state) => targets[state]!)) })
    }
    return found
  }
  return {
    start: stateOf([start]),
    next(state) {
      const known = states[state]!
      known.next ??= transitions(known.members)
      return known.next
    },
    mayEnd: (state) => states[state]!.members.includes(0),
    shortest: (state) => Math.min(...states[state]!.members.map((member) => distances[member]!)),
    wordOf: (_, spelling) => spelling,
  }
}

/** State 0 is the end; what is built later leads to what was built before, but for the ways back of repeats. */
function buildAutomaton(tree: PatternTree, { charset, allowed, maximumLength }: PatternOptions): Automaton {
  const sets: (readonly boolean[] | null)[] = [null]
  const targets: (readonly number[])[] = [[]]
  const add = (set: readonly boolean[] | null, to: readonly number[]): number => {
    if (sets.length >= MOST_STATES) throw new SaflError('option', 'pattern: its repeats make it too large')
    sets.push(set)
    targets.push(to)
    return sets.length - 1
  }
  const build = (part: PatternTree, exit: number): number => {
    if (part.kind === 'set')
      return add(
        charset.spellings.map((character, id) => allowed[id]! && part.holds(character)),
        [exit],
      )
    if (part.kind === 'sequence') return part.parts.reduceRight((after, each) => build(each, after), exit)
    if (part.kind !== 'repeat')
      return add(
        null,
        part.parts.map((each) => build(each, exit)),
      )
    return buildRepeat(part, exit)
  }
  const buildRepeat = ({ part, least, most }: PatternRepeat, exit: number): number => {
    // More copies than a word has characters add nothing.
    const bound = (count: number) => Math.min(count, maximumLength + 1)
    let entry = exit
    if (most === Number.POSITIVE_INFINITY) {
      entry = add(null, [])
      targets[entry] = [build(part, entry), exit]
    } else for (let copy = bound(least); copy < bound(most); copy++) entry = add(null, [build(part, entry), exit])
    for (let copy = 0; copy < bound(least); copy++) entry = build(part, entry)
    return entry
  }
  const start = build(tree, 0)
  return { sets, targets, start, distances: distancesToEnd(sets, targets) }
}

function distancesToEnd(sets: Automaton['sets'], targets: Automaton['targets']): number[] {
  const distances = sets.map((_, state) => (state === 0 ? 0 : Number.POSITIVE_INFINITY))
  for (let changed = true; changed; ) {
    changed = false
    for (const [state, set] of sets.entries()) {
      const cost = set ? (set.includes(true) ? 1 : Number.POSITIVE_INFINITY) : 0
      const least = targets[state]!.reduce((best, to) => Math.min(best, distances[to]!), Number.POSITIVE_INFINITY)
      if (least + cost >= distances[state]!) continue
      distances[state] = least + cost
      changed = true
    }
  }
  return distances
}

/** All states that free ways lead to: those that read a character and can come to an end, and the end. In order. */
function closure({ sets, targets, distances }: Automaton, reached: readonly number[]): number[] {
  const seen = new Set(reached)
  for (const state of seen) if (!sets[state]) for (const to of targets[state]!) seen.add(to)
  return [...seen]
    .filter((state) => (state === 0 || sets[state]) && distances[state]! < Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b)
}

/** What the ranks of a distributed training must agree on: at its start, after every step, and from time to time. (Node) */
import { createHash } from 'node:crypto'
import type { TrainingState } from './checkpoint.ts'
import { type Communicator, exchange } from './communicator.ts'

/** Steps between two comparisons of the weights: ranks compute the same, unless their processors round otherwise. */
const COMPARED_STEPS = 100
/** Differences that are named. */
const SHOWN = 3

/** What a rank wants after a step. */
export interface Wish {
  /** Whether it was asked to stop. */
  readonly stop: boolean
  /** The last step; that of rank 0 counts, whose clock paces the run. */
  readonly steps: number
}

/**
 * Throws, on all ranks, where one begins with anything else than rank 0 does: names what, both values, and the rank. Facts
 * are of whatever JSON holds.
 */
export function checkAgreement(communicator: Communicator, facts: Readonly<Record<string, unknown>>): void {
  const [first, ...others] = exchange(communicator, [...leaves(facts)])
  const wanted = new Map(first)
  const differences = others.flatMap((entries, place) => {
    const own = new Map(entries)
    const keys = new Set([...wanted.keys(), ...own.keys()])
    return [...keys]
      .filter((key) => wanted.get(key) !== own.get(key))
      .map(
        (key) =>
          `${key} is ${own.get(key) ?? 'missing'} on rank ${place + 1}, ${wanted.get(key) ?? 'missing'} on rank 0`,
      )
  })
  if (differences.length === 0) return
  const more = differences.length > SHOWN ? ` and ${differences.length - SHOWN} more` : ''
  throw new Error(
    `the ranks differ: ${differences.slice(0, SHOWN).join('; ')}${more}; give all of them the same options, data, version of safl and, to go on with, the same run's folder`,
  )
}

/** Names and values of what is not made of others, such as "settings.training.batchSize" and "4". */
function* leaves(value: unknown, name = ''): Generator<[name: string, value: string]> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, name ? `${name}.${key}` : key)
  } else yield [name, JSON.stringify(value)]
}

/** What is done after a step: all stop as soon as one rank is asked to. */
export function agree(communicator: Communicator, own: Wish): Wish {
  const wishes = exchange(communicator, own)
  return { stop: wishes.some(({ stop }) => stop), steps: wishes[0]!.steps }
}

/**
 * Every hundredth step: gives all ranks the state of rank 0 where weights have come to differ, as on processors of several kinds,
 * and returns the ranks that did.
 */
export function keepTogether(communicator: Communicator, state: TrainingState): number[] {
  if (state.step % COMPARED_STEPS !== 0) return []
  const digests = exchange(communicator, digest([state.weights]))
  const others = digests.flatMap((own, rank) => (own === digests[0] ? [] : [rank]))
  if (others.length > 0) {
    const alone = (length: number) => digests.map((_, rank) => (rank === 0 ? length : 0))
    for (const vector of vectorsOf(state)) communicator.collect(vector, alone(vector.length))
  }
  return others
}

/** A hash of all that the next step depends on. */
export function digestOf(state: TrainingState): string {
  return digest(vectorsOf(state))
}

function digest(vectors: readonly Float32Array[]): string {
  const hash = createHash('sha256')
  for (const { buffer, byteOffset, byteLength } of vectors) hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex').slice(0, 16)
}

function vectorsOf({ weights, moment1, moment2, average, statistics, averageStatistics }: TrainingState) {
  return [weights, moment1, moment2, average, statistics, averageStatistics]
}

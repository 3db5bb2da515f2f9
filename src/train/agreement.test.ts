import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { agree, checkAgreement, digestOf, keepTogether } from './agreement.ts'
import type { TrainingState } from './checkpoint.ts'
import type { Communicator } from './communicator.ts'

/** Rank `rank` among others that said what is given of them. */
function among(others: readonly unknown[], rank = 0): Communicator {
  const said: Uint8Array[] = others.map((other) => new TextEncoder().encode(JSON.stringify(other)))
  return {
    rank,
    size: others.length + 1,
    onThisMachine: 1,
    sum: () => {},
    // Rank 0 has ones.
    collect: (values) => void values.fill(1),
    gather: (own) => said.toSpliced(rank, 0, own),
    abort: () => {
      throw new Error('ended')
    },
    close: () => {},
  }
}

function stateAfter(step: number, weights: readonly number[]): TrainingState {
  const vector = () => new Float32Array(2)
  return {
    weights: Float32Array.from(weights),
    moment1: vector(),
    moment2: vector(),
    average: vector(),
    statistics: vector(),
    averageStatistics: vector(),
    step,
    samples: 0,
    seconds: 0,
  }
}

const facts = { version: '0.1.0', training: { steps: 4, lengths: [8, 14] } }
const said = (version: string, steps: number, lengths = '[8,14]') => [
  ['version', `"${version}"`],
  ['training.steps', `${steps}`],
  ['training.lengths', lengths],
]

test('ranks with the same facts agree; others are told what differs, and where', () => {
  expect(() => checkAgreement(among([said('0.1.0', 4)]), facts)).not.toThrow()
  expect(() => checkAgreement(among([said('0.1.0', 4), said('0.2.0', 5)]), facts)).toThrow(
    'the ranks differ: version is "0.2.0" on rank 2, "0.1.0" on rank 0; training.steps is 5 on rank 2, 4 on rank 0; give',
  )
  expect(() => checkAgreement(among([said('0.1.0', 4, '[8]'), []]), facts)).toThrow(
    'training.lengths is [8] on rank 1, [8,14] on rank 0; version is missing on rank 2, "0.1.0" on rank 0; training.steps is missing on rank 2, 4 on rank 0 and 1 more; give',
  )
})

test('all stop when one was asked to, after as many steps as rank 0 wants', () => {
  const wish = { stop: false, steps: 7 }
  expect(agree(among([{ stop: false, steps: 9 }]), wish)).toEqual({ stop: false, steps: 7 })
  expect(agree(among([{ stop: true, steps: 9 }]), wish)).toEqual({ stop: true, steps: 7 })
  expect(agree(among([{ stop: false, steps: 9 }], 1), wish)).toEqual({ stop: false, steps: 9 })
})

test('weights that have come to differ are those of rank 0 again, every hundredth step', () => {
  const own = createHash('sha256')
    .update(new Uint8Array(Float32Array.of(1, 2).buffer))
    .digest('hex')
    .slice(0, 16)
  const other = 'f00d'
  const state = stateAfter(100, [1, 2])
  expect(keepTogether(among([other]), stateAfter(99, [1, 2]))).toEqual([])
  expect(keepTogether(among([other, other], 1), state)).toEqual([1])
  expect(state.weights).toEqual(Float32Array.of(1, 1))
  expect(state.averageStatistics).toEqual(Float32Array.of(1, 1))
  const same = stateAfter(200, [1, 2])
  expect(keepTogether(among([own]), same)).toEqual([])
  expect(same.weights).toEqual(Float32Array.of(1, 2))
})

test('a digest is of all vectors', () => {
  const digest = digestOf(stateAfter(1, [1, 2]))
  expect(digest).toMatch(/^[0-9a-f]{16}$/)
  expect(digestOf(stateAfter(9, [1, 2]))).toBe(digest)
  const other = stateAfter(1, [1, 2])
  other.averageStatistics[1] = 1
  expect(digestOf(other)).not.toBe(digest)
})

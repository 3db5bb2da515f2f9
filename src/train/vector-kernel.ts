/**
 * Arithmetic over long vectors, number by number, in WebAssembly's lanes: JavaScript computes in 64 bits, one number at a
 * time, and checks every access. `vector-kernel.wat` is the arithmetic.
 */
import { instantiate } from '../wasm.ts'
import { vectorKernelWasm } from './vector-kernel-wasm.ts'

/** Changes vectors of one length in place. */
export type Kernel<V extends string, S extends string> = (
  vectors: Readonly<Record<V, Float32Array>>,
  scalars: Readonly<Record<S, number>>,
) => void

interface KernelSpec<V extends string, S extends string> {
  readonly name: 'adam' | 'lookAhead' | 'follow' | 'addTimes'
  /** The vectors that it changes, then those that it reads, in the text's order. */
  readonly changes: readonly V[]
  readonly reads: readonly V[]
  /** In the order of the parameters. */
  readonly scalars: readonly S[]
}

/** Numbers of each vector that are copied and computed at a time: those of all vectors fit in a core's own cache. */
const CHUNK = 8192
const CHUNK_BYTES = CHUNK * Float32Array.BYTES_PER_ELEMENT

const module = instantiate<KernelSpec<never, never>['name']>(vectorKernelWasm)

function vectorKernel<V extends string, S extends string>(spec: KernelSpec<V, S>): Kernel<V, S> {
  const { changes, reads, scalars } = spec
  const run = module[spec.name]
  const sources = [...changes, ...reads].map((name, place) => ({
    name,
    room: new Float32Array(module.memory.buffer, place * CHUNK_BYTES, CHUNK),
  }))
  const targets = sources.slice(0, changes.length)
  return (given, numbers) => {
    const { length } = given[changes[0]!]
    const factors = scalars.map((name) => numbers[name])
    for (let start = 0; start < length; start += CHUNK) {
      const count = Math.min(CHUNK, length - start)
      for (const { name, room } of sources) room.set(given[name].subarray(start, start + count))
      run(count * Float32Array.BYTES_PER_ELEMENT, ...factors)
      for (const { name, room } of targets) given[name].set(room.subarray(0, count), start)
    }
  }
}

/** Adam's moments, the weights that they move, and the moving average of these. */
export const moveByAdam = vectorKernel({
  name: 'adam',
  changes: ['first', 'second', 'weight', 'average'],
  reads: ['slope'],
  scalars: ['beta1', 'share1', 'beta2', 'share2', 'size', 'floor', 'forget'],
})

/** Nesterov's momentum: what it is now, and, `ahead`, where it will be. */
export const lookAhead = vectorKernel({
  name: 'lookAhead',
  changes: ['momentum', 'ahead'],
  reads: ['slope'],
  scalars: ['keep', 'share'],
})

/** Weights that a step moves, and the moving average of these. */
export const follow = vectorKernel({
  name: 'follow',
  changes: ['weight', 'average'],
  reads: ['move'],
  scalars: ['rate', 'forget'],
})

/** (sum + other) · share, in the place of the sum. */
export const addTimes = vectorKernel({ name: 'addTimes', changes: ['sum'], reads: ['other'], scalars: ['share'] })

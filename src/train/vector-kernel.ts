/**
 * Arithmetic over long vectors, number by number, in WebAssembly's lanes: JavaScript computes in 64 bits, one number at a
 * time, and checks every access.
 */
import {
  advance,
  type Code,
  END,
  F32,
  get,
  I32,
  instantiate,
  integer,
  LANES,
  LOOP,
  load,
  repeatIfLess,
  SPLAT,
  set,
  store,
  V128,
} from '../wasm.ts'

/** What leaves one vector of lanes on the stack. */
export type Expression = Code

const binary =
  (code: Code) =>
  (a: Expression, b: Expression): Expression => [...a, ...b, ...code]

export const plus = binary(LANES.add)
export const minus = binary(LANES.subtract)
export const times = binary(LANES.multiply)
export const over = binary(LANES.divide)
export const root = (a: Expression): Expression => [...a, ...LANES.squareRoot]

export interface KernelSpec<V extends string, S extends string> {
  readonly vectors: readonly V[]
  readonly scalars: readonly S[]
  /** What vectors become, one after the other: later ones see what earlier ones made. */
  readonly become: (values: Readonly<Record<V | S, Expression>>) => readonly (readonly [V, Expression])[]
}

/** Changes vectors of one length in place. */
export type Kernel<V extends string, S extends string> = (
  vectors: Readonly<Record<V, Float32Array>>,
  scalars: Readonly<Record<S, number>>,
) => void

/** Numbers of each vector that are copied and computed at a time: those of all vectors fit in a core's own cache. */
const CHUNK = 8192
const CHUNK_BYTES = CHUNK * Float32Array.BYTES_PER_ELEMENT

export function vectorKernel<V extends string, S extends string>(spec: KernelSpec<V, S>): Kernel<V, S> {
  const { vectors, scalars } = spec
  // Parameters: the chunk's end in bytes, the scalars. Locals after them: the place in the chunk; scalars and vectors in lanes.
  const [end, at] = [0, 1 + scalars.length]
  const names = [...scalars, ...vectors]
  const local = (name: V | S) => at + 1 + names.indexOf(name)
  const offset = (name: V) => vectors.indexOf(name) * CHUNK_BYTES
  const values = Object.fromEntries(names.map((name) => [name, get(local(name))])) as Record<V | S, Expression>
  const steps = spec.become(values)
  const changed = vectors.filter((vector) => steps.some(([name]) => name === vector))
  const { memory, run } = instantiate({
    parameters: [I32, ...scalars.map(() => F32)],
    locals: [
      [1, I32],
      [names.length, V128],
    ],
    body: [
      ...scalars.flatMap((name, index) => [...get(1 + index), ...SPLAT, ...set(local(name))]),
      ...LOOP,
      ...vectors.flatMap((name) => [...get(at), ...load(offset(name)), ...set(local(name))]),
      ...steps.flatMap(([name, expression]) => [...expression, ...set(local(name))]),
      ...changed.flatMap((name) => [...get(at), ...get(local(name)), ...store(offset(name))]),
      ...advance(at, integer(16)),
      ...repeatIfLess(get(at), get(end)),
      ...END,
      ...END,
    ],
    bytes: vectors.length * CHUNK_BYTES,
  })
  const room = (name: V) => new Float32Array(memory.buffer, offset(name), CHUNK)
  const sources = vectors.map((name) => ({ name, room: room(name) }))
  const targets = changed.map((name) => ({ name, room: room(name) }))
  return (given, numbers) => {
    const { length } = given[vectors[0]!]
    const factors = scalars.map((name) => numbers[name])
    for (let start = 0; start < length; start += CHUNK) {
      const count = Math.min(CHUNK, length - start)
      for (const { name, room } of sources) room.set(given[name].subarray(start, start + count))
      run(count * Float32Array.BYTES_PER_ELEMENT, ...factors)
      for (const { name, room } of targets) given[name].set(room.subarray(0, count), start)
    }
  }
}

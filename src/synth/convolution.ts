/**
 * Weighted sums of shifted copies of an array: blurring's inner loop, most of the work of a photograph, eight times as fast in
 * WebAssembly's lanes as in JavaScript's loops.
 */
import { instantiate, makeRoom } from '../wasm.ts'
import { convolutionWasm } from './convolution-wasm.ts'

const { memory, convolve } = instantiate<'convolve'>(convolutionWasm)

/** Numbers that one round of the loop in `convolution.wat` computes. */
const ROUND = 16

/**
 * Two arrays of at least `length` numbers, `first` and `second`, in the memory that `sumShifted` works on. Both, and what
 * is in them, are lost at the next call.
 */
export function borrowArrays(length: number): { first: Float32Array; second: Float32Array } {
  const room = roundUp(length) + ROUND
  makeRoom(memory, 4 * (MOST_TAPS + 2 * room))
  const of = (start: number) => new Float32Array(memory.buffer, 4 * start, room)
  return { first: of(MOST_TAPS), second: of(MOST_TAPS + room) }
}

/** Taps that there is room for. */
export const MOST_TAPS = 1024

/**
 * For every index below `length`, the sum of `taps[k] * source[index + k * step]`, into `target`; both arrays are
 * borrowed. What is read beyond the source's end, up to 16 numbers, goes into results beyond `length`.
 */
export function sumShifted(
  source: Float32Array,
  target: Float32Array,
  { taps, step, length }: { taps: Float32Array; step: number; length: number },
): void {
  new Float32Array(memory.buffer, 0, MOST_TAPS).set(taps)
  const end = target.byteOffset + 4 * roundUp(length)
  convolve(source.byteOffset, target.byteOffset, 0, 4 * taps.length, end, 4 * step)
}

function roundUp(length: number): number {
  return Math.ceil(length / ROUND) * ROUND
}

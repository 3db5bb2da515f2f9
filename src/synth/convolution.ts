/**
 * Weighted sums of shifted copies of an array: blurring's inner loop, most of the work of a photograph, eight times as fast in
 * WebAssembly's lanes as in JavaScript's loops.
 */
import {
  advance,
  END,
  get,
  I32,
  instantiate,
  integer,
  LANES,
  LOAD_SPLAT,
  LOOP,
  load,
  PAGE,
  repeatIfLess,
  set,
  store,
  V128,
  ZEROS,
} from '../wasm.ts'

/** Parameters, byte addresses and lengths: where to read and write, the taps' first and last end, the step between taps. */
const [SOURCE, TARGET, TAPS, TAPS_END, TARGET_END, STEP] = [0, 1, 2, 3, 4, 5]
/** Local variables: where the current tap reads, which tap it is, its weight in all four lanes, four sums of four lanes. */
const [FROM, TAP, WEIGHT] = [6, 7, 8]
const SUMS = [9, 10, 11, 12]

/** Numbers that one round of the loop computes. */
const ROUND = 16

const BODY = [
  ...LOOP,
  ...SUMS.flatMap((sum) => [...ZEROS, ...set(sum)]),
  ...[...get(SOURCE), ...set(FROM), ...get(TAPS), ...set(TAP)],
  ...LOOP,
  ...[...get(TAP), ...LOAD_SPLAT, ...set(WEIGHT)],
  ...SUMS.flatMap((sum, index) => [
    ...[...get(FROM), ...load(16 * index), ...get(WEIGHT), ...LANES.multiply],
    ...[...get(sum), ...LANES.add, ...set(sum)],
  ]),
  ...advance(FROM, get(STEP)),
  ...advance(TAP, integer(4)),
  ...repeatIfLess(get(TAP), get(TAPS_END)),
  ...END,
  ...SUMS.flatMap((sum, index) => [...get(TARGET), ...get(sum), ...store(16 * index)]),
  ...advance(SOURCE, integer(4 * ROUND)),
  ...advance(TARGET, integer(4 * ROUND)),
  ...repeatIfLess(get(TARGET), get(TARGET_END)),
  ...END,
  ...END,
]

const { memory, run: convolve } = instantiate({
  parameters: Array<number>(6).fill(I32),
  locals: [
    [2, I32],
    [1 + SUMS.length, V128],
  ],
  body: BODY,
  bytes: PAGE,
})

/**
 * Two arrays of at least `length` numbers, `first` and `second`, in the memory that `sumShifted` works on. Both, and what
 * is in them, are lost at the next call.
 */
export function borrowArrays(length: number): { first: Float32Array; second: Float32Array } {
  const room = roundUp(length) + ROUND
  const missing = 4 * (MOST_TAPS + 2 * room) - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
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

/**
 * Weighted sums of shifted copies of an array: blurring's inner loop, most of the work of a photograph. It runs on
 * WebAssembly's vectors, four numbers at a time and eight times as fast as JavaScript's loops; the few instructions are
 * assembled here, so that nothing needs to be built. Its numbers are those of IEEE arithmetic on every machine.
 */

const [I32, V128] = [0x7f, 0x7b]

/** Parameters, byte addresses and lengths: where to read and write, the taps' first and last end, the step between taps. */
const [SOURCE, TARGET, TAPS, TAPS_END, TARGET_END, STEP] = [0, 1, 2, 3, 4, 5]
/** Local variables: where the current tap reads, which tap it is, its weight in all four lanes, four sums of four lanes. */
const [FROM, TAP, WEIGHT] = [6, 7, 8]
const SUMS = [9, 10, 11, 12]

/** Numbers that one round of the loop computes. */
const LANES = 16

const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const constant = (value: number) => [0x41, ...signedLeb(value)]
const load = (offset: number) => [0xfd, 0x00, 4, offset]
const LOAD_SPLAT = [0xfd, 0x09, 2, 0]
const store = (offset: number) => [0xfd, 0x0b, 4, offset]
const ZEROS = [0xfd, 0x0c, ...Array<number>(16).fill(0)]
const MULTIPLY = [0xfd, 0xe6, 0x01]
const ADD_LANES = [0xfd, 0xe4, 0x01]
const ADD = [0x6a]
const IS_LESS = [0x49]
const LOOP = [0x03, 0x40]
const REPEAT_IF = [0x0d, 0]
const END = [0x0b]

const advance = (local: number, by: readonly number[]) => [...get(local), ...by, ...ADD, ...set(local)]

const BODY = [
  ...LOOP,
  ...SUMS.flatMap((sum) => [...ZEROS, ...set(sum)]),
  ...[...get(SOURCE), ...set(FROM), ...get(TAPS), ...set(TAP)],
  ...LOOP,
  ...[...get(TAP), ...LOAD_SPLAT, ...set(WEIGHT)],
  ...SUMS.flatMap((sum, index) => [
    ...[...get(FROM), ...load(16 * index), ...get(WEIGHT), ...MULTIPLY],
    ...[...get(sum), ...ADD_LANES, ...set(sum)],
  ]),
  ...advance(FROM, get(STEP)),
  ...advance(TAP, constant(4)),
  ...[...get(TAP), ...get(TAPS_END), ...IS_LESS, ...REPEAT_IF],
  ...END,
  ...SUMS.flatMap((sum, index) => [...get(TARGET), ...get(sum), ...store(16 * index)]),
  ...advance(SOURCE, constant(4 * LANES)),
  ...advance(TARGET, constant(4 * LANES)),
  ...[...get(TARGET), ...get(TARGET_END), ...IS_LESS, ...REPEAT_IF],
  ...END,
  ...END,
]

const section = (number: number, content: readonly number[]) => [number, ...leb(content.length), ...content]
const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
const LOCALS = [2, 2, I32, 1 + SUMS.length, V128]

const MODULE = new WebAssembly.Module(
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 6, ...Array<number>(6).fill(I32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('convolve'), 0, 0]),
    ...section(10, [1, ...leb(LOCALS.length + BODY.length), ...LOCALS, ...BODY]),
  ]),
)

/** Whole numbers as WebAssembly writes them: seven bits a byte, the lowest first. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

/** As above, where the last byte's second bit is the sign. */
function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)]
}

const { memory, convolve } = new WebAssembly.Instance(MODULE).exports as {
  memory: WebAssembly.Memory
  convolve(source: number, target: number, taps: number, tapsEnd: number, targetEnd: number, step: number): void
}
const PAGE = 1 << 16

/**
 * Two arrays of at least `length` numbers, `first` and `second`, in the memory that `sumShifted` works on. Both, and what
 * is in them, are lost at the next call.
 */
export function borrowArrays(length: number): { first: Float32Array; second: Float32Array } {
  const room = roundUp(length) + LANES
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
  return Math.ceil(length / LANES) * LANES
}

/**
 * Resizing 8-bit RGB images with an antialiased triangle filter: Pillow's `Image.resize(size, BILINEAR)`. First across, then
 * down, each rounded to 8 bits; row by row in WebAssembly's lanes, six times as fast as in JavaScript's loops.
 */
import { instantiate, makeRoom } from '../wasm.ts'
import type { RgbImage } from './image.ts'
import { resizeWasm } from './resize-wasm.ts'

const { memory, across, down } = instantiate<'across' | 'down'>(resizeWasm)

/** Of every output index the input indices that it is a mean of, and their weights. */
interface Taps {
  /** The first input index. */
  readonly starts: Int32Array
  /** How many they are; two almost everywhere where an image grows. */
  readonly counts: Int32Array
  /** Room for `width` weights each, in fractions of `ONE`, which they add up to. */
  readonly weights: Int32Array
  readonly width: number
}

/** Weights are whole numbers, as Pillow's are: 22 bits behind the point, 8 before it. */
const ONE = 1 << 22
/** Bytes that a round of the loop in `resize.wat` computes. */
const ROUND = 16

/** `image` at another size, in pixels. Shrinking averages over all source pixels. */
export function resize(image: RgbImage, width: number, height: number): RgbImage {
  if (!(width >= 1 && height >= 1)) throw new RangeError(`resize: ${width}x${height} is no size of an image`)
  if (width === image.width && height === image.height) return image
  const columns = triangleTaps(image.width, width)
  const rows = triangleTaps(image.height, height)
  const [sourceStride, stride] = [image.width * 3, width * 3]
  const room = roundUp(stride) + ROUND
  // A row across is needed for a few rows down: as many stand in memory, in turn.
  const standing = rows.width
  const borrow = lender()
  const starts = borrow(4 * width)
  const counts = borrow(4 * width)
  const weights = borrow(4 * columns.weights.length)
  const rowWeights = borrow(4 * rows.weights.length)
  const rowAddresses = borrow(4 * standing)
  const source = borrow(roundUp(sourceStride) + ROUND)
  const strip = borrow(standing * room)
  const target = borrow(room)
  makeRoom(memory, borrow(0))
  const numbers = new Int32Array(memory.buffer)
  const bytes = new Uint8Array(memory.buffer)
  for (let column = 0; column < width; column++) {
    numbers[starts / 4 + column] = 3 * columns.starts[column]!
    numbers[counts / 4 + column] = 4 * columns.counts[column]!
  }
  numbers.set(columns.weights, weights / 4)
  numbers.set(rows.weights, rowWeights / 4)

  const data = new Uint8Array(height * stride)
  let done = 0
  for (let row = 0; row < height; row++) {
    const [first, count] = [rows.starts[row]!, rows.counts[row]!]
    for (; done < first + count; done++) {
      bytes.set(image.data.subarray(done * sourceStride, (done + 1) * sourceStride), source)
      const place = strip + (done % standing) * room
      across(source, place, place + stride, starts, counts, weights, 4 * columns.width)
    }
    for (let tap = 0; tap < count; tap++) numbers[rowAddresses / 4 + tap] = strip + ((first + tap) % standing) * room
    const weight = rowWeights + 4 * row * rows.width
    down(rowAddresses, weight, weight + 4 * count, target, target + stride)
    data.set(bytes.subarray(target, target + stride), row * stride)
  }
  return { width, height, data }
}

function triangleTaps(from: number, to: number): Taps {
  const scale = from / to
  const support = Math.max(scale, 1)
  const width = Math.ceil(support) * 2 + 1
  const starts = new Int32Array(to)
  const counts = new Int32Array(to)
  const weights = new Int32Array(to * width)
  const shares = new Float64Array(width)
  for (let index = 0; index < to; index++) {
    const center = (index + 0.5) * scale
    const start = Math.max(Math.floor(center - support + 0.5), 0)
    const end = Math.min(Math.floor(center + support + 0.5), from)
    let total = 0
    for (let source = start; source < end; source++) {
      const share = Math.max(1 - Math.abs((source + 0.5 - center) / support), 0)
      shares[source - start] = share
      total += share
    }
    for (let tap = 0; tap < end - start; tap++) weights[index * width + tap] = Math.round((shares[tap]! / total) * ONE)
    starts[index] = start
    counts[index] = end - start
  }
  return { starts, counts, weights, width }
}

/** Gives places in memory, one behind the other. */
function lender(): (length: number) => number {
  let next = 0
  return (length) => {
    const place = next
    next += roundUp(length)
    return place
  }
}

function roundUp(length: number): number {
  return Math.ceil(length / ROUND) * ROUND
}

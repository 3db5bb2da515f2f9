/** Resizing 8-bit RGB images with an antialiased triangle filter: Pillow's `Image.resize(size, BILINEAR)`. */
import type { RgbImage } from './image.ts'

interface Taps {
  /** First source index of each output index. */
  readonly starts: Int32Array
  /** Number of source indices of each output index; two almost everywhere where an image grows. */
  readonly counts: Int32Array
  /** `width` weights for each output index, in fractions of `ONE`, which they add up to. */
  readonly weights: Int32Array
  readonly width: number
}

/** Weights are whole numbers, as Pillow's are: 22 bits behind the point, 8 before it. */
const BITS = 22
const ONE = 1 << BITS
const HALF = ONE >> 1

/** `image` at another size, in pixels. Shrinking averages over all source pixels; each pass rounds to 8 bits. */
export function resize(image: RgbImage, width: number, height: number): RgbImage {
  if (!(width >= 1 && height >= 1)) throw new RangeError(`resize: ${width}x${height} is no size of an image`)
  const across = width === image.width ? image : resizeRows(image, width)
  return height === across.height ? across : resizeColumns(across, height)
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

function resizeRows(image: RgbImage, width: number): RgbImage {
  const { starts, counts, weights, width: taps } = triangleTaps(image.width, width)
  const { data: pixels, height } = image
  const data = new Uint8Array(height * width * 3)
  const stride = image.width * 3
  let target = 0
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, target += 3) {
      let source = row * stride + starts[column]! * 3
      const first = column * taps
      const count = counts[column]!
      if (count === 2) {
        const left = weights[first]!
        const right = weights[first + 1]!
        data[target] = (HALF + Math.imul(left, pixels[source]!) + Math.imul(right, pixels[source + 3]!)) >> BITS
        data[target + 1] = (HALF + Math.imul(left, pixels[source + 1]!) + Math.imul(right, pixels[source + 4]!)) >> BITS
        data[target + 2] = (HALF + Math.imul(left, pixels[source + 2]!) + Math.imul(right, pixels[source + 5]!)) >> BITS
        continue
      }
      let red = HALF
      let green = HALF
      let blue = HALF
      for (let tap = first; tap < first + count; tap++, source += 3) {
        const weight = weights[tap]!
        red += Math.imul(weight, pixels[source]!)
        green += Math.imul(weight, pixels[source + 1]!)
        blue += Math.imul(weight, pixels[source + 2]!)
      }
      data[target] = red >> BITS
      data[target + 1] = green >> BITS
      data[target + 2] = blue >> BITS
    }
  }
  return { width, height, data }
}

function resizeColumns(image: RgbImage, height: number): RgbImage {
  const { starts, counts, weights, width: taps } = triangleTaps(image.height, height)
  const { data: pixels } = image
  const stride = image.width * 3
  const data = new Uint8Array(height * stride)
  const sums = new Int32Array(stride)
  for (let row = 0, target = 0; row < height; row++, target += stride) {
    const first = row * taps
    const start = starts[row]! * stride
    if (counts[row] === 2) {
      const above = weights[first]!
      const below = weights[first + 1]!
      for (let index = 0; index < stride; index++)
        data[target + index] =
          (HALF + Math.imul(above, pixels[start + index]!) + Math.imul(below, pixels[start + stride + index]!)) >> BITS
      continue
    }
    // Whole rows at a time, as they lie in memory.
    sums.fill(HALF)
    const last = first + counts[row]!
    for (let tap = first, source = start; tap < last; tap++, source += stride) {
      const weight = weights[tap]!
      for (let index = 0; index < stride; index++) sums[index]! += Math.imul(weight, pixels[source + index]!)
    }
    for (let index = 0; index < stride; index++) data[target + index] = sums[index]! >> BITS
  }
  return { width: image.width, height, data }
}

/** Resizing 8-bit RGB images with an antialiased triangle filter: Pillow's `Image.resize(size, BILINEAR)`. */
import type { RgbImage } from './image.ts'

interface Taps {
  /** First source index of each output index. */
  readonly starts: Int32Array
  /** Number of source indices of each output index. */
  readonly counts: Int32Array
  /** `width` weights for each output index, which add up to 1. */
  readonly weights: Float64Array
  readonly width: number
}

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
  const weights = new Float64Array(to * width)
  for (let index = 0; index < to; index++) {
    const center = (index + 0.5) * scale
    const start = Math.max(Math.floor(center - support + 0.5), 0)
    const end = Math.min(Math.floor(center + support + 0.5), from)
    let total = 0
    for (let source = start; source < end; source++) {
      const weight = Math.max(1 - Math.abs((source + 0.5 - center) / support), 0)
      weights[index * width + source - start] = weight
      total += weight
    }
    for (let tap = 0; tap < end - start; tap++) weights[index * width + tap]! /= total
    starts[index] = start
    counts[index] = end - start
  }
  return { starts, counts, weights, width }
}

function resizeRows(image: RgbImage, width: number): RgbImage {
  const { starts, counts, weights, width: taps } = triangleTaps(image.width, width)
  const data = new Uint8Array(image.height * width * 3)
  let target = 0
  for (let row = 0; row < image.height; row++) {
    const rowStart = row * image.width
    for (let column = 0; column < width; column++) {
      let [red, green, blue] = [0.5, 0.5, 0.5]
      let source = (rowStart + starts[column]!) * 3
      const first = column * taps
      for (let tap = first; tap < first + counts[column]!; tap++, source += 3) {
        const weight = weights[tap]!
        red += weight * image.data[source]!
        green += weight * image.data[source + 1]!
        blue += weight * image.data[source + 2]!
      }
      data[target++] = red
      data[target++] = green
      data[target++] = blue
    }
  }
  return { width, height: image.height, data }
}

function resizeColumns(image: RgbImage, height: number): RgbImage {
  const { starts, counts, weights, width: taps } = triangleTaps(image.height, height)
  const stride = image.width * 3
  const data = new Uint8Array(height * stride)
  const sums = new Float64Array(stride)
  for (let row = 0; row < height; row++) {
    sums.fill(0.5)
    for (let tap = 0; tap < counts[row]!; tap++) {
      const weight = weights[row * taps + tap]!
      const source = (starts[row]! + tap) * stride
      for (let index = 0; index < stride; index++) sums[index]! += weight * image.data[source + index]!
    }
    data.set(sums, row * stride)
  }
  return { width: image.width, height, data }
}

/** Blurs of small pictures, in place or into a new array. Edges repeat. */
import { borrowArrays, MOST_TAPS, sumShifted } from './convolution.ts'
import type { LightImage } from './light-image.ts'

/** Three box blurs of the given radius: close to a Gaussian of deviation sqrt(radius · (radius + 1)). One value a pixel. */
export function boxBlurPlane(plane: Float32Array, width: number, height: number, radius: number): void {
  const line = new Float32Array(Math.max(width, height))
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) boxBlurLine(plane, line, { start: y * width, step: 1, count: width, radius })
    for (let x = 0; x < width; x++) boxBlurLine(plane, line, { start: x, step: width, count: height, radius })
  }
}

interface LineOfPlane {
  readonly start: number
  readonly step: number
  readonly count: number
  readonly radius: number
}

function boxBlurLine(plane: Float32Array, line: Float32Array, { start, step, count, radius }: LineOfPlane): void {
  for (let index = 0; index < count; index++) line[index] = plane[start + index * step]!
  let sum = 0
  for (let offset = -radius; offset <= radius; offset++) sum += line[Math.max(0, Math.min(count - 1, offset))]!
  const share = 1 / (2 * radius + 1)
  for (let index = 0; index < count; index++) {
    plane[start + index * step] = sum * share
    sum += line[Math.min(count - 1, index + radius + 1)]! - line[Math.max(0, index - radius)]!
  }
}

/** Gaussian blur of the given deviation in pixels, all channels, into `target`, which may be the image's own data. */
export function gaussianBlur(
  { width, height, data }: LightImage,
  deviation: number,
  target: Float32Array = new Float32Array(data.length),
): LightImage {
  const radius = Math.min(Math.max(1, Math.ceil(deviation * 2.5)), (MOST_TAPS - 1) >> 1)
  const taps = new Float32Array(2 * radius + 1)
  let sum = 0
  for (let tap = -radius; tap <= radius; tap++) sum += taps[tap + radius] = Math.exp(-0.5 * (tap / deviation) ** 2)
  for (let tap = 0; tap < taps.length; tap++) taps[tap]! /= sum
  const stride = (width + 2 * radius) * 3
  const { first, second } = borrowArrays(stride * (height + 2 * radius))
  pad(first, { width, height, data }, radius)
  sumShifted(first, second, { taps, step: stride, length: stride * height })
  sumShifted(second, first, { taps, step: 3, length: stride * height - 6 * radius })
  for (let y = 0; y < height; y++) target.set(first.subarray(y * stride, y * stride + width * 3), y * width * 3)
  return { width, height, data: target }
}

/** The image with a margin of `radius` pixels all around that repeats its border. */
function pad(padded: Float32Array, { width, height, data }: LightImage, radius: number): void {
  const margin = radius * 3
  const inner = width * 3
  const stride = inner + 2 * margin
  for (let y = 0; y < height; y++) {
    const row = (y + radius) * stride
    padded.set(data.subarray(y * inner, (y + 1) * inner), row + margin)
    const right = row + margin + inner
    for (let index = 0; index < margin; index += 3) {
      for (let channel = 0; channel < 3; channel++) {
        padded[row + index + channel] = padded[row + margin + channel]!
        padded[right + index + channel] = padded[right - 3 + channel]!
      }
    }
  }
  const top = radius * stride
  const last = (radius + height - 1) * stride
  for (let y = 0; y < radius; y++) {
    padded.copyWithin(y * stride, top, top + stride)
    padded.copyWithin(last + (y + 1) * stride, last, last + stride)
  }
}

/**
 * The camera moved by (x, y) pixels while its shutter was open: evenly, or, in two steps, from one rest to another, which
 * shows everything twice.
 */
export function motionBlur(
  { width, height, data }: LightImage,
  [x, y]: readonly [number, number],
  steps: number = Math.max(2, Math.ceil(Math.hypot(x, y)) + 1),
): LightImage {
  const result = new Float32Array(data.length)
  const share = 1 / steps
  for (let step = 0; step < steps; step++) {
    const way = step / (steps - 1) - 0.5
    const shiftX = Math.round(x * way)
    const shiftY = Math.round(y * way)
    for (let row = 0; row < height; row++) {
      const from = Math.max(0, Math.min(height - 1, row + shiftY)) * width
      let to = row * width * 3
      for (let column = 0; column < width; column++, to += 3) {
        const at = 3 * (from + Math.max(0, Math.min(width - 1, column + shiftX)))
        result[to]! += share * data[at]!
        result[to + 1]! += share * data[at + 1]!
        result[to + 2]! += share * data[at + 2]!
      }
    }
  }
  return { width, height, data: result }
}

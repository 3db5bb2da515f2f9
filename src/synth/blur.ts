/** Blurs of small pictures, in place or into a new array. Edges repeat. */
import type { LightImage } from './light.ts'

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

/** Gaussian blur of the given deviation in pixels, all channels. */
export function gaussianBlur(image: LightImage, deviation: number): LightImage {
  const radius = Math.max(1, Math.ceil(deviation * 2.5))
  const taps = new Float32Array(2 * radius + 1)
  let sum = 0
  for (let tap = -radius; tap <= radius; tap++) sum += taps[tap + radius] = Math.exp(-0.5 * (tap / deviation) ** 2)
  for (let tap = 0; tap < taps.length; tap++) taps[tap]! /= sum
  return convolveRows(convolveColumns(image, taps), taps)
}

/** Odd number of taps that sum to one. */
function convolveColumns({ width, height, data }: LightImage, taps: Float32Array): LightImage {
  const radius = (taps.length - 1) / 2
  const stride = width * 3
  const result = new Float32Array(data.length)
  for (let y = 0; y < height; y++) {
    const to = y * stride
    for (let tap = -radius; tap <= radius; tap++) {
      const from = Math.max(0, Math.min(height - 1, y + tap)) * stride
      const share = taps[tap + radius]!
      for (let index = 0; index < stride; index++) result[to + index]! += share * data[from + index]!
    }
  }
  return { width, height, data: result }
}

function convolveRows({ width, height, data }: LightImage, taps: Float32Array): LightImage {
  const radius = (taps.length - 1) / 2
  const stride = width * 3
  const result = new Float32Array(data.length)
  const padded = new Float32Array((width + 2 * radius) * 3)
  for (let y = 0; y < height; y++) {
    const row = y * stride
    padded.set(data.subarray(row, row + stride), radius * 3)
    for (let index = 0; index < radius * 3; index++) {
      padded[index] = data[row + (index % 3)]!
      padded[radius * 3 + stride + index] = data[row + stride - 3 + (index % 3)]!
    }
    for (let tap = 0; tap < taps.length; tap++) {
      const share = taps[tap]!
      const shift = tap * 3
      for (let index = 0; index < stride; index++) result[row + index]! += share * padded[shift + index]!
    }
  }
  return { width, height, data: result }
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

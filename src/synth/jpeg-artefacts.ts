/**
 * What JPEG compression does to a picture: cosine transforms of 8×8 blocks, rounded by the standard's tables (ITU-T T.81,
 * annex K). Own code, as the painter waits for nobody (sharp's is asynchronous) and paints thousands of words in a row: of
 * @napi-rs/canvas each picture holds 0.25 MB until the event loop turns, and a word takes 0.45 ms instead of 0.24 (120×40).
 */
import { fromFrequencies, SIDE, scaleOf, toFrequencies } from './cosine-transform.ts'
import type { LightImage } from './light-image.ts'
import { createScratch } from './scratch.ts'

const [borrowLight, borrowBlueness, borrowRedness] = [createScratch(), createScratch(), createScratch()]

const LUMINANCE_STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
]

const CHROMINANCE_STEPS = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99,
]

/**
 * Compresses in place. `quality` 1 to 100 is that of the usual encoders; `phaseX` and `phaseY` (0 to 7) say where the
 * first block begins, since a crop seldom starts at a block of its photograph. Colour is at half resolution.
 */
export function addJpegArtefacts(
  { width, height, data }: LightImage,
  { quality, phaseX, phaseY }: { quality: number; phaseX: number; phaseY: number },
): void {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
  const stepsOf = (table: readonly number[]) =>
    Float32Array.from(table, (step) => Math.max(1, Math.min(255, Math.round((step * percent) / 100))))
  const pixels = width * height
  const halfWidth = Math.ceil(width / 2)
  const halfHeight = Math.ceil(height / 2)
  const light = borrowLight(pixels)
  const blueness = borrowBlueness(halfWidth * halfHeight).fill(0)
  const redness = borrowRedness(halfWidth * halfHeight).fill(0)
  for (let y = 0, place = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3, pixel++) {
      const red = data[place]!
      const blue = data[place + 2]!
      const value = 0.299 * red + 0.587 * data[place + 1]! + 0.114 * blue
      light[pixel] = value - 128
      const half = (y >> 1) * halfWidth + (x >> 1)
      // Averages of the four pixels; at an odd edge fewer fall in, and the sum is made up below.
      const share = (x === width - 1 && width % 2 === 1 ? 2 : 1) * (y === height - 1 && height % 2 === 1 ? 2 : 1)
      blueness[half]! += 0.25 * share * 0.564 * (blue - value)
      redness[half]! += 0.25 * share * 0.713 * (red - value)
    }
  }
  const chromaSteps = stepsOf(CHROMINANCE_STEPS)
  quantizePlane(light, width, height, { steps: stepsOf(LUMINANCE_STEPS), phaseX, phaseY })
  quantizePlane(blueness, halfWidth, halfHeight, { steps: chromaSteps, phaseX: phaseX >> 1, phaseY: phaseY >> 1 })
  quantizePlane(redness, halfWidth, halfHeight, { steps: chromaSteps, phaseX: phaseX >> 1, phaseY: phaseY >> 1 })
  for (let y = 0, place = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3, pixel++) {
      const half = (y >> 1) * halfWidth + (x >> 1)
      const value = light[pixel]! + 128
      const red = value + redness[half]! / 0.713
      const blue = value + blueness[half]! / 0.564
      data[place] = red
      data[place + 1] = (value - 0.299 * red - 0.114 * blue) / 0.587
      data[place + 2] = blue
    }
  }
}

interface Grid {
  readonly steps: Float32Array
  readonly phaseX: number
  readonly phaseY: number
}

function quantizePlane(plane: Float32Array, width: number, height: number, { steps, phaseX, phaseY }: Grid): void {
  const block = new Float64Array(SIDE * SIDE)
  // What a frequency is multiplied with to count its steps, and what a step is worth: scales of both transforms included.
  const counts = Float64Array.from(steps, (step, index) => 1 / (step * 8 * scaleOf(index)))
  const worths = Float64Array.from(steps, (step, index) => (step * scaleOf(index)) / 8)
  for (let top = -phaseY; top < height; top += SIDE) {
    for (let left = -phaseX; left < width; left += SIDE) {
      const isInside = top >= 0 && left >= 0 && top + SIDE <= height && left + SIDE <= width
      if (isInside) {
        for (let y = 0, from = top * width + left; y < 64; y += SIDE, from += width)
          for (let x = 0; x < SIDE; x++) block[y + x] = plane[from + x]!
      } else {
        for (let y = 0; y < SIDE; y++) {
          const row = Math.max(0, Math.min(height - 1, top + y)) * width
          for (let x = 0; x < SIDE; x++) block[y * SIDE + x] = plane[row + Math.max(0, Math.min(width - 1, left + x))]!
        }
      }
      toFrequencies(block)
      for (let index = 0; index < SIDE * SIDE; index++)
        block[index] = Math.round(block[index]! * counts[index]!) * worths[index]!
      fromFrequencies(block)
      if (isInside) {
        for (let y = 0, to = top * width + left; y < 64; y += SIDE, to += width)
          for (let x = 0; x < SIDE; x++) plane[to + x] = block[y + x]!
      } else {
        for (let y = Math.max(0, -top); y < Math.min(SIDE, height - top); y++) {
          for (let x = Math.max(0, -left); x < Math.min(SIDE, width - left); x++)
            plane[(top + y) * width + left + x] = block[y * SIDE + x]!
        }
      }
    }
  }
}

/** Whether anyone could read a finished sample: chance hides some words, and a label nobody can see teaches nothing. */
import type { RgbImage } from '../image/image.ts'
import { type Colour, contrast } from './colour.ts'
import type { LightImage } from './light-image.ts'
import type { Point } from './warp.ts'

/** Upright bands that a crop is judged in, so that half a word lost in glare is noticed. */
const BANDS = 5
/** Mean difference between letters and ground that a reader still makes out, on the scale of bytes. */
const LEAST_CONTRAST = 15
/** A band alone may be worse than the word. */
const LEAST_BAND_CONTRAST = 9
/** A band counts when it has at least this share of a fifth of the ink. */
const LEAST_INK_SHARE = 0.35

/** Sums over one band: weight, red, green, blue of letters, the same of bare ground, and the ground's squares. */
const SUMS = 9

/** `plane` has a byte a pixel: 0 for bare ground, 1 for the line around letters, else the letters' coverage. */
export function isVisible({ width, height, data }: RgbImage, plane: Uint8Array): boolean {
  const sums = new Float64Array((BANDS + 1) * SUMS)
  const sumsOf = Uint8Array.from({ length: width }, (_, x) => Math.floor((x * BANDS) / width) * SUMS)
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const at = sumsOf[x]!
      const coverage = plane[pixel]!
      const place = pixel * 3
      if (coverage === 0) {
        const red = data[place]!
        const green = data[place + 1]!
        const blue = data[place + 2]!
        sums[at + 4]! += 1
        sums[at + 5]! += red
        sums[at + 6]! += green
        sums[at + 7]! += blue
        sums[at + 8]! += (red * red + green * green + blue * blue) / 3
      } else if (coverage > 1) {
        const ink = coverage / 255
        sums[at]! += ink
        sums[at + 1]! += ink * data[place]!
        sums[at + 2]! += ink * data[place + 1]!
        sums[at + 3]! += ink * data[place + 2]!
      }
    }
  }
  const whole = BANDS * SUMS
  for (let index = 0; index < whole; index++) sums[whole + (index % SUMS)]! += sums[index]!
  const inkOfBand = (sums[whole]! / BANDS) * LEAST_INK_SHARE
  for (let band = 0; band < BANDS; band++) {
    const at = band * SUMS
    if (sums[at]! > inkOfBand && sums[at + 4]! > 0 && !stands(sums, at, LEAST_BAND_CONTRAST)) return false
  }
  return stands(sums, whole, LEAST_CONTRAST)
}

/**
 * Whether a word within a painted picture can be told from what is bare between and around its letters, before any camera.
 * `corners` go clockwise around it; what lies outside of them, such as lines above and below, does not count.
 */
export function isVisibleWithin(
  { width, height, data }: LightImage,
  plane: Uint8Array,
  corners: readonly Point[],
): boolean {
  const edges = corners.map(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length]!
    return { x, y, alongX: nextX - x, alongY: nextY - y }
  })
  const within = (values: readonly number[], length: number) => [
    Math.max(0, Math.floor(Math.min(...values))),
    Math.min(length, Math.ceil(Math.max(...values))),
  ]
  const [left, right] = within(
    corners.map(([x]) => x),
    width,
  ) as [number, number]
  const [top, bottom] = within(
    corners.map(([, y]) => y),
    height,
  ) as [number, number]
  const sums = new Float64Array(SUMS)
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const coverage = plane[y * width + x]!
      if (coverage === 1) continue
      if (edges.some((edge) => edge.alongX * (y + 0.5 - edge.y) < edge.alongY * (x + 0.5 - edge.x))) continue
      const place = 3 * (y * width + x)
      const [red, green, blue] = [data[place]!, data[place + 1]!, data[place + 2]!]
      const at = coverage === 0 ? 4 : 0
      const weight = coverage === 0 ? 1 : coverage / 255
      sums[at]! += weight
      sums[at + 1]! += weight * red
      sums[at + 2]! += weight * green
      sums[at + 3]! += weight * blue
      if (coverage === 0) sums[8]! += (red * red + green * green + blue * blue) / 3
    }
  }
  // Letters that leave nothing bare between them fill their box; on a ground that is not seen they are a bar.
  return sums[0]! > 0 && sums[4]! > 0 && stands(sums, 0, LEAST_CONTRAST)
}

/** Whether letters differ from the ground by the least contrast, and by more than half of the ground's own unrest. */
function stands(sums: Float64Array, at: number, least: number): boolean {
  const meanOf = (first: number, weight: number): Colour => [
    sums[first]! / weight,
    sums[first + 1]! / weight,
    sums[first + 2]! / weight,
  ]
  const letters = meanOf(at + 1, sums[at]! + 1e-6)
  const ground = meanOf(at + 5, sums[at + 4]! + 1e-6)
  const mean = (ground[0] + ground[1] + ground[2]) / 3
  const deviation = Math.sqrt(Math.max(0, sums[at + 8]! / (sums[at + 4]! + 1e-6) - mean * mean))
  return contrast(letters, ground) > Math.max(least, 0.5 * deviation)
}

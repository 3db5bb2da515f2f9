/** Real crops as those of slanted words: the box around a word that is rolled, seen from the side or set on an arc. */
import { groundOf } from '../image/fit.ts'
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { chance, normal, pickWeighted, uniform } from '../synth/distributions.ts'

/** Standard deviation and most of the angle, radians: beyond, a word runs up or down. */
const ROLL = 0.4
const MOST_ROLL = 0.85
/** From the side a word is as narrow as this at least, of its width, and one end as much higher than the other, of its height. */
const NARROWEST = 0.55
const MOST_TAPER = 0.3
/** Half of the angle that an arc spans at least and at most, radians. */
const [FLATTEST, ROUNDEST] = [0.25, 0.9]
/** Crops are wider than high by this. */
const LEAST_ASPECT = 1.2
/** Points of each side of the crop by which its box is found. */
const STEPS = 8

/** A place in the crop: from -1 at the left and the top to 1 at the right and the bottom. */
type Place = readonly [u: number, v: number]
/** Pixels to the right of the word's middle, and down. */
type Point = readonly [x: number, y: number]

/** Where a crop's places lie, and back. */
interface Bending {
  forth(place: Place): Point
  back(point: Point): Place
}

/** What is high may be slanted already, and a single character hardly has a direction. */
export function canSlant({ text, image }: { readonly text: string; readonly image: RgbImage }): boolean {
  return [...text].length > 1 && image.width > LEAST_ASPECT * image.height
}

/** The word in the upright box around it; what is beyond its crop is its ground, its border's colours or another colour. */
export function slant(image: RgbImage, random: Random): RgbImage {
  const { width, height, data } = image
  const kind = pickWeighted(random, [
    ['flat', 40],
    ['oblique', 40],
    ['arc', 20],
  ])
  const across = (kind === 'oblique' ? uniform(random, NARROWEST, 1) : 1) * width
  const bending =
    kind === 'arc'
      ? arc({ width, height }, uniform(random, FLATTEST, ROUNDEST), chance(random, 0.75))
      : tapered(across, height, kind === 'oblique' ? uniform(random, -MOST_TAPER, MOST_TAPER) : 0)
  // An arc's ends are rolled already.
  const roll = (kind === 'arc' ? 0.4 : 1) * Math.max(-MOST_ROLL, Math.min(MOST_ROLL, ROLL * normal(random)))
  const beyond = pickWeighted(random, [
    ['ground', 40],
    ['border', 40],
    ['another', 20],
  ])
  const colour = beyond === 'another' ? [0, 1, 2].map(() => Math.floor(random() * 256)) : groundOf(image)
  const [cosine, sine] = [Math.cos(roll), Math.sin(roll)]
  const border = Array.from({ length: STEPS + 1 }, (_, step) => (2 * step) / STEPS - 1)
  const points = border.flatMap((along): Place[] => [
    [along, -1],
    [along, 1],
    [-1, along],
    [1, along],
  ])
  const rolled = points.map(bending.forth).map(([x, y]): Point => [x * cosine - y * sine, x * sine + y * cosine])
  const [left, right] = rangeOf(rolled.map(([x]) => x))
  const [top, bottom] = rangeOf(rolled.map(([, y]) => y))
  const [columns, rows] = [right - left, bottom - top]
  const slanted = new Uint8Array(columns * rows * 3)
  for (let row = 0, target = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, target += 3) {
      const [x, y] = [left + column + 0.5, top + row + 0.5]
      const [u, v] = bending.back([x * cosine + y * sine, y * cosine - x * sine])
      if (beyond !== 'border' && Math.max(Math.abs(u), Math.abs(v)) > 1) slanted.set(colour, target)
      else sample({ width, height, data }, [((u + 1) / 2) * width - 0.5, ((v + 1) / 2) * height - 0.5], slanted, target)
    }
  }
  return { width: columns, height: rows, data: slanted }
}

/** As wide as `across`; the right end is higher than the left one by twice `taper` of the height, or lower below 0. */
function tapered(across: number, height: number, taper: number): Bending {
  const highAt = (u: number) => (height / 2) * Math.max(1 + taper * u, 0.2)
  return {
    forth: ([u, v]) => [(u * across) / 2, v * highAt(u)],
    back([x, y]) {
      const u = (2 * x) / across
      return [u, y / highAt(u)]
    },
  }
}

/** On an arc of twice `half` radians whose ends point down, or up. */
function arc({ width, height }: Pick<RgbImage, 'width' | 'height'>, half: number, isDown: boolean): Bending {
  // Letters keep room at the inner side.
  const radius = Math.max(width / 2 / half, 0.8 * height)
  const span = width / 2 / radius
  const side = isDown ? 1 : -1
  return {
    forth([u, v]) {
      const from = radius - (side * v * height) / 2
      return [from * Math.sin(u * span), side * (radius - from * Math.cos(u * span))]
    },
    back([x, y]) {
      const down = radius - side * y
      return [Math.atan2(x, down) / span, (side * 2 * (radius - Math.hypot(x, down))) / height]
    },
  }
}

/** Whole pixels around all. */
function rangeOf(values: readonly number[]): [least: number, most: number] {
  const [least, most] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))]
  return [least, Math.max(most, least + 1)]
}

/** The colour at a point, between pixels linear; beyond the border the border's. */
function sample({ width, height, data }: RgbImage, [x, y]: Point, output: Uint8Array, target: number): void {
  const [right, down] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)]
  const [column, row] = [Math.floor(right), Math.floor(down)]
  const [fx, fy] = [right - column, down - row]
  const first = (row * width + column) * 3
  const next = column < width - 1 ? 3 : 0
  const below = first + (row < height - 1 ? width * 3 : 0)
  for (let channel = 0; channel < 3; channel++) {
    const upper = data[first + channel]! * (1 - fx) + data[first + next + channel]! * fx
    const lower = data[below + channel]! * (1 - fx) + data[below + next + channel]! * fx
    output[target + channel] = upper * (1 - fy) + lower * fy + 0.5
  }
}

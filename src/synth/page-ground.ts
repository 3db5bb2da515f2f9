/** What a page's blocks hang on: a photograph, or paint; and where it is smooth. */
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { chance, logUniform, pick, uniform } from './distributions.ts'
import { paintGround } from './ground.ts'
import type { LightImage } from './light-image.ts'
import type { SurfaceSettings } from './settings.ts'
import type { Box } from './warp.ts'

/** Share of pages on paint, cloth, boards or paper instead of a photograph. */
const PAINTED = 0.2
/** Height of letters, pixels, by which boards and tiles of a painted ground are measured. */
const USUAL_LETTERS = 40

export function paintPageGround(
  random: Random,
  page: LightImage,
  { photographs, settings }: { photographs: readonly RgbImage[]; settings: SurfaceSettings },
): void {
  const hasPhotographs = photographs.length > 0 && settings.photographs > 0
  if (hasPhotographs && !chance(random, PAINTED)) paintPhotograph(random, page, pick(random, photographs))
  else paintGround(random, page, { inkHeight: USUAL_LETTERS, photographs, settings: { ...settings, photographs: 0 } })
}

/** Least pixels of a photograph along a pixel of a page: enlarged more, it would be softer than all that is set on it. */
const FINEST = 0.5

/**
 * A part of a photograph, at its own size or reduced; a small photograph goes on as its mirror image beyond its edges.
 * Bilinear.
 */
function paintPhotograph(random: Random, { width, height, data }: LightImage, photograph: RgbImage): void {
  const whole = Math.min(photograph.width / width, photograph.height / height)
  const step = logUniform(random, FINEST, Math.max(1.1, Math.min(whole, 2.5)))
  const mirror = chance(random, 0.5)
  const across = sampling(random, { count: width, length: photograph.width, step, mirror, unit: 3 })
  const unit = 3 * photograph.width
  const down = sampling(random, { count: height, length: photograph.height, step, mirror: false, unit })
  const { data: pixels } = photograph
  const { first, second, share: shares } = across
  for (let y = 0, place = 0; y < height; y++) {
    const row = down.first[y]!
    const below = down.second[y]!
    const share = down.share[y]!
    for (let x = 0; x < width; x++, place += 3) {
      const [left, right, part] = [first[x]!, second[x]!, shares[x]!]
      const d = part * share
      const [c, b] = [share - d, part - d]
      const a = 1 - part - c
      const [topLeft, topRight, lowLeft, lowRight] = [row + left, row + right, below + left, below + right]
      data[place] = a * pixels[topLeft]! + b * pixels[topRight]! + c * pixels[lowLeft]! + d * pixels[lowRight]!
      data[place + 1] =
        a * pixels[topLeft + 1]! + b * pixels[topRight + 1]! + c * pixels[lowLeft + 1]! + d * pixels[lowRight + 1]!
      data[place + 2] =
        a * pixels[topLeft + 2]! + b * pixels[topRight + 2]! + c * pixels[lowLeft + 2]! + d * pixels[lowRight + 2]!
    }
  }
}

interface Sampling {
  readonly count: number
  readonly length: number
  readonly step: number
  readonly mirror: boolean
  /** Numbers of the photograph from one pixel to the next. */
  readonly unit: number
}

/** For each pixel along one side, where the two of the photograph are that it lies between, and the second one's share. */
function sampling(random: Random, { count, length, step, mirror, unit }: Sampling) {
  const room = length - 1 - step * (count - 1)
  const start = room > 0 ? uniform(random, 0, room) : uniform(random, 0, 2 * length)
  const first = new Int32Array(count)
  const second = new Int32Array(count)
  const share = new Float32Array(count)
  for (let index = 0; index < count; index++) {
    const at = start + step * (mirror ? count - 1 - index : index)
    const whole = Math.floor(at)
    first[index] = unit * reflected(whole, length)
    second[index] = unit * reflected(whole + 1, length)
    share[index] = at - whole
  }
  return { first, second, share }
}

function reflected(place: number, length: number): number {
  const turn = place % (2 * length)
  return turn < length ? turn : 2 * length - 1 - turn
}

/** How restless parts of a page are. */
export interface Restlessness {
  /** Mean difference of brightness between neighbouring cells in a box, bytes; 0 is smooth. */
  in(box: Box): number
}

/** Pixels along a cell. */
const CELL = 4

/** Reads the page as it is now. */
export function measureRestlessness({ width, height, data }: LightImage): Restlessness {
  const [columns, rows] = [Math.floor(width / CELL), Math.floor(height / CELL)]
  const light = (column: number, row: number) => {
    const place = 3 * (row * CELL * width + column * CELL)
    return 0.299 * data[place]! + 0.587 * data[place + 1]! + 0.114 * data[place + 2]!
  }
  // Sums over all cells above and to the left (Crow 1984).
  const stride = columns + 1
  const sums = new Float64Array(stride * (rows + 1))
  for (let row = 0; row + 1 < rows; row++) {
    let sum = 0
    for (let column = 0; column + 1 < columns; column++) {
      const here = light(column, row)
      sum += Math.abs(light(column + 1, row) - here) + Math.abs(light(column, row + 1) - here)
      sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1]! + sum
    }
  }
  return {
    in({ left, right, top, bottom }) {
      const cell = (value: number, most: number) => Math.max(0, Math.min(most, Math.round(value / CELL)))
      const [x0, x1] = [cell(left, columns - 1), cell(right, columns - 1)]
      const [y0, y1] = [cell(top, rows - 1), cell(bottom, rows - 1)]
      const total =
        sums[y1 * stride + x1]! - sums[y0 * stride + x1]! - sums[y1 * stride + x0]! + sums[y0 * stride + x0]!
      return total / Math.max(1, 2 * (x1 - x0) * (y1 - y0))
    },
  }
}

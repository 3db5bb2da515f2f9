/** What the finder shall answer: words drawn as kernels on a map with a place for every fourth pixel. */
import type { FinderDataSettings } from '../config.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { MAP_STRIDE } from '../model/finder.ts'
import { IGNORED_PLACE, KERNEL_PLACE } from './finder-batch.ts'
import type { PhotographWord } from './labelled-photograph.ts'

export type KernelSettings = Pick<FinderDataSettings, 'kernelShrink' | 'leastHeight'>

export interface KernelMap {
  /** NO_KERNEL, KERNEL_PLACE or IGNORED_PLACE of each place, row by row. */
  readonly kernels: Uint8Array
  /** Distance of the kernel's outline to the word's there, pixels; 0 where there is no kernel. */
  readonly distances: Float32Array
  /** How many words count. */
  readonly words: number
}

/** A kernel is at least so high, pixels: no word falls between the map's rows. */
const LEAST_KERNEL = 5
/** A word of which less is to be seen does not count. */
const LEAST_SEEN = 0.4

/**
 * The map of a picture of `width` by `height` pixels, multiples of 4. A word's kernel is all that lies farther than
 * area (1 - r²) / perimeter from its edges (PSENet, arXiv 1903.12473, section 3.3), and one place at least. Words that are
 * ignored, too low or mostly beyond the picture's edge are marked as such, but where another word's kernel lies.
 */
export function drawKernels(
  words: readonly Pick<PhotographWord, 'quadrilateral' | 'ignored'>[],
  picture: { readonly width: number; readonly height: number },
  { kernelShrink, leastHeight }: KernelSettings,
): KernelMap {
  const [columns, rows] = [picture.width / MAP_STRIDE, picture.height / MAP_STRIDE]
  const kernels = new Uint8Array(columns * rows)
  const distances = new Float32Array(columns * rows)
  const counted: Outline[] = []
  for (const { quadrilateral, ignored } of words) {
    const outline = outlineOf(quadrilateral)
    if (!outline) continue
    const places = placesWithin(outline, 0, { columns, rows })
    const seen = (places.length * MAP_STRIDE ** 2) / outline.area
    const isCut = quadrilateral.some(([x, y]) => x < 0 || y < 0 || x > picture.width || y > picture.height)
    if (ignored || outline.height < leastHeight || (isCut && seen < LEAST_SEEN))
      for (const place of places) kernels[place] = IGNORED_PLACE
    else counted.push(outline)
  }
  for (const outline of counted) {
    const rim = (outline.area * (1 - kernelShrink ** 2)) / outline.perimeter
    const distance = Math.min(rim, Math.max(0, (outline.height - LEAST_KERNEL) / 2))
    const places = placesWithin(outline, distance, { columns, rows })
    for (const place of places.length > 0 ? places : middleOf(outline, { columns, rows })) {
      kernels[place] = KERNEL_PLACE
      distances[place] = distance
    }
  }
  return { kernels, distances, words: counted.length }
}

interface MapSize {
  readonly columns: number
  readonly rows: number
}

/** A quadrilateral by its edges: a x + b y + c is how far inside a point lies, pixels. */
interface Outline {
  readonly corners: Quadrilateral
  readonly edges: readonly { readonly a: number; readonly b: number; readonly c: number }[]
  readonly area: number
  readonly perimeter: number
  /** The shorter of its two extents. */
  readonly height: number
}

/** Null where the corners enclose nothing. */
function outlineOf(corners: Quadrilateral): Outline | null {
  const sides = corners.map(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % 4]!
    return { x, y, nextX, nextY, length: Math.hypot(nextX - x, nextY - y) }
  })
  const twice = sides.reduce((sum, { x, y, nextX, nextY }) => sum + x * nextY - nextX * y, 0)
  if (Math.abs(twice) < 2) return null
  const inside = Math.sign(twice)
  const edges = sides
    .filter(({ length }) => length > 0)
    .map(({ x, y, nextX, nextY, length }) => {
      const [a, b] = [(-inside * (nextY - y)) / length, (inside * (nextX - x)) / length]
      return { a, b, c: -a * x - b * y }
    })
  const [top, right, bottom, left] = sides.map(({ length }) => length) as [number, number, number, number]
  return {
    corners,
    edges,
    area: Math.abs(twice) / 2,
    perimeter: top + right + bottom + left,
    height: Math.min(top + bottom, right + left) / 2,
  }
}

/** Places whose middles lie at least `distance` inside. */
function placesWithin({ corners, edges }: Outline, distance: number, { columns, rows }: MapSize): number[] {
  const range = (values: readonly number[], count: number) => [
    Math.max(0, Math.floor(Math.min(...values) / MAP_STRIDE)),
    Math.min(count - 1, Math.floor(Math.max(...values) / MAP_STRIDE)),
  ]
  const [left, right] = range(
    corners.map(([x]) => x),
    columns,
  ) as [number, number]
  const [top, bottom] = range(
    corners.map(([, y]) => y),
    rows,
  ) as [number, number]
  const places: number[] = []
  for (let row = top; row <= bottom; row++) {
    const y = (row + 0.5) * MAP_STRIDE
    for (let column = left; column <= right; column++) {
      const x = (column + 0.5) * MAP_STRIDE
      if (edges.every(({ a, b, c }) => a * x + b * y + c >= distance)) places.push(row * columns + column)
    }
  }
  return places
}

/** The place of the corners' mean; none where that is outside the picture. */
function middleOf({ corners }: Outline, { columns, rows }: MapSize): number[] {
  const mean = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4
  const [column, row] = [Math.floor(mean(0) / MAP_STRIDE), Math.floor(mean(1) / MAP_STRIDE)]
  return column >= 0 && row >= 0 && column < columns && row < rows ? [row * columns + column] : []
}

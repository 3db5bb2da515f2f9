/**
 * From the finder's maps to quadrilaterals: cells → kernels → the smallest rectangle around each → widened to the whole
 * word → corners in reading order.
 */
import type { PixelPoint, Quadrilateral } from '../image/quadrilateral.ts'
import { MAP_STRIDE } from '../model/finder.ts'
import { convexHull } from './hull.ts'
import { type KernelOptions, kernelsOf } from './kernels.ts'
import { minimumAreaRectangle, type Rectangle, toReadingOrder, widen, wideningByArea } from './rectangle.ts'

/** What the finder says of a picture, in cells of `MAP_STRIDE` by `MAP_STRIDE` pixels, row by row. */
export interface FinderMaps {
  readonly width: number
  readonly height: number
  /** Probability, 0 to 1, that a cell belongs to the shrunken kernel of a word. */
  readonly kernels: Float32Array
  /**
   * How far, in pixels of the picture, a kernel's outline is to be moved outwards to be the word's; read at the kernel's
   * cells. Without it the kernel's shape says it.
   */
  readonly widening?: Float32Array | undefined
}

export interface MapWord {
  /** Pixels of the picture; may reach beyond it. */
  readonly quadrilateral: Quadrilateral
  /** How likely it is that a word lies there, 0 to 1. */
  readonly score: number
}

export interface MapReadingOptions extends Partial<KernelOptions> {
  /** What the map of widening is multiplied with. */
  readonly wider?: number
  /** By how much a word is made longer at either end, in its heights. */
  readonly ends?: number
  /** Words of a lower score are left out. */
  readonly leastScore?: number
  /** Words whose shorter side is shorter are left out, pixels. */
  readonly leastSide?: number
  /** What a kernel's area over its perimeter is multiplied with, where there is no map of widening. */
  readonly ratio?: number
}

/** The words, from the top down by their kernels' first cells. */
export function wordsInMaps(
  maps: FinderMaps,
  {
    floor = 0.3,
    share = 0.67,
    wider = 1,
    ends = 0,
    leastScore = 0.34,
    leastSide = 4,
    ratio = 1.5,
  }: MapReadingOptions = {},
): MapWord[] {
  const { width, height, kernels, widening } = maps
  if (kernels.length !== width * height || (widening && widening.length !== kernels.length))
    throw new Error(`maps of ${width}x${height} cells have ${width * height} numbers each`)
  const words: MapWord[] = []
  for (const cells of kernelsOf(kernels, maps, { floor, share })) {
    const kernel = kernelRectangle(cells, width)
    const distance = widening ? wider * Math.max(0, meanAt(widening, cells)) : wideningByArea(kernel, ratio)
    const word = lengthen(widen(kernel, distance), ends)
    const score = likelihood(meanAt(kernels, cells), word)
    if (!(score >= leastScore && Math.min(word.width, word.height) >= leastSide)) continue
    words.push({ quadrilateral: toReadingOrder(word), score })
  }
  return words
}

/** A fit to the words of validation photographs: what is as high as wide is less often one (`tools/tune-finder.ts`). */
const FIT = { bias: -4.37, certainty: 3.33, length: 0.95 }

/** By the mean probability of its kernel's cells, and its shape. */
function likelihood(mean: number, { width, height }: Rectangle): number {
  const length = Math.log(Math.max(width, height) / Math.min(width, height))
  return 1 / (1 + Math.exp(-FIT.bias - FIT.length * length) * ((1 - mean) / mean) ** FIT.certainty)
}

/** Moves the two ends of a rectangle's longer sides outwards, by its height each. */
function lengthen(rectangle: Rectangle, ends: number): Rectangle {
  const { width, height } = rectangle
  const longer = 2 * ends * Math.min(width, height)
  return width >= height ? { ...rectangle, width: width + longer } : { ...rectangle, height: height + longer }
}

function meanAt(values: Float32Array, places: Int32Array): number {
  let sum = 0
  for (const place of places) sum += values[place]!
  return sum / places.length
}

/**
 * The rectangle of a kernel, in pixels. Around the cells' middles it is too small: by half a cell on each side where it
 * stands level, by less where it is turned. So it is grown, by half a cell at most, until its area is that of its cells.
 */
function kernelRectangle(cells: Int32Array, mapWidth: number): Rectangle {
  const { centre, direction, width, height } = minimumAreaRectangle(convexHull(rowEnds(cells, mapWidth)))
  // (width + 2g) (height + 2g) = the number of cells.
  const around = width + height
  const missing = cells.length - width * height
  const growth = missing > 0 ? Math.min(0.5, missing / (around + Math.sqrt(around * around + 4 * missing))) : 0
  return {
    centre: [(centre[0] + 0.5) * MAP_STRIDE, (centre[1] + 0.5) * MAP_STRIDE],
    direction,
    width: (width + 2 * growth) * MAP_STRIDE,
    height: (height + 2 * growth) * MAP_STRIDE,
  }
}

/** The first and the last cell of each row, column and row: they have the same hull as all cells. */
function rowEnds(cells: Int32Array, mapWidth: number): PixelPoint[] {
  const ends = new Map<number, { first: number; last: number }>()
  for (const place of cells) {
    const row = Math.floor(place / mapWidth)
    const column = place - row * mapWidth
    const known = ends.get(row)
    if (!known) ends.set(row, { first: column, last: column })
    else if (column < known.first) known.first = column
    else if (column > known.last) known.last = column
  }
  return [...ends].flatMap(([row, { first, last }]): PixelPoint[] => [
    [first, row],
    [last, row],
  ])
}

/**
 * Pictures larger than the network's view: which tiles of them it sees, and one map of all tiles' maps.
 *
 * Maps are joined rather than words: a word that an edge cuts is two kernels in two tiles' maps, which meet in the joined
 * map and are one there, whereas two halves of a word as quadrilaterals would have to be told from two words. In an
 * overlap, a cell's numbers are means by how deep the cell lies within each tile, since near its edges a network does not
 * see what it judges: the largest number would keep whatever is seen there.
 */

import { MAP_STRIDE } from '../model/finder.ts'
import type { MapSize } from './kernels.ts'
import type { FinderMaps } from './words-in-maps.ts'

/** A part of a picture, pixels. Its corner lies on the maps' cells. */
export interface Tile {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface TileOptions {
  /** Width and height of the network's view, pixels: a multiple of what the network asks for. */
  readonly side: number
  /** Least pixels that neighbours share; wider than most words are high. */
  readonly overlap?: number
}

/**
 * Tiles that cover a picture, row by row, as few as may be and evenly spread: all of them `side` wide where the picture is
 * wider, else as wide as it is, and so with heights.
 */
export function tilesOf({ width, height }: MapSize, { side, overlap = 64 }: TileOptions): Tile[] {
  if (!(overlap >= 0 && side - overlap >= MAP_STRIDE))
    throw new Error(
      `tiles of ${side} pixels cannot share ${overlap}: the overlap must be smaller by ${MAP_STRIDE} at least`,
    )
  return startsOf(height, side, overlap).flatMap((top) =>
    startsOf(width, side, overlap).map((left) => ({
      left,
      top,
      width: Math.min(width, side),
      height: Math.min(height, side),
    })),
  )
}

/** Where tiles begin along one side of a picture. The last may reach beyond its end by less than a cell. */
function startsOf(length: number, side: number, overlap: number): number[] {
  if (length <= side) return [0]
  const last = Math.ceil((length - side) / MAP_STRIDE)
  const step = Math.max(1, Math.floor((side - overlap) / MAP_STRIDE))
  const count = Math.ceil(last / step) + 1
  return Array.from({ length: count }, (_, index) => Math.round((index * last) / (count - 1)) * MAP_STRIDE)
}

export interface MapJoiner {
  /** The maps of a tile; those of cells beyond the picture, where a tile was padded, are left out. */
  add(tile: Tile, maps: FinderMaps): void
  /** The maps of the picture. Cells of no tile are 0. */
  join(): FinderMaps
}

/** Joins maps tile by tile, so that only one tile's are in memory beside the picture's. */
export function createMapJoiner(picture: MapSize): MapJoiner {
  const [width, height] = [Math.ceil(picture.width / MAP_STRIDE), Math.ceil(picture.height / MAP_STRIDE)]
  const [kernels, widening, weights] = [0, 0, 0].map(() => new Float32Array(width * height)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  let isWidened = false
  return {
    add(tile, maps) {
      const [left, top] = [tile.left / MAP_STRIDE, tile.top / MAP_STRIDE]
      const [right, bottom] = [Math.min(width, left + maps.width), Math.min(height, top + maps.height)]
      isWidened ||= maps.widening !== undefined
      for (let y = top; y < bottom; y++) {
        // Cells from the nearer edge, of those that are no edge of the picture.
        const downwards = depth(y, { start: top, end: bottom, length: height })
        for (let x = left; x < right; x++) {
          const weight = Math.min(downwards, depth(x, { start: left, end: right, length: width }))
          const from = (y - top) * maps.width + x - left
          const to = y * width + x
          kernels[to]! += weight * maps.kernels[from]!
          if (maps.widening) widening[to]! += weight * maps.widening[from]!
          weights[to]! += weight
        }
      }
    },
    join() {
      for (let place = 0; place < weights.length; place++) {
        const weight = weights[place]!
        if (weight === 0) continue
        kernels[place]! /= weight
        widening[place]! /= weight
        weights[place] = 1
      }
      return { width, height, kernels, ...(isWidened && { widening }) }
    },
  }
}

function depth(place: number, { start, end, length }: { start: number; end: number; length: number }): number {
  const before = start === 0 ? Number.POSITIVE_INFINITY : place - start + 1
  const behind = end === length ? Number.POSITIVE_INFINITY : end - place
  // Where a tile ends with the picture, it sees as much as there is; deeper than this, no network sees more.
  return Math.min(before, behind, 1024)
}

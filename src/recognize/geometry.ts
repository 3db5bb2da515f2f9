/** Where the rectifier found a word, and what it made of it. */
import type { RgbImage } from '../image/image.ts'
import type { Value } from '../tensor/index.ts'

/** Across and down, fractions of an image. */
export type Point = readonly [x: number, y: number]

export interface WordGeometry {
  /** The straightened word that the network read, in pixels. */
  readonly rectified: RgbImage
  /** Along the word's upper edge from left to right, then its lower edge: x, y as fractions of the image. */
  readonly controlPoints: readonly Point[]
}

/** One image's part of what the encoder says of a batch. */
export function geometryOf(rectified: Value, points: Value, place: number): WordGeometry {
  const [, , height, width] = rectified.shape as [number, number, number, number]
  const area = height * width
  const values = rectified.data.subarray(place * 3 * area, (place + 1) * 3 * area) as Float32Array
  const data = Uint8Array.from({ length: 3 * area }, (_, index) =>
    Math.round((values[(index % 3) * area + Math.floor(index / 3)]! + 1) * 127.5),
  )
  const [batch, count] = points.shape as [number, number, number]
  // Without a rectifier all images share the same points.
  const first = (batch === 1 ? 0 : place) * 2 * count
  const controlPoints = Array.from({ length: count }, (_, point) => {
    return [points.data[first + 2 * point] as number, points.data[first + 2 * point + 1] as number] as const
  })
  return { rectified: { width, height, data }, controlPoints }
}

/**
 * Guidance of the rectifier by where words are: its control points are drawn, during training only, towards the edges of
 * synthetic words, which the engine knows. Left to the reading loss alone they hardly move from their box.
 */
import { add, cast, divide, greaterOrEqual, multiply, subtract, sum, type Tensor } from '../tensor/index.ts'

/** Coordinates of a word whose edges nobody knows. */
export const UNKNOWN_EDGE = -9
/** Below any coordinate of a real edge, above the unknown one. */
const KNOWN_FROM = -4

/**
 * Mean squared distance, in fractions of the image, between `controlPoints[B, K, 2]` and `outlines[B, K, 2]` (both the
 * upper edge from left to right, then the lower one), over the coordinates that are known: one element.
 */
export function outlineLoss(controlPoints: Tensor, outlines: Tensor): Tensor {
  const known = cast(greaterOrEqual(outlines, KNOWN_FROM), 'float32')
  const apart = multiply(subtract(controlPoints, outlines), known)
  return divide(sum(multiply(apart, apart)), add(sum(known), 1))
}

/**
 * An outline of any number of points an edge as `count` points in all, half an edge, by straight lines between its
 * points: x, y of each, the upper edge first.
 */
export function resampleOutline(outline: Float32Array, count: number): Float32Array {
  const points = outline.length / 4
  const half = count / 2
  const result = new Float32Array(2 * count)
  for (let point = 0; point < count; point++) {
    const edge = point < half ? 0 : points
    const place = ((point % half) * (points - 1)) / (half - 1)
    const before = Math.min(Math.floor(place), points - 2)
    const share = place - before
    for (let axis = 0; axis < 2; axis++) {
      const [from, to] = [before, before + 1].map((index) => outline[2 * (edge + index) + axis]!) as [number, number]
      result[2 * point + axis] = from + share * (to - from)
    }
  }
  return result
}

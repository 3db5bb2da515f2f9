/** Perspective: what lies in a quadrilateral of a picture, as if seen from the front. */
import type { PixelPoint, Quadrilateral } from './quadrilateral.ts'

/** Rows of a 3 x 3 matrix whose last number is 1: x = (a u + b v + c) / (g u + h v + 1), y = (d u + e v + f) / (…). */
export type Perspective = readonly [
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
]

/**
 * From the unit square, whose corners are (0, 0), (1, 0), (1, 1) and (0, 1), to a convex quadrilateral's corners in their order
 * (P. Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, section 2.2.3).
 */
export function perspectiveOf([p, q, r, s]: Quadrilateral): Perspective {
  const [sumX, sumY] = [p[0] - q[0] + r[0] - s[0], p[1] - q[1] + r[1] - s[1]]
  const [rightX, rightY] = [q[0] - r[0], q[1] - r[1]]
  const [lowerX, lowerY] = [s[0] - r[0], s[1] - r[1]]
  const area = rightX * lowerY - lowerX * rightY
  const g = (sumX * lowerY - lowerX * sumY) / area
  const h = (rightX * sumY - sumX * rightY) / area
  return [
    q[0] - p[0] + g * q[0],
    s[0] - p[0] + h * s[0],
    p[0],
    q[1] - p[1] + g * q[1],
    s[1] - p[1] + h * s[1],
    p[1],
    g,
    h,
  ]
}

/** Where a point of the unit square lies. */
export function project([a, b, c, d, e, f, g, h]: Perspective, [u, v]: PixelPoint): PixelPoint {
  const depth = g * u + h * v + 1
  return [(a * u + b * v + c) / depth, (d * u + e * v + f) / depth]
}

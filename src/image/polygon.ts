/** Areas of polygons, whose corners are pixels of a picture. */
import type { PixelPoint } from './quadrilateral.ts'

export type Polygon = readonly PixelPoint[]

/** Square pixels; negative where the corners go round counter-clockwise on the screen. */
export function signedArea(polygon: Polygon): number {
  let twice = 0
  let [beforeX, beforeY] = polygon[polygon.length - 1] ?? [0, 0]
  for (const [x, y] of polygon) {
    twice += beforeX * y - x * beforeY
    beforeX = x
    beforeY = y
  }
  return twice / 2
}

/** Square pixels, whichever way the corners go round. */
export function polygonArea(polygon: Polygon): number {
  return Math.abs(signedArea(polygon))
}

/** Length of the outline, pixels. */
export function polygonPerimeter(polygon: Polygon): number {
  let length = 0
  let before = polygon[polygon.length - 1]
  for (const point of polygon) {
    if (before) length += Math.hypot(point[0] - before[0], point[1] - before[1])
    before = point
  }
  return length
}

/**
 * Area that two polygons share, exact: either may be concave and go round either way, as hand-made labels do, but its
 * edges do not cross each other. A polygon is the sum of the triangles of a fan, some of them negative; triangles are
 * convex and clip each other.
 */
export function intersectionArea(first: Polygon, second: Polygon): number {
  if (!boxesMeet(first, second)) return 0
  const others = fan(second)
  let shared = 0
  for (const one of fan(first))
    for (const other of others) shared += one.sign * other.sign * clippedArea(one.triangle, other.triangle)
  return Math.abs(shared)
}

/** Shared area over the area of both together (IoU), 0 to 1; 0 where neither has an area. */
export function intersectionOverUnion(first: Polygon, second: Polygon): number {
  const shared = intersectionArea(first, second)
  const union = polygonArea(first) + polygonArea(second) - shared
  return union > 0 ? shared / union : 0
}

function boxesMeet(first: Polygon, second: Polygon): boolean {
  for (const axis of [0, 1] as const) {
    const [low, high] = rangeAlong(first, axis)
    const [otherLow, otherHigh] = rangeAlong(second, axis)
    if (!(low < otherHigh && otherLow < high)) return false
  }
  return true
}

function rangeAlong(polygon: Polygon, axis: 0 | 1): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const point of polygon) {
    low = Math.min(low, point[axis])
    high = Math.max(high, point[axis])
  }
  return [low, high]
}

/** Triangles from the first corner to each edge, all turned to go round clockwise, with the sign that they had. */
function fan(polygon: Polygon): { triangle: Polygon; sign: number }[] {
  const triangles: { triangle: Polygon; sign: number }[] = []
  for (let corner = 1; corner + 1 < polygon.length; corner++) {
    const triangle = [polygon[0]!, polygon[corner]!, polygon[corner + 1]!]
    const area = signedArea(triangle)
    if (area !== 0) triangles.push({ triangle: area > 0 ? triangle : triangle.reverse(), sign: Math.sign(area) })
  }
  return triangles
}

/** Area of what is left of a convex polygon inside a convex, clockwise one (Sutherland and Hodgman 1974). */
function clippedArea(subject: Polygon, clip: Polygon): number {
  let left: PixelPoint[] = [...subject]
  for (let edge = 0; edge < clip.length && left.length > 0; edge++) {
    const [startX, startY] = clip[edge]!
    const [endX, endY] = clip[(edge + 1) % clip.length]!
    const insideness = ([x, y]: PixelPoint) => (endX - startX) * (y - startY) - (endY - startY) * (x - startX)
    const kept: PixelPoint[] = []
    let before = left[left.length - 1]!
    let depthBefore = insideness(before)
    for (const point of left) {
      const depth = insideness(point)
      if (depth > 0 !== depthBefore > 0) {
        const share = depthBefore / (depthBefore - depth)
        kept.push([before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])])
      }
      if (depth > 0) kept.push(point)
      before = point
      depthBefore = depth
    }
    left = kept
  }
  return polygonArea(left)
}

/** Turned rectangles. */
import type { PixelPoint, Quadrilateral } from '../image/quadrilateral.ts'

export interface Rectangle {
  readonly centre: PixelPoint
  /** Of length 1, along the width. */
  readonly direction: PixelPoint
  readonly width: number
  readonly height: number
}

/** The smallest rectangle, in any direction, around a convex polygon whose corners go clockwise; it lies on an edge. */
export function minimumAreaRectangle(hull: readonly PixelPoint[]): Rectangle {
  const count = hull.length
  if (count < 2) return { centre: hull[0] ?? [0, 0], direction: [1, 0], width: 0, height: 0 }
  let best: Rectangle | undefined
  // Rotating calipers (Toussaint 1983): as the edge goes around, so do the corners farthest along it and across it.
  let [right, far, left] = [1, 1, 1]
  for (let edge = 0; edge < count; edge++) {
    const [startX, startY] = hull[edge]!
    const [endX, endY] = hull[(edge + 1) % count]!
    const length = Math.hypot(endX - startX, endY - startY)
    const [alongX, alongY] = [(endX - startX) / length, (endY - startY) / length]
    const along = (corner: number) => hull[corner % count]![0] * alongX + hull[corner % count]![1] * alongY
    const across = (corner: number) => hull[corner % count]![1] * alongX - hull[corner % count]![0] * alongY
    right = Math.max(right, edge + 1)
    while (along(right + 1) > along(right)) right++
    far = Math.max(far, right)
    while (across(far + 1) > across(far)) far++
    left = Math.max(left, far)
    while (along(left + 1) < along(left)) left++
    const [width, height] = [along(right) - along(left), across(far) - across(edge)]
    if (best && width * height >= best.width * best.height) continue
    const [u, v] = [along(left) + width / 2, across(edge) + height / 2]
    best = { centre: [u * alongX - v * alongY, u * alongY + v * alongX], direction: [alongX, alongY], width, height }
  }
  return best!
}

/** Every side moved outwards, pixels; a negative distance moves it inwards, at most to the middle. */
export function widen(rectangle: Rectangle, distance: number): Rectangle {
  const { width, height } = rectangle
  return {
    ...rectangle,
    width: Math.max(0, width + 2 * distance),
    height: Math.max(0, height + 2 * distance),
  }
}

/**
 * How far a kernel is to be widened where nothing but its shape says so: its area over its perimeter, times `ratio` (as DBNet
 * unclips its kernels, arXiv 1911.08947).
 */
export function wideningByArea({ width, height }: Pick<Rectangle, 'width' | 'height'>, ratio = 1.5): number {
  const perimeter = 2 * (width + height)
  return perimeter > 0 ? (ratio * width * height) / perimeter : 0
}

/**
 * Up to how many times as high as wide an upright word may be. Of ICDAR 2015's training words that are up to 1.5 times as
 * high as wide, 1 in 112 is a turned word; beyond 1.7 most that are no turned words are misplaced labels.
 */
const TALLEST_UPRIGHT = 1.6

/**
 * Corners from the reading's top left. A word reads along its longer side, to the right; straight up or down, downwards.
 * One that is nearly square reads along the side that is nearer to level.
 */
export function toReadingOrder({ centre, direction, width, height }: Rectangle): Quadrilateral {
  const [x, y] = direction
  const isFlat = Math.abs(x) >= Math.abs(y)
  // The same rectangle by its other side, as seen a quarter turned.
  const [levelX, levelY, level, steep] = isFlat ? [x, y, width, height] : [-y, x, height, width]
  const readsAlongLevel = steep <= TALLEST_UPRIGHT * level
  const [alongX, alongY, length, thickness] = readsAlongLevel
    ? [levelX, levelY, level, steep]
    : [-levelY, levelX, steep, level]
  const isBackwards = Math.abs(alongX) > 1e-9 ? alongX < 0 : alongY < 0
  const sign = isBackwards ? -1 : 1
  const [halfX, halfY] = [(sign * alongX * length) / 2, (sign * alongY * length) / 2]
  const [downX, downY] = [(-sign * alongY * thickness) / 2, (sign * alongX * thickness) / 2]
  const corner = (right: number, down: number): PixelPoint => [
    centre[0] + right * halfX + down * downX,
    centre[1] + right * halfY + down * downY,
  ]
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)]
}

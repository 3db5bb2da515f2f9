/** The convex hull of points. */
import type { PixelPoint } from '../image/quadrilateral.ts'

/** Corners clockwise on the screen, none on a line between others (Andrew's monotone chain, 1979). */
export function convexHull(points: readonly PixelPoint[]): PixelPoint[] {
  const sorted = [...points].sort(([x, y], [otherX, otherY]) => x - otherX || y - otherY)
  const upper = chain(sorted)
  const lower = chain(sorted.reverse())
  // Each chain's last point is the other's first.
  const hull = [...upper.slice(0, -1), ...lower.slice(0, -1)]
  return hull.length > 0 ? hull : sorted.slice(0, 1)
}

/** Of points in order those that turn clockwise alone. */
function chain(sorted: readonly PixelPoint[]): PixelPoint[] {
  const kept: PixelPoint[] = []
  for (const point of sorted) {
    while (kept.length > 1 && turn(kept[kept.length - 2]!, kept[kept.length - 1]!, point) <= 0) kept.pop()
    const last = kept[kept.length - 1]
    if (last === undefined || last[0] !== point[0] || last[1] !== point[1]) kept.push(point)
  }
  return kept
}

/** Above 0 where the way from a to b to c turns clockwise on the screen. */
function turn([ax, ay]: PixelPoint, [bx, by]: PixelPoint, [cx, cy]: PixelPoint): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

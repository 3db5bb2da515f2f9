/** Where words lie in a photograph. */

/** Across to the right and down from the picture's top left corner, pixels. */
export type PixelPoint = readonly [x: number, y: number]

/** Corners clockwise from the reading's top left: the word's upper edge goes from the first to the second. */
export type Quadrilateral = readonly [PixelPoint, PixelPoint, PixelPoint, PixelPoint]

/** An upright rectangle of pixels; the right and lower borders are not part of it. */
export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** What holds all of the points. */
export function boundsOf(points: Iterable<PixelPoint>): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  return { left, top, right, bottom }
}

export function rectangle({ left, top, right, bottom }: Bounds): Quadrilateral {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]
}

/** The same corners from another one on: from the `first`, 0 to 3, clockwise. */
export function startingAt(quadrilateral: Quadrilateral, first: number): Quadrilateral {
  const corner = (place: number) => quadrilateral[(first + place) % 4]!
  return [corner(0), corner(1), corner(2), corner(3)]
}

export function scaled(quadrilateral: Quadrilateral, across: number, down = across): Quadrilateral {
  const [a, b, c, d] = quadrilateral.map(([x, y]) => [x * across, y * down] as const)
  return [a!, b!, c!, d!]
}

export function distance([x, y]: PixelPoint, [u, v]: PixelPoint): number {
  return Math.hypot(u - x, v - y)
}

/** Twice the signed area of the triangle, above 0 where its corners go clockwise (down is positive). */
export function turn(a: PixelPoint, b: PixelPoint, c: PixelPoint): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

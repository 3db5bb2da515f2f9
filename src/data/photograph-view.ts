/** Views of photographs: a square of one, moved, scaled, stretched and turned. */
import type { RgbImage } from '../image/image.ts'
import type { PixelPoint, Quadrilateral } from '../image/quadrilateral.ts'

/** Where a view lies in its photograph. */
export interface ViewPlace {
  /** Of the photograph, pixels: what lies in the view's middle. */
  readonly middle: PixelPoint
  /** Pixels of the view for one of the photograph, across and down the view. */
  readonly scale: readonly [across: number, down: number]
  /** By which the photograph is turned clockwise in the view, radians. */
  readonly angle: number
  /** Rows and columns of the view, pixels. */
  readonly size: number
}

/** Where a point of the photograph lies in the view. */
export function toView({ middle, scale, angle, size }: ViewPlace, [x, y]: PixelPoint): PixelPoint {
  const [dx, dy] = [x - middle[0], y - middle[1]]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [size / 2 + scale[0] * (cos * dx - sin * dy), size / 2 + scale[1] * (sin * dx + cos * dy)]
}

export function quadrilateralToView(place: ViewPlace, corners: Quadrilateral): Quadrilateral {
  const [first, second, third, fourth] = corners
  return [toView(place, first), toView(place, second), toView(place, third), toView(place, fourth)]
}

/** The view's pixels, read bilinearly; `ground`, a grey, where the photograph ends. */
export function takeView(image: RgbImage, place: ViewPlace, ground: number): RgbImage {
  const { size, scale, angle, middle } = place
  const { width, height, data: pixels } = image
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  // A step across the view in the photograph, and a step down it.
  const [acrossX, acrossY] = [cos / scale[0], -sin / scale[0]]
  const [downX, downY] = [sin / scale[1], cos / scale[1]]
  const data = new Uint8Array(size * size * 3).fill(ground)
  const [right, bottom, stride] = [width - 1, height - 1, width * 3]
  let target = 0
  for (let row = 0; row < size; row++) {
    const down = row + 0.5 - size / 2
    // Of pixels the middle counts, which lies half a pixel from its corner.
    let x = middle[0] + down * downX + (0.5 - size / 2) * acrossX - 0.5
    let y = middle[1] + down * downY + (0.5 - size / 2) * acrossY - 0.5
    for (let column = 0; column < size; column++, target += 3, x += acrossX, y += acrossY) {
      if (x < 0 || y < 0 || x >= right || y >= bottom) continue
      const [left, top] = [x | 0, y | 0]
      const [fx, fy] = [x - left, y - top]
      const both = fx * fy
      const only = [1 - fx - fy + both, fx - both, fy - both]
      const first = top * stride + left * 3
      for (let channel = first; channel < first + 3; channel++) {
        data[target + channel - first] =
          (only[0]! * pixels[channel]! +
            only[1]! * pixels[channel + 3]! +
            only[2]! * pixels[channel + stride]! +
            both * pixels[channel + stride + 3]! +
            0.5) |
          0
      }
    }
  }
  return { width: size, height: size, data }
}

/** Cuts words from a photograph, set straight. */
import type { RgbImage } from '../image/image.ts'
import { perspectiveOf } from '../image/perspective.ts'
import { type Bounds, boundsOf, distance, type Quadrilateral, rectangle, turn } from '../image/quadrilateral.ts'
import { resize } from '../image/resize.ts'

export interface CropOptions {
  /** What is cut beyond the quadrilateral on every side, by its shorter side; default 0.05. */
  readonly margin?: number
  /** Most pixels of the crop's shorter side, default 96: half as much again as the recogniser looks at. */
  readonly height?: number
}

/** The longer side of a crop, by the most of the shorter one. */
const LONGEST = 40
/** What is hardly a quadrilateral: its area by that of its bounds. */
const FLAT = 1e-3

/**
 * The word within a quadrilateral as an upright image: a perspective view of its own size (the longer ones of opposite edges),
 * reduced where its shorter side would exceed `height`. What lies outside the picture repeats its border. A quadrilateral that
 * is not convex stands for its bounds; one whose corners go anticlockwise is read from its first corner clockwise.
 */
export function cropWord(image: RgbImage, quadrilateral: Quadrilateral, options: CropOptions = {}): RgbImage {
  const { margin = 0.05, height: most = 96 } = options
  const corners = convex(quadrilateral)
  const [a, b, c, d] = corners
  const [wide, high] = [Math.max(distance(a, b), distance(d, c), 1), Math.max(distance(a, d), distance(b, c), 1)]
  const border = margin * Math.min(wide, high)
  const [across, down] = [wide + 2 * border, high + 2 * border]
  // Pixels of the picture by those of the crop: whole ones are averaged away before the view is taken, the rest after it.
  const reduction = Math.max(1, Math.min(across, down) / most, Math.max(across, down) / (LONGEST * most))
  const whole = Math.floor(reduction)
  const pixels = (length: number, scale: number) => Math.max(1, Math.round(length / scale))
  const size = { width: pixels(across, whole), height: pixels(down, whole) }
  const part = average(image, reach(boundsOf(corners), { image, border: border + whole }), whole)
  const view = { margins: [border / wide, border / high] as const, part, corners, size }
  return resize(takeView(view), pixels(across, reduction), pixels(down, reduction))
}

/** Corners that go clockwise round a convex shape. */
function convex(quadrilateral: Quadrilateral): Quadrilateral {
  const [a, b, c, d] = quadrilateral
  const turns = [turn(a, b, c), turn(b, c, d), turn(c, d, a), turn(d, a, b)]
  const bounds = boundsOf(quadrilateral)
  const least = FLAT * (bounds.right - bounds.left) * (bounds.bottom - bounds.top)
  if (turns.every((each) => each > least)) return quadrilateral
  if (turns.every((each) => each < -least)) return [a, d, c, b]
  return rectangle(bounds)
}

/** Whole pixels of the picture around what is cut, at least one of them. */
function reach({ left, top, right, bottom }: Bounds, { image, border }: { image: RgbImage; border: number }): Bounds {
  const start = (place: number, length: number) => Math.min(Math.max(Math.floor(place - border - 1), 0), length - 1)
  const end = (place: number, length: number) => Math.min(Math.max(Math.ceil(place + border + 1), 1), length)
  const [x, y] = [start(left, image.width), start(top, image.height)]
  const [u, v] = [end(right, image.width), end(bottom, image.height)]
  return { left: x, top: y, right: Math.max(u, x + 1), bottom: Math.max(v, y + 1) }
}

/** A part of a picture, each pixel of it so many of the picture's in a square. */
interface Part extends RgbImage {
  readonly left: number
  readonly top: number
  readonly scale: number
}

/** The means of squares of `scale` x `scale` pixels; at the right and lower borders of what is there of them. */
function average(image: RgbImage, { left, top, right, bottom }: Bounds, scale: number): Part {
  if (scale === 1) return { ...image, left: 0, top: 0, scale }
  const [width, height] = [Math.ceil((right - left) / scale), Math.ceil((bottom - top) / scale)]
  const data = new Uint8Array(width * height * 3)
  const sums = new Float64Array(width * 3)
  for (let row = 0; row < height; row++) {
    const [first, last] = [top + row * scale, Math.min(top + (row + 1) * scale, bottom)]
    sums.fill(0)
    for (let y = first; y < last; y++) {
      let source = (y * image.width + left) * 3
      for (let column = 0, target = 0; column < width; column++, target += 3) {
        const count = Math.min(scale, right - left - column * scale)
        let [red, green, blue] = [0, 0, 0]
        for (let step = 0; step < count; step++, source += 3) {
          red += image.data[source]!
          green += image.data[source + 1]!
          blue += image.data[source + 2]!
        }
        sums[target]! += red
        sums[target + 1]! += green
        sums[target + 2]! += blue
      }
    }
    for (let column = 0; column < width; column++) {
      const area = Math.min(scale, right - left - column * scale) * (last - first)
      for (let channel = 3 * column; channel < 3 * column + 3; channel++)
        data[row * width * 3 + channel] = Math.round(sums[channel]! / area)
    }
  }
  return { width, height, data, left, top, scale }
}

interface ViewOptions {
  readonly part: Part
  /** In pixels of the picture. */
  readonly corners: Quadrilateral
  /** What is seen beside the corners, by the width and the height between them. */
  readonly margins: readonly [across: number, down: number]
  readonly size: { readonly width: number; readonly height: number }
}

/** Least depth, by that of the first corner: what would lie behind the one who looks is not seen. */
const NEAREST = 0.05

/** Between pixels linear; their centres lie at halves. */
function takeView({ part, corners, margins, size: { width, height } }: ViewOptions): RgbImage {
  const [a, b, c, d, e, f, g, h] = perspectiveOf(corners)
  const { data: pixels, left: partLeft, top: partTop } = part
  const data = new Uint8Array(width * height * 3)
  const [rightmost, lowest, stride, shrink] = [part.width - 1, part.height - 1, part.width * 3, 1 / part.scale]
  const [stepU, stepV] = [(1 + 2 * margins[0]) / width, (1 + 2 * margins[1]) / height]
  let target = 0
  for (let row = 0; row < height; row++) {
    const v = (row + 0.5) * stepV - margins[1]
    const [startX, startY, startDepth] = [b * v + c, e * v + f, h * v + 1]
    for (let column = 0; column < width; column++, target += 3) {
      const u = (column + 0.5) * stepU - margins[0]
      const nearness = 1 / Math.max(g * u + startDepth, NEAREST)
      const x = ((a * u + startX) * nearness - partLeft) * shrink - 0.5
      const y = ((d * u + startY) * nearness - partTop) * shrink - 0.5
      const inX = Math.min(Math.max(x, 0), rightmost)
      const inY = Math.min(Math.max(y, 0), lowest)
      const left = inX | 0
      const upper = inY | 0
      const [shareX, shareY] = [inX - left, inY - upper]
      const here = upper * stride + left * 3
      const right = left < rightmost ? here + 3 : here
      const below = upper < lowest ? here + stride : here
      const both = below + right - here
      const fourth = shareX * shareY
      const [second, third] = [shareX - fourth, shareY - fourth]
      const first = 1 - shareX - third
      data[target] =
        first * pixels[here]! + second * pixels[right]! + third * pixels[below]! + fourth * pixels[both]! + 0.5
      data[target + 1] =
        first * pixels[here + 1]! +
        second * pixels[right + 1]! +
        third * pixels[below + 1]! +
        fourth * pixels[both + 1]! +
        0.5
      data[target + 2] =
        first * pixels[here + 2]! +
        second * pixels[right + 2]! +
        third * pixels[below + 2]! +
        fourth * pixels[both + 2]! +
        0.5
    }
  }
  return { width, height, data }
}

/**
 * A painted word before any camera, and further views of it: the plane of the picture seen from elsewhere, other colours.
 * Painting is most of a sample's cost, so one scene may be photographed several times.
 */
import type { Random } from '../random.ts'
import { chance, pick, pickWeighted, uniform } from './distributions.ts'
import type { InkMasks } from './ink-masks.ts'
import type { LightImage } from './light-image.ts'
import { createByteScratch, createScratch } from './scratch.ts'
import type { Point } from './warp.ts'

const borrowView = createScratch()
const borrowPlane = createByteScratch()

/** What `Synthesizer.show` photographs. Four bytes a pixel and the labels; may be sent to another process. */
export interface SynthScene {
  readonly seed: number
  /** Which of its paintings chance has not hidden. */
  readonly attempt: number
  readonly text: string
  readonly font: string
  readonly width: number
  readonly height: number
  /** RGB, row by row. */
  readonly pixels: Uint8Array
  /** One byte a pixel: see `inkPlane`. */
  readonly ink: Uint8Array
  readonly inkHeight: number
  readonly characterQuads: Float32Array
  readonly outline: Float32Array | null
}

/** Of bare ground, and of what is neither ground nor letter: the line around letters. */
const [BARE, NEITHER] = [0, 1]

/**
 * The masks as one byte a pixel: 0 is bare ground, 1 the line around letters, more is the letters' coverage; until the next call. On a board
 * (the shadow's mask) only its own ground counts as bare, and what lies beyond it as neither.
 */
export function inkPlane(masks: InkMasks, isOnBoard: boolean): Uint8Array {
  const plane = borrowPlane(masks.length / 4)
  // Four bytes at once, the first lowest: processors that Node runs on are little-endian.
  const pixels = new Uint32Array(masks.buffer, masks.byteOffset, plane.length)
  for (let pixel = 0; pixel < plane.length; pixel++) {
    const bytes = pixels[pixel]!
    const letters = bytes & 0xff
    const isBare = (bytes & 0xffff) === 0 && (!isOnBoard || (bytes & 0x800000) !== 0)
    plane[pixel] = letters > NEITHER ? letters : isBare ? BARE : NEITHER
  }
  return plane
}

/** Light as a scene keeps it: whole numbers from 0 to 255, in place. */
export function roundLight({ data }: LightImage): void {
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!
    // None is negative there, so that cutting the fraction off is rounding down.
    data[index] = value > 0 ? (value < 255 ? (value + 0.5) | 0 : 255) : 0
  }
}

/** The scene as light, for a camera; until the next call. */
export function sceneLight({ width, height, pixels }: SynthScene): LightImage {
  const data = borrowView(pixels.length)
  for (let index = 0; index < data.length; index++) data[index] = pixels[index]!
  return { width, height, data }
}

/** Nine numbers, row by row, that take (x, y, 1) to a multiple of the image's point; fractions of width and height. */
type Homography = readonly number[]

export interface View {
  /** Until the next call. */
  readonly light: LightImage
  readonly ink: Uint8Array
  readonly characterQuads: Float32Array
  readonly outline: Float32Array | null
}

/** The scene seen from elsewhere, of the same size; labels move with it. */
export function viewScene(random: Random, scene: SynthScene): View {
  const { width, height, pixels, ink } = scene
  const toScene = squareToQuad(drawCorners(random, width, height))
  const light: LightImage = { width, height, data: borrowView(pixels.length) }
  const moved = new Uint8Array(ink.length)
  const [a, b, c, d, e, f, g, h, i] = toScene as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [right, bottom, stride] = [Math.max(0, width - 1.001), Math.max(0, height - 1.001), width * 3]
  let place = 0
  for (let y = 0, pixel = 0; y < height; y++) {
    const v = (y + 0.5) / height
    for (let x = 0; x < width; x++, pixel++, place += 3) {
      const u = (x + 0.5) / width
      const depth = 1 / (g * u + h * v + i)
      const sceneX = Math.min(right, Math.max(0, (a * u + b * v + c) * depth * width - 0.5))
      const sceneY = Math.min(bottom, Math.max(0, (d * u + e * v + f) * depth * height - 0.5))
      const [column, row] = [sceneX | 0, sceneY | 0]
      const [fx, fy] = [sceneX - column, sceneY - row]
      const at = row * stride + column * 3
      const below = at + stride
      const shareD = fx * fy
      const shareB = fx - shareD
      const shareC = fy - shareD
      const shareA = 1 - fx - shareC
      for (let channel = 0; channel < 3; channel++) {
        light.data[place + channel] =
          shareA * pixels[at + channel]! +
          shareB * pixels[at + channel + 3]! +
          shareC * pixels[below + channel]! +
          shareD * pixels[below + channel + 3]!
      }
      moved[pixel] = ink[Math.round(sceneY) * width + Math.round(sceneX)]!
    }
  }
  recolour(random, light)
  const toView = inverse(toScene)
  return {
    light,
    ink: moved,
    characterQuads: movePoints(scene.characterQuads, toView),
    outline: scene.outline && movePoints(scene.outline, toView),
  }
}

/** Where the view's corners lie in the scene, fractions: top left, top right, bottom right, bottom left. */
function drawCorners(random: Random, width: number, height: number): [Point, Point, Point, Point] {
  const strength = pickWeighted(random, [
    [0.5, 40],
    [1, 45],
    [1.8, 15],
  ])
  const jitter = (amount: number) => uniform(random, -amount, amount) * strength
  const lean = (jitter(0.1) * height) / width
  const turn = jitter(0.05)
  const [zoomX, zoomY] = [uniform(random, 0.98, 1.07), uniform(random, 0.98, 1.1)]
  const [shiftX, shiftY] = [jitter(0.012), jitter(0.02)]
  const corner = (x: number, y: number): Point => [
    0.5 + (x - 0.5) * zoomX + shiftX + lean * (0.5 - y) + jitter(0.012),
    0.5 + (y - 0.5) * zoomY + shiftY + turn * (x - 0.5) + jitter(0.03),
  ]
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]
}

/** The projective map from the unit square to a quadrilateral (Heckbert 1989), whose corners go around from the top left. */
function squareToQuad([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]: readonly [Point, Point, Point, Point]): Homography {
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3]
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3]
  const area = dx1 * dy2 - dx2 * dy1
  const g = (dx3 * dy2 - dx2 * dy3) / area
  const h = (dx1 * dy3 - dx3 * dy1) / area
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1]
}

/** Up to a factor, which a projective map does not mind. */
function inverse(map: Homography): Homography {
  const [a, b, c, d, e, f, g, h, i] = map as [number, number, number, number, number, number, number, number, number]
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ]
}

function movePoints(points: Float32Array, map: Homography): Float32Array {
  const moved = new Float32Array(points.length)
  const [a, b, c, d, e, f, g, h, i] = map as [number, number, number, number, number, number, number, number, number]
  for (let place = 0; place < points.length; place += 2) {
    const [x, y] = [points[place]!, points[place + 1]!]
    const depth = g * x + h * y + i
    moved[place] = (a * x + b * y + c) / depth
    moved[place + 1] = (d * x + e * y + f) / depth
  }
  return moved
}

const CHANNEL_ORDERS = [
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/** Now and then a negative, other hues, or another contrast. */
function recolour(random: Random, { data }: LightImage): void {
  const isNegative = chance(random, 0.15)
  const order = chance(random, 0.25) ? pick(random, CHANNEL_ORDERS) : undefined
  const contrast = chance(random, 0.4) ? uniform(random, 0.6, 1.2) : 1
  if (!isNegative && !order && contrast === 1) return
  const scale = isNegative ? -contrast : contrast
  const lift = 128 - 128 * contrast + (isNegative ? 255 * contrast : 0)
  const [first, second, third] = order ?? [0, 1, 2]
  for (let place = 0; place < data.length; place += 3) {
    const [red, green, blue] = [data[place + first]!, data[place + second]!, data[place + third]!]
    data[place] = lift + scale * red
    data[place + 1] = lift + scale * green
    data[place + 2] = lift + scale * blue
  }
}

/** Parts of a picture, as pixels. */
import { cropWord, type Quadrilateral, type RgbImage } from '../src/browser.ts'

/** A rectangle in pixels of the picture. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** What is cut beside a quadrilateral, by its shorter side: `cropWord`'s default. */
const MARGIN = 0.05

/** The quadrilateral whose crop, margin and all, shows the frame and nothing beside it. */
export function boxWithin({ left, top, width, height }: Frame): Quadrilateral {
  const inset = (MARGIN * Math.min(width, height)) / (1 + 2 * MARGIN)
  const [right, bottom] = [left + width - inset, top + height - inset]
  return [
    [left + inset, top + inset],
    [right, top + inset],
    [right, bottom],
    [left + inset, bottom],
  ]
}

export interface PicturePart {
  readonly pixels: ImageData
  /** In pixels of the part. */
  readonly quadrilateral: Quadrilateral
}

/** What lies around a quadrilateral: copied in no time, however large the picture is. */
export function partOf(bitmap: ImageBitmap, quadrilateral: Quadrilateral): PicturePart {
  const [across, down] = [0, 1].map((axis) => quadrilateral.map((point) => point[axis]!)) as [number[], number[]]
  const border =
    2 + 2 * MARGIN * Math.min(Math.max(...across) - Math.min(...across), Math.max(...down) - Math.min(...down))
  const start = (places: number[], length: number) =>
    Math.min(Math.max(Math.floor(Math.min(...places) - border), 0), length - 1)
  const [left, top] = [start(across, bitmap.width), start(down, bitmap.height)]
  const width = Math.max(1, Math.min(Math.ceil(Math.max(...across) + border), bitmap.width) - left)
  const height = Math.max(1, Math.min(Math.ceil(Math.max(...down) + border), bitmap.height) - top)
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(bitmap, -left, -top)
  const [a, b, c, d] = quadrilateral.map(([x, y]) => [x - left, y - top] as const)
  return { pixels: context.getImageData(0, 0, width, height), quadrilateral: [a!, b!, c!, d!] }
}

/** Grey: seen through what is transparent, whether its word is dark or light. */
const GROUND = 128

/** The word set straight, for the eye. */
export function straightened({ pixels: { width, height, data }, quadrilateral }: PicturePart): RgbImage {
  const rgb = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const share = data[4 * pixel + 3]! / 255
    for (let channel = 0; channel < 3; channel++)
      rgb[3 * pixel + channel] = share * data[4 * pixel + channel]! + (1 - share) * GROUND
  }
  return cropWord({ width, height, data: rgb }, quadrilateral)
}

export function draw(canvas: HTMLCanvasElement, { width, height, data }: RgbImage): void {
  const pixels = new ImageData(width, height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    pixels.data.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
    pixels.data[4 * pixel + 3] = 255
  }
  Object.assign(canvas, { width, height }).getContext('2d')!.putImageData(pixels, 0, 0)
}

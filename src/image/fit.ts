/** Images at a given size, those that are too narrow on a ground of their own colour. */
import type { RgbImage } from './image.ts'
import { resize } from './resize.ts'

export interface FitOptions {
  readonly width: number
  readonly height: number
  /** Least width by the height; narrower images get as much ground on both sides. */
  readonly leastAspect: number
}

/** The image at `width` x `height` pixels, stretched where its shape asks for it. */
export function fit(image: RgbImage, { width, height, leastAspect }: FitOptions): RgbImage {
  const isNarrow = image.width < leastAspect * image.height
  return resize(isNarrow ? widen(lowered(image, height), leastAspect) : image, width, height)
}

/** The image in its own shape, of no more than so many rows: a high one would take a ground of many times its size. */
export function lowered(image: RgbImage, height: number): RgbImage {
  if (image.height <= height) return image
  return resize(image, Math.max(1, Math.round((image.width * height) / image.height)), height)
}

/** Columns or rows of ground on each side. */
export interface Margins {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** What makes an image as wide as `leastAspect` asks for: nothing where it is wide enough. */
export function wideningMargins(
  { width, height }: { readonly width: number; readonly height: number },
  leastAspect: number,
): Margins {
  const missing = Math.max(0, Math.round(leastAspect * height) - width)
  const left = missing >> 1
  return { left, right: missing - left, top: 0, bottom: 0 }
}

/** The image between two stretches of ground, as wide as `leastAspect` asks for; itself where it is wide enough. */
export function widen(image: RgbImage, leastAspect: number): RgbImage {
  return surround(image, wideningMargins(image, leastAspect))
}

/** The image within its own ground. */
export function surround(image: RgbImage, { left, right, top, bottom }: Margins): RgbImage {
  if (left + right + top + bottom === 0) return image
  const [width, height] = [left + image.width + right, top + image.height + bottom]
  const ground = groundOf(image)
  const data = new Uint8Array(width * height * 3)
  for (let index = 0; index < data.length; index++) data[index] = ground[index % 3]!
  const stride = image.width * 3
  for (let row = 0; row < image.height; row++)
    data.set(image.data.subarray(row * stride, (row + 1) * stride), ((top + row) * width + left) * 3)
  return { width, height, data }
}

/** Red, green and blue of what a word stands on: medians along the left and the right border. */
export function groundOf({ width, height, data }: RgbImage): number[] {
  return [0, 1, 2].map((channel) => {
    const values = Array.from({ length: 2 * height }, (_, index) => {
      const column = index % 2 === 0 ? 0 : width - 1
      return data[((index >> 1) * width + column) * 3 + channel]!
    })
    return values.sort((a, b) => a - b)[height]!
  })
}

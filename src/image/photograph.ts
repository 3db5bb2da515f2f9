/** Whole photographs: how large they may be, and in how many pixels they are kept. */
import type { RgbImage } from './image.ts'

/** A photograph in memory. */
export interface Photograph {
  /** Its pixels, or fewer of them. */
  readonly image: RgbImage
  /** Width and height of the picture itself, upright, pixels. */
  readonly width: number
  readonly height: number
}

/** Most pixels of a photograph that is opened to find words in it. */
export const MAXIMUM_PHOTOGRAPH = 200_000_000
/** A photograph of more is reduced to so many pixels: 6,000 x 4,000 are kept. */
export const KEPT_PIXELS = 25_000_000

export interface Size {
  readonly width: number
  readonly height: number
}

/** The size at which a photograph is kept. */
export function keptSize(size: Size): Size {
  return scaledSize(size, Math.min(1, Math.sqrt(KEPT_PIXELS / (size.width * size.height))))
}

export function scaledSize({ width, height }: Size, scale: number): Size {
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  return { width: side(width), height: side(height) }
}

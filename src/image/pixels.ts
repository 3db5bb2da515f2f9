/** Raw pixels as programs hold them: grey, RGB or RGBA. */
import type { RgbImage } from './image.ts'

/** Row by row, 1, 3 or 4 bytes a pixel; a canvas's `ImageData` is one. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Whether something has the fields of pixels; whether they fit together, `toRgb` says. */
export function isPixels(value: unknown): value is Pixels {
  return typeof value === 'object' && value !== null && 'data' in value && 'width' in value && 'height' in value
}

/** RGB bytes; transparent places lie over white. Throws where the sizes do not fit the bytes. */
export function toRgb({ width, height, data }: Pixels): RgbImage {
  const pixels = width * height
  const channels = data.length / pixels
  const isSize = (side: number) => Number.isInteger(side) && side > 0
  if (!isSize(width) || !isSize(height) || ![1, 3, 4].includes(channels))
    throw new Error(`${data.length} bytes are no image of ${width}x${height} pixels: give 1, 3 or 4 bytes a pixel`)
  if (channels === 3 && data instanceof Uint8Array) return { width, height, data }
  const rgb = new Uint8Array(pixels * 3)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const alpha = channels === 4 ? data[pixel * 4 + 3]! / 255 : 1
    for (let channel = 0; channel < 3; channel++) {
      const value = data[pixel * channels + (channels === 1 ? 0 : channel)]!
      rgb[pixel * 3 + channel] = Math.round(alpha * value + (1 - alpha) * 255)
    }
  }
  return { width, height, data: rgb }
}

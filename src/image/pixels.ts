/** Raw pixels as programs hold them: grey or RGB, without or with alpha. */
import { SaflError } from '../error.ts'
import type { RgbImage } from './image.ts'
import { overGround } from './over-ground.ts'

/**
 * Row by row, 1 (grey), 2 (grey and alpha), 3 (RGB) or 4 (RGBA) bytes a pixel; a canvas's `ImageData` is one.
 *
 * @example
 * ```ts
 * const grey: Pixels = { width: 120, height: 40, data: new Uint8Array(120 * 40) }
 * ```
 */
export interface Pixels {
  /** Pixels a row, from 1 on. */
  readonly width: number
  /** Rows, from 1 on. */
  readonly height: number
  /** `width * height` times 1, 2, 3 or 4 bytes. */
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Whether something has the fields of pixels; whether they fit together, `toRgb` says. */
export function isPixels(value: unknown): value is Pixels {
  return typeof value === 'object' && value !== null && 'data' in value && 'width' in value && 'height' in value
}

/** RGB bytes, transparent places over a ground (`overGround`). Throws where the sizes do not fit the bytes. */
export function toRgb({ width, height, data }: Pixels): RgbImage {
  const pixels = width * height
  const channels = data.length / pixels
  const isSize = (side: number) => Number.isInteger(side) && side > 0
  if (!isSize(width) || !isSize(height) || ![1, 2, 3, 4].includes(channels))
    throw new SaflError(
      'image',
      `${data.length} bytes are no image of ${width}x${height} pixels: give 1, 2, 3 or 4 bytes a pixel`,
    )
  if (channels === 4) return overGround({ width, height, data })
  if (channels === 2) return overGround({ width, height, data: spread(data, { pixels, from: [0, 0, 0, 1] }) })
  if (channels === 1) return { width, height, data: spread(data, { pixels, from: [0, 0, 0] }) }
  return { width, height, data: data instanceof Uint8Array ? data : Uint8Array.from(data) }
}

/** Each pixel's bytes taken from the given places among those that it has. */
function spread(data: Pixels['data'], { pixels, from }: { pixels: number; from: readonly number[] }): Uint8Array {
  const given = data.length / pixels
  const wanted = from.length
  const bytes = new Uint8Array(pixels * wanted)
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let channel = 0; channel < wanted; channel++)
      bytes[pixel * wanted + channel] = data[pixel * given + from[channel]!]!
  return bytes
}

/** What a recogniser in Node reads words from. (Node) */
import { fileURLToPath } from 'node:url'
import { decodeImage, ImageError } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { isPixels, type Pixels, toRgb } from '../image/pixels.ts'

/** A path, a `file:` URL, the bytes of an image file (Buffer, ArrayBuffer, Blob, File), or raw pixels. */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer | Blob | Pixels

/** Rejects with an `ImageError`, or an error that says what is wrong with the pixels. */
export async function readImage(source: ImageSource): Promise<RgbImage> {
  if (typeof source === 'string') return decodeImage(source)
  if (source instanceof URL) {
    if (source.protocol !== 'file:') throw new ImageError(`${source}: only files are read; fetch it and give its bytes`)
    return decodeImage(fileURLToPath(source))
  }
  if (source instanceof Blob) {
    const name = 'name' in source && typeof source.name === 'string' ? source.name : 'image'
    return decodeImage(new Uint8Array(await source.arrayBuffer()), name)
  }
  if (source instanceof ArrayBuffer) return decodeImage(new Uint8Array(source))
  if (isPixels(source)) return toRgb(source)
  if (source instanceof Uint8Array) return decodeImage(source)
  throw new ImageError(`${typeof source} is no image: give a path, the bytes of a file or pixels`)
}

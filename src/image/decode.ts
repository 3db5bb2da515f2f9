/** Decoding image files to RGB bytes with sharp. (Node) */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { RgbImage } from './image.ts'

/** Longest side that is read, pixels. */
export const MAXIMUM_SIDE = 20_000
/** Most pixels that are read. */
export const MAXIMUM_PIXELS = 100_000_000

/** Endings of the images that a folder is searched for. */
export const IMAGE_NAME = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i

/** The bytes are no image that can be read; the message says of which file and why. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

/**
 * Any format that sharp decodes, as 8-bit sRGB: turned upright by its EXIF orientation, laid over white where it is
 * transparent, the first frame of an animation. `name` is what messages call it. Throws `ImageError` for a file that is
 * missing, empty, no image, damaged or larger than the limits above.
 */
export async function decodeImage(
  source: string | Uint8Array,
  name = typeof source === 'string' ? source : 'image',
): Promise<RgbImage> {
  const bytes = typeof source === 'string' ? await readBytes(source) : source
  if (bytes.length === 0) throw new ImageError(`${name}: the file is empty`)
  const sharp = loadSharp()
  const open = () => sharp(bytes, { failOn: 'truncated', limitInputPixels: MAXIMUM_PIXELS, autoOrient: true })
  let size: { width: number; height: number }
  try {
    size = await open().metadata()
  } catch (error) {
    const reason = reasonOf(error)
    if (/pixel limit/i.test(reason))
      throw new ImageError(`${name}: has more than the ${MAXIMUM_PIXELS} pixels that are read`)
    throw new ImageError(`${name}: is no image that can be read (${reason})`)
  }
  const { width, height } = size
  if (width > MAXIMUM_SIDE || height > MAXIMUM_SIDE || width * height > MAXIMUM_PIXELS) {
    throw new ImageError(
      `${name}: is ${width}x${height} pixels; at most ${MAXIMUM_SIDE} a side and ${MAXIMUM_PIXELS} in all are read`,
    )
  }
  try {
    const { data, info } = await open()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const pixels = info.width * info.height
    const rgb =
      info.channels === 3
        ? new Uint8Array(data)
        : Uint8Array.from({ length: pixels * 3 }, (_, i) => data[Math.floor(i / 3) * info.channels]!)
    return { width: info.width, height: info.height, data: rgb }
  } catch (error) {
    throw new ImageError(`${name}: is damaged (${reasonOf(error)})`)
  }
}

/** Its CommonJS files load in a third of the time of its modules; whoever reads pixels needs neither. */
function loadSharp(): typeof import('sharp')['default'] {
  return createRequire(import.meta.url)('sharp')
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reason =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder, not an image' : reasonOf(error)
    throw new ImageError(`${path}: ${reason}`)
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim()
}

/** Decoding image files to RGB bytes with sharp. (Node) */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Metadata, Sharp } from 'sharp'
import { CANVAS, needs } from '../optional-packages.ts'
import { bitmapSize, decodeBitmap, isBitmap } from './decode-bitmap.ts'
import { describeFile } from './file-kind.ts'
import type { RgbImage } from './image.ts'
import { bytesOfRange } from './number-range.ts'
import { overGround } from './over-ground.ts'
import { toRgb } from './pixels.ts'

/** Longest side that is read, pixels. */
export const MAXIMUM_SIDE = 20_000
/** Most pixels that are read. */
export const MAXIMUM_PIXELS = 100_000_000

/** Larger images are reduced while they are decoded, to this shortest side, pixels: eight times as much as the network sees. */
const ENOUGH = 512

/** Endings of the images that a folder is searched for. */
export const IMAGE_NAME = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i

/**
 * The bytes are no image that can be read; the message says of which file and why.
 *
 * @example
 * ```ts
 * try {
 *   await recognizer.recognize('notes.pdf')
 * } catch (error) {
 *   if (error instanceof ImageError) console.warn(error.message)
 * }
 * ```
 */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

/**
 * Any format that sharp decodes, and Windows' bitmaps and icons, as 8-bit sRGB: turned upright by its EXIF orientation, over
 * a ground where it is transparent (`overGround`), the first frame of an animation; numbers without a range of their own, as
 * of floating-point TIFF files, by theirs (`bytesOfRange`). Photographs come smaller than they are (`ENOUGH`), which spares
 * memory and time; words in them are as high as the network sees them all the same. `name` is what messages call it. Throws `ImageError` for a file
 * that is missing, empty, no image, damaged or larger than the limits above.
 */
export async function decodeImage(
  source: string | Uint8Array,
  name = typeof source === 'string' ? source : 'image',
): Promise<RgbImage> {
  const bytes = typeof source === 'string' ? await readBytes(source) : source
  if (bytes.length === 0) throw new ImageError(`${name}: the file is empty`)
  if (isBitmap(bytes)) {
    checkSize(bitmapSize(bytes), name)
    const canvas = await loadCanvas(name)
    return overGround(await decodeBitmap(bytes, canvas).catch((error) => damaged(error, { bytes, name })))
  }
  const sharp = await loadSharp()
  const open = () => sharp(bytes, { failOn: 'truncated', limitInputPixels: MAXIMUM_PIXELS, autoOrient: true })
  const metadata = await open()
    .metadata()
    .catch((error) => noImage(error, { bytes, name }))
  checkSize(metadata, name)
  return decodePixels(open(), metadata).catch((error) => damaged(error, { bytes, name }))
}

/** Depths that have a range of their own. */
const BOUND_DEPTHS: ReadonlySet<string> = new Set(['uchar', 'ushort'])

/** Where the brightest of 16 bits is below this of 8, they hold numbers of 12 bits or fewer. */
const DIM = 16

async function decodePixels(image: Sharp, metadata: Metadata): Promise<RgbImage> {
  const { depth, space, hasAlpha } = metadata
  const numbers = image.clone()
  if (!BOUND_DEPTHS.has(depth)) return decodeNumbers(numbers, space)
  const displayed = reduce(image, metadata).toColourspace('srgb')
  const raw = (hasAlpha ? displayed.ensureAlpha() : displayed.removeAlpha()).raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const isDim = depth === 'ushort' && !hasAlpha && data.every((value) => value < DIM)
  if (isDim) return decodeNumbers(numbers, space)
  return toRgb({ width: info.width, height: info.height, data: new Uint8Array(data) })
}

function reduce(image: Sharp, { width, height }: Metadata): Sharp {
  const shortest = Math.min(width, height)
  return shortest > ENOUGH ? image.resize({ width: ENOUGH, height: ENOUGH, fit: 'outside' }) : image
}

/** As the file has them: what is made of another colour space's range would be cut off. */
async function decodeNumbers(image: Sharp, space: Metadata['space']): Promise<RgbImage> {
  const raw = image.toColourspace(space).raw({ depth: 'float' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / Float32Array.BYTES_PER_ELEMENT)
  return toRgb({ width: info.width, height: info.height, data: bytesOfRange(values) })
}

function checkSize({ width, height }: { width: number; height: number }, name: string): void {
  if (width <= MAXIMUM_SIDE && height <= MAXIMUM_SIDE && width * height <= MAXIMUM_PIXELS) return
  throw new ImageError(
    `${name}: is ${width}x${height} pixels; at most ${MAXIMUM_SIDE} a side and ${MAXIMUM_PIXELS} in all are read`,
  )
}

interface Subject {
  readonly bytes: Uint8Array
  readonly name: string
}

function noImage(error: unknown, { bytes, name }: Subject): never {
  const reason = reasonOf(error)
  if (/pixel limit/i.test(reason))
    throw new ImageError(`${name}: has more than the ${MAXIMUM_PIXELS} pixels that are read`)
  throw new ImageError(`${name}: ${describeFile(bytes) ?? `is no image that can be read (${reason})`}`)
}

/** Some that are not read have a header that is. */
function damaged(error: unknown, { bytes, name }: Subject): never {
  throw new ImageError(`${name}: ${describeFile(bytes) ?? `is damaged (${reasonOf(error)})`}`)
}

/** Its CommonJS files load in less than half the time of its modules; a bundle may have no place to ask for them from. */
async function loadSharp(): Promise<typeof import('sharp')['default']> {
  try {
    return createRequire(import.meta.url)('sharp')
  } catch {
    return (await import('sharp')).default
  }
}

async function loadCanvas(name: string): Promise<typeof import('@napi-rs/canvas')> {
  try {
    return await import('@napi-rs/canvas')
  } catch (error) {
    if (!/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new ImageError(`${name}: ${needs("reading Windows' bitmaps and icons", CANVAS)}`)
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new ImageError(missing(path, error as NodeJS.ErrnoException))
  }
}

/** Most characters that are shown of what is hardly a path. */
const SHOWN = 80

function missing(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'EISDIR') return `${path}: is a folder, not an image`
  const isLong = path.length > SHOWN && (error.code === 'ENAMETOOLONG' || !/[.\\]/.test(path))
  if (isLong) return `${path.slice(0, SHOWN)}…: no such file; give an image itself by its bytes`
  return `${path}: ${error.code === 'ENOENT' ? 'no such file' : reasonOf(error)}`
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim()
}

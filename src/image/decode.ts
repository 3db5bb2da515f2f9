/** Decoding image files to RGB bytes with sharp. (Node) */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Metadata, Sharp } from 'sharp'
import { SaflError } from '../error.ts'
import { CANVAS, needs } from '../optional-packages.ts'
import { bitmapSize, decodeBitmap, isBitmap } from './decode-bitmap.ts'
import { describeFile } from './file-kind.ts'
import type { RgbImage } from './image.ts'
import { bytesOfRange } from './number-range.ts'
import { overGround } from './over-ground.ts'
import { keptSize, MAXIMUM_PHOTOGRAPH, type Photograph, type Size, scaledSize } from './photograph.ts'
import { toRgb } from './pixels.ts'
import { resize } from './resize.ts'

/** Longest side that is read, pixels. */
export const MAXIMUM_SIDE = 20_000
/** Most pixels that are read. */
export const MAXIMUM_PIXELS = 100_000_000

/** Larger images are reduced while they are decoded, to this shortest side, pixels: eight times as much as the network sees. */
const ENOUGH = 512

/** Endings of the images that a folder is searched for. */
export const IMAGE_NAME = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i

/**
 * Any format that sharp decodes, and Windows' bitmaps and icons, as 8-bit sRGB: turned upright by its EXIF orientation, over
 * a ground where it is transparent (`overGround`), the first frame of an animation; numbers without a range of their own, as
 * of floating-point TIFF files, by theirs (`bytesOfRange`). Photographs come smaller than they are (`ENOUGH`), which spares
 * memory and time; words in them are as high as the network sees them all the same. `name` is what messages call it. Throws a `SaflError` for a file
 * that is missing, empty, no image, damaged or larger than the limits above.
 */
export async function decodeImage(
  source: string | Uint8Array,
  name = typeof source === 'string' ? source : 'image',
): Promise<RgbImage> {
  const subject = await subjectOf(source, name)
  return (await decode(subject, { pixels: MAXIMUM_PIXELS, sizeOf: shortestEnough, numbersToo: false })).image
}

/**
 * As `decodeImage`, but with all pixels, as far as `KEPT_PIXELS` allows; larger ones are reduced. Throws `SaflError` as
 * well where the file's header states more than `MAXIMUM_PHOTOGRAPH` pixels, or a side above `MAXIMUM_SIDE`.
 */
export async function decodePhotograph(
  source: string | Uint8Array,
  name = typeof source === 'string' ? source : 'image',
): Promise<Photograph> {
  const subject = await subjectOf(source, name)
  return decode(subject, { pixels: MAXIMUM_PHOTOGRAPH, sizeOf: keptSize, numbersToo: true })
}

/** How large a picture may be, and which size it is brought to while it is decoded. */
interface Reduction {
  /** Most pixels of its own. */
  readonly pixels: number
  readonly sizeOf: (size: Size) => Size
  /** Whether pixels that are plain numbers are reduced as well. */
  readonly numbersToo: boolean
}

function shortestEnough(size: Size): Size {
  return scaledSize(size, Math.min(1, ENOUGH / Math.min(size.width, size.height)))
}

async function decode({ bytes, name }: Subject, reduction: Reduction): Promise<Photograph> {
  if (isBitmap(bytes)) {
    checkSize(bitmapSize(bytes), { name, most: reduction.pixels })
    const canvas = await loadCanvas(name)
    const whole = overGround(await decodeBitmap(bytes, canvas).catch((error) => damaged(error, { bytes, name })))
    const { width, height } = reduction.numbersToo ? reduction.sizeOf(whole) : whole
    return { image: resize(whole, width, height), width: whole.width, height: whole.height }
  }
  const sharp = await loadSharp()
  const open = () => sharp(bytes, { failOn: 'truncated', limitInputPixels: reduction.pixels, autoOrient: true })
  const metadata = await open()
    .metadata()
    .catch((error) => noImage(error, { bytes, name, most: reduction.pixels }))
  checkSize(metadata, { name, most: reduction.pixels })
  const image = await decodePixels(open(), metadata, reduction).catch((error) => damaged(error, { bytes, name }))
  const { width, height } = metadata.autoOrient
  return { image, width, height }
}

/** Depths that have a range of their own. */
const BOUND_DEPTHS: ReadonlySet<string> = new Set(['uchar', 'ushort'])

/** Where the brightest of 16 bits is below this of 8, they hold numbers of 12 bits or fewer. */
const DIM = 16

async function decodePixels(image: Sharp, metadata: Metadata, reduction: Reduction): Promise<RgbImage> {
  const { depth, space, hasAlpha, autoOrient } = metadata
  const { width, height } = reduction.sizeOf(autoOrient)
  const isReduced = width < autoOrient.width || height < autoOrient.height
  const reduce = (whole: Sharp) => (isReduced ? whole.resize({ width, height, fit: 'fill' }) : whole)
  const numbers = reduction.numbersToo ? reduce(image.clone()) : image.clone()
  if (!BOUND_DEPTHS.has(depth)) return decodeNumbers(numbers, space)
  const displayed = reduce(image).toColourspace('srgb')
  const raw = (hasAlpha ? displayed.ensureAlpha() : displayed.removeAlpha()).raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const isDim = depth === 'ushort' && !hasAlpha && data.every((value) => value < DIM)
  if (isDim) return decodeNumbers(numbers, space)
  return toRgb({ width: info.width, height: info.height, data: new Uint8Array(data) })
}

/** As the file has them: what is made of another colour space's range would be cut off. */
async function decodeNumbers(image: Sharp, space: Metadata['space']): Promise<RgbImage> {
  const raw = image.toColourspace(space).raw({ depth: 'float' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / Float32Array.BYTES_PER_ELEMENT)
  return toRgb({ width: info.width, height: info.height, data: bytesOfRange(values) })
}

function checkSize({ width, height }: Size, { name, most }: { name: string; most: number }): void {
  if (width <= MAXIMUM_SIDE && height <= MAXIMUM_SIDE && width * height <= most) return
  throw new SaflError(
    'image',
    `${name}: is ${width}x${height} pixels; at most ${MAXIMUM_SIDE} a side and ${most} in all are read`,
  )
}

interface Subject {
  readonly bytes: Uint8Array
  readonly name: string
}

async function subjectOf(source: string | Uint8Array, name: string): Promise<Subject> {
  const bytes = typeof source === 'string' ? await readBytes(source) : source
  if (bytes.length === 0) throw new SaflError('image', `${name}: the file is empty`)
  return { bytes, name }
}

function noImage(error: unknown, { bytes, name, most }: Subject & { readonly most: number }): never {
  const reason = reasonOf(error)
  if (/pixel limit/i.test(reason))
    throw new SaflError('image', `${name}: has more than the ${most} pixels that are read`)
  throw new SaflError('image', `${name}: ${describeFile(bytes) ?? `is no image that can be read (${reason})`}`)
}

/** Some that are not read have a header that is. */
function damaged(error: unknown, { bytes, name }: Subject): never {
  throw new SaflError('image', `${name}: ${describeFile(bytes) ?? `is damaged (${reasonOf(error)})`}`)
}

/** Loads what decodes most files, so that the first need not wait for it. */
export async function prepareDecoding(): Promise<void> {
  // What is missing is said when a file asks for it.
  await loadSharp().catch(() => {})
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
    throw new SaflError('image', `${name}: ${needs("reading Windows' bitmaps and icons", CANVAS)}`)
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new SaflError('image', missing(path, error as NodeJS.ErrnoException))
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

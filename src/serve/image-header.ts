/** What an image says of itself, before any of it is decoded. (Node) */
import { SaflError } from '../error.ts'
import { bitmapSize } from '../image/decode-bitmap.ts'
import { describeFile } from '../image/file-kind.ts'

/**
 * By their first bytes, in hexadecimal. Pictures of dots alone: a drawing (SVG) is a program, and an icon's header says nothing
 * of the size of the pictures in it.
 */
const signatures = {
  PNG: /^89504e470d0a1a0a/,
  JPEG: /^ffd8ff/,
  WebP: /^52494646.{8}57454250/,
  GIF: /^47494638/,
  TIFF: /^(49492a00|4d4d002a)/,
  BMP: /^424d/,
  AVIF: /^.{8}66747970617669(66|73)/,
} as const

/** Bytes that a signature may reach to. */
const REACH = 16

export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Its size in pixels. Throws a `SaflError` where it is none of the formats above, or larger than `pixels`. */
export async function checkHeader(
  bytes: Uint8Array,
  { name, pixels }: { readonly name: string; readonly pixels: number },
): Promise<ImageSize> {
  const start = Buffer.from(bytes.subarray(0, REACH)).toString('hex')
  const [format] = Object.entries(signatures).find(([, signature]) => signature.test(start)) ?? []
  const refuse = (problem: string): never => {
    throw new SaflError('image', `${name}: ${problem}`)
  }
  if (bytes.length === 0) refuse('is empty')
  if (format === undefined)
    refuse(describeFile(bytes) ?? `is none of the formats that are read: ${Object.keys(signatures).join(', ')}`)
  const size = await sizeOf(bytes, format!).catch(() => refuse(`is a damaged ${format} image`))
  const { width, height } = size
  if (!(width > 0 && height > 0)) refuse(`is a damaged ${format} image`)
  if (width * height > pixels) refuse(`is ${width}x${height} pixels; at most ${pixels} are read`)
  return size
}

async function sizeOf(bytes: Uint8Array, format: string): Promise<ImageSize> {
  if (format === 'BMP') return bitmapSize(bytes)
  const { default: sharp } = await import('sharp')
  // Its own limit would keep it from saying the size.
  return sharp(bytes, { limitInputPixels: false }).metadata()
}

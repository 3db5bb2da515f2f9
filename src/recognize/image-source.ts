/** What a recogniser in Node reads words from. (Node) */
import { fileURLToPath } from 'node:url'
import { SaflError } from '../error.ts'
import { decodeImage } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { isPixels, type Pixels, toRgb } from '../image/pixels.ts'
import { shortened, shown } from './check-options.ts'

/** A path, a `file:` URL, the bytes of an image file (Buffer, ArrayBuffer, Blob, File), or raw pixels. */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer | Blob | Pixels

/** What makes pictures of the two that a source can be. */
export interface ImageOpener<Picture> {
  /** Of a path or the bytes of a file, which messages call `name`. */
  file(content: string | Uint8Array, name?: string): Promise<Picture>
  pixels(pixels: Pixels): Promise<Picture>
}

/** Rejects with an error that says what is wrong with the file or the pixels. */
export function readImage(source: ImageSource): Promise<RgbImage> {
  return openImage(source, { file: decodeImage, pixels: async (pixels) => toRgb(pixels) })
}

/** Opens a source as what it is; rejects what is none. */
export async function openImage<Picture>(source: ImageSource, open: ImageOpener<Picture>): Promise<Picture> {
  if (typeof source === 'string') return open.file(pathOf(source))
  const kind = kindOf(source)
  if (kind === 'URL') return open.file(pathOf((source as URL).href))
  if (kind === 'Blob' || kind === 'File') {
    const blob = source as Blob | File
    return open.file(new Uint8Array(await blob.arrayBuffer()), 'name' in blob ? blob.name : 'image')
  }
  if (kind === 'ArrayBuffer') return open.file(new Uint8Array(source as ArrayBuffer))
  if (isPixels(source)) return open.pixels(source)
  if (kind === 'Uint8Array') return open.file(asBytes(source as Uint8Array))
  throw new SaflError('image', `${shown(source)} is no image: give a path, the bytes of a file or pixels`)
}

/** What a value calls itself: that of another realm, as a test runner's, is no instance of this one's classes. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function asBytes(bytes: Uint8Array): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
}

/** What begins like an address, or like what holds its content itself. */
const ADDRESS = /^(data|blob|[a-z][a-z\d+.-]+(?=:\/\/)):/i
/** The beginnings of JPEG, PNG, GIF, WebP and TIFF files in base64. */
const BASE64 = /^(\/9j\/|iVBORw0KGgo|R0lGOD|UklGR|SUkqA|TU0AK)[\w+/-]{20}/

/** Whether a text names no file but something on a network, or holds an image itself. */
export function isNoPath(text: string): boolean {
  return ADDRESS.test(text) || BASE64.test(text)
}

function pathOf(text: string): string {
  const [, scheme] = ADDRESS.exec(text) ?? []
  if (scheme?.toLowerCase() === 'file') return fileURLToPath(text)
  if (scheme?.toLowerCase() === 'data' || BASE64.test(text))
    throw new SaflError(
      'image',
      `${shortened(text)}: holds an image itself: give its bytes, as of Buffer.from(text, 'base64')`,
    )
  if (scheme)
    throw new SaflError(
      'image',
      `${shortened(text)}: only files are read, nothing from the network; fetch it and give its bytes`,
    )
  return text
}

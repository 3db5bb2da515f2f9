/** What a recogniser in Node reads words from. (Node) */
import { fileURLToPath } from 'node:url'
import { SaflError } from '../error.ts'
import { decodeImage } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { isPixels, type Pixels, toRgb } from '../image/pixels.ts'
import { shortened, shown } from './check-options.ts'

/** A path, a `file:` URL, the bytes of an image file (Buffer, ArrayBuffer, Blob, File), or raw pixels. */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer | Blob | Pixels

/** Rejects with an error that says what is wrong with the file or the pixels. */
export async function readImage(source: ImageSource): Promise<RgbImage> {
  if (typeof source === 'string') return readPath(source)
  const kind = kindOf(source)
  if (kind === 'URL') return readPath((source as URL).href)
  if (kind === 'Blob' || kind === 'File') {
    const blob = source as Blob | File
    return decodeImage(new Uint8Array(await blob.arrayBuffer()), 'name' in blob ? blob.name : 'image')
  }
  if (kind === 'ArrayBuffer') return decodeImage(new Uint8Array(source as ArrayBuffer))
  if (isPixels(source)) return toRgb(source)
  if (kind === 'Uint8Array') return decodeImage(asBytes(source as Uint8Array))
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

async function readPath(path: string): Promise<RgbImage> {
  const [, scheme] = ADDRESS.exec(path) ?? []
  if (scheme?.toLowerCase() === 'file') return decodeImage(fileURLToPath(path))
  if (scheme?.toLowerCase() === 'data' || BASE64.test(path))
    throw new SaflError(
      'image',
      `${shortened(path)}: holds an image itself: give its bytes, as of Buffer.from(text, 'base64')`,
    )
  if (scheme)
    throw new SaflError(
      'image',
      `${shortened(path)}: only files are read, nothing from the network; fetch it and give its bytes`,
    )
  return decodeImage(path)
}

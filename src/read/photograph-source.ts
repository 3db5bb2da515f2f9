/** Photographs from files, bytes or pixels. (Node) */
import { fileURLToPath } from 'node:url'
import { SaflError } from '../error.ts'
import { decodePhotograph } from '../image/decode.ts'
import { MAXIMUM_PHOTOGRAPH, type Photograph } from '../image/photograph.ts'
import { type ImageSource, isNoPath, readImage } from '../recognize/image-source.ts'

/** Whatever a recogniser reads, in full resolution. Rejects with an `SaflError`. */
export async function readPhotograph(source: ImageSource): Promise<Photograph> {
  const file = await fileOf(source)
  if (file !== null) return decodePhotograph(file.content, file.name)
  // Pixels, and what is no image: it says why.
  const image = await readImage(source)
  const { width, height } = image
  if (width * height > MAXIMUM_PHOTOGRAPH)
    throw new SaflError('image', `image: is ${width}x${height} pixels; at most ${MAXIMUM_PHOTOGRAPH} in all are read`)
  return { image, width, height }
}

interface ImageFile {
  readonly content: string | Uint8Array
  readonly name?: string
}

/** A path or the bytes of a file; null for anything else. */
async function fileOf(source: ImageSource): Promise<ImageFile | null> {
  // What a value calls itself: that of another realm is no instance of this one's classes.
  const kind = Object.prototype.toString.call(source).slice('[object '.length, -1)
  if (typeof source === 'string' || kind === 'URL') {
    const path = String(source)
    if (/^file:/i.test(path)) return { content: fileURLToPath(path) }
    return isNoPath(path) ? null : { content: path }
  }
  if (kind === 'Blob' || kind === 'File') {
    const blob = source as Blob | File
    return { content: new Uint8Array(await blob.arrayBuffer()), name: 'name' in blob ? blob.name : 'image' }
  }
  if (kind === 'ArrayBuffer') return { content: new Uint8Array(source as ArrayBuffer) }
  if (kind !== 'Uint8Array') return null
  return { content: source instanceof Uint8Array ? source : new Uint8Array(source as unknown as Uint8Array) }
}

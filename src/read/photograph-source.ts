/** Photographs from files, bytes or pixels. (Node) */

import { SaflError } from '../error.ts'
import { decodePhotograph } from '../image/decode.ts'
import { MAXIMUM_PHOTOGRAPH, type Photograph } from '../image/photograph.ts'
import { type Pixels, toRgb } from '../image/pixels.ts'
import { type ImageSource, openImage } from '../recognize/image-source.ts'

/** Whatever a recogniser reads, in full resolution. Rejects with an `SaflError`. */
export function readPhotograph(source: ImageSource): Promise<Photograph> {
  return openImage(source, { file: decodePhotograph, pixels: wholePixels })
}

/** A source as another thread can take it: a path, the bytes of a file and what messages call it, or pixels. */
export type PortableSource = { readonly content: string | Uint8Array; readonly name: string | undefined } | Pixels

interface SourceMessage {
  readonly image: PortableSource
  /** What the message takes along instead of a copy. */
  readonly transfer: readonly Transferable[]
}

/** What the caller has stays the caller's. Rejects what is no image. */
export function toPortable(source: ImageSource): Promise<SourceMessage> {
  return openImage<SourceMessage>(source, {
    async file(content, name) {
      if (typeof content === 'string') return { image: { content, name }, transfer: [] }
      const bytes = copyOf(content)
      return { image: { content: bytes, name }, transfer: [bytes.buffer] }
    },
    async pixels({ width, height, data }) {
      // What is no array is refused where pixels are opened.
      const bytes = ArrayBuffer.isView(data) ? copyOf(data) : data
      return { image: { width, height, data: bytes }, transfer: bytes === data ? [] : [bytes.buffer as ArrayBuffer] }
    },
  })
}

/** On the other side. */
export async function openPortable(source: PortableSource): Promise<Photograph> {
  return 'content' in source ? decodePhotograph(source.content, source.name) : wholePixels(source)
}

/** A part of a buffer, as a small Buffer is, would take all of it along; a Buffer's own slice is no copy. */
function copyOf(bytes: Uint8Array | Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

async function wholePixels(pixels: Pixels): Promise<Photograph> {
  const image = toRgb(pixels)
  const { width, height } = image
  if (width * height > MAXIMUM_PHOTOGRAPH)
    throw new SaflError('image', `image: is ${width}x${height} pixels; at most ${MAXIMUM_PHOTOGRAPH} in all are read`)
  return { image, width, height }
}

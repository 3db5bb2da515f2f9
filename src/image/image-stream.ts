/** Image files one after another in one stream of bytes, as `ffmpeg -f image2pipe` writes them. */

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG = [0xff, 0xd8]

/** Whether bytes begin like an image file rather than like lines of text: image files have a zero byte early on. */
export function looksLikeImages(start: Uint8Array): boolean {
  return begins(start, PNG) || begins(start, JPEG) || start.includes(0)
}

/**
 * The files of a stream. PNG and JPEG say where they end; a file of any other format, or one whose end is missing, goes on
 * to the end of the stream.
 */
export async function* splitImages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> = new Uint8Array()
  let walked = 0
  for await (const chunk of chunks) {
    bytes = Buffer.concat([bytes, chunk])
    for (;;) {
      const { place, ended } = walk(bytes, walked)
      walked = place
      if (!ended) break
      yield bytes.subarray(0, place)
      bytes = bytes.subarray(place)
      walked = 0
    }
  }
  if (bytes.length > 0) yield bytes
}

interface Walk {
  /** Where to go on when there are more bytes; the length of the file where it has ended. */
  readonly place: number
  readonly ended: boolean
}

/** From one part of a file to the next, as far as there are bytes. */
function walk(bytes: Uint8Array, start: number): Walk {
  const next = begins(bytes, PNG) ? nextChunk : begins(bytes, JPEG) ? nextSegment : null
  let place = start
  for (;;) {
    const step = next?.(bytes, place)
    if (!step) return { place, ended: false }
    if (step.ended) return step
    place = step.place
  }
}

/** PNG (W3C recommendation, 5.3): length, type, data and check sum; the chunk IEND is the last. Null where it is not whole. */
function nextChunk(bytes: Uint8Array, start: number): Walk | null {
  const chunk = Math.max(start, PNG.length)
  if (bytes.length < chunk + 8) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const place = chunk + 12 + view.getUint32(chunk)
  if (bytes.length < place) return null
  return { place, ended: view.getUint32(chunk + 4) === 0x49454e44 }
}

/** JPEG (ITU T.81, B.1): a marker and, but for those alone, a segment of stated length; what is no marker is coded data. */
function nextSegment(bytes: Uint8Array, start: number): Walk | null {
  const place = bytes.indexOf(0xff, Math.max(start, JPEG.length))
  const marker = place < 0 ? undefined : bytes[place + 1]
  if (marker === undefined) return null
  if (marker === 0xd9) return { place: place + 2, ended: true }
  // A fill byte before a marker; a byte of data that happens to be 255; a restart.
  if (marker === 0xff) return { place: place + 1, ended: false }
  if (marker <= 1 || (marker >= 0xd0 && marker <= 0xd8)) return { place: place + 2, ended: false }
  if (bytes.length < place + 4) return null
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(place + 2)
  return bytes.length < place + 2 + length ? null : { place: place + 2 + length, ended: false }
}

function begins(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte)
}

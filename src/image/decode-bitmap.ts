/** Windows' bitmaps and icons, which sharp does not decode, by Skia. (Node) */
import type { RgbaImage } from './over-ground.ts'

/** Whether bytes begin like a BMP or an ICO file. */
export function isBitmap(bytes: Uint8Array): boolean {
  if (bytes.length < 26) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  // BMP: "BM", and a header of one of its known sizes. ICO: 0, 1, and at least one picture.
  if (view.getUint16(0) === 0x424d) return [12, 16, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true))
  return view.getUint32(0) === 0x00000100 && view.getUint16(4, true) > 0 && bytes[9] === 0
}

/** Width and height as the file states them, pixels; those of an icon are of its first picture. */
export function bitmapSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getUint16(0) !== 0x424d) return { width: bytes[6] || 256, height: bytes[7] || 256 }
  const isShort = view.getUint32(14, true) === 12
  return isShort
    ? { width: view.getUint16(18, true), height: view.getUint16(20, true) }
    : // Below 0 where the rows run from the top.
      { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
}

/** Rejects where the file is damaged. */
export async function decodeBitmap(
  bytes: Uint8Array,
  { createCanvas, loadImage }: typeof import('@napi-rs/canvas'),
): Promise<RgbaImage> {
  const image = await loadImage(bytes)
  const { width, height } = image
  const context = createCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  return { width, height, data: context.getImageData(0, 0, width, height).data }
}

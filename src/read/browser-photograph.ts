/** Photographs from whatever a canvas can draw. (Browser) */

import { SaflError } from '../error.ts'
import { keptSize, MAXIMUM_PHOTOGRAPH, type Photograph } from '../image/photograph.ts'
import { isPixels, toRgb } from '../image/pixels.ts'
import type { PortableImage } from '../recognize/browser-image.ts'

/** A picture in full resolution, upright, transparent places over a ground. Rejects what is no picture, or too large. */
export async function toPhotograph(source: PortableImage['image']): Promise<Photograph> {
  if (isPixels(source)) {
    checkSize(source)
    const image = toRgb(source)
    return { image, width: image.width, height: image.height }
  }
  const bitmap = source instanceof Blob ? await createImageBitmap(source) : source
  try {
    const { width, height } = bitmap
    checkSize(bitmap)
    const kept = keptSize(bitmap)
    const context = new OffscreenCanvas(kept.width, kept.height).getContext('2d', { willReadFrequently: true })!
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, kept.width, kept.height)
    return { image: toRgb(context.getImageData(0, 0, kept.width, kept.height)), width, height }
  } finally {
    // The caller's own stays the caller's.
    if (bitmap !== source) bitmap.close()
  }
}

function checkSize({ width, height }: { readonly width: number; readonly height: number }): void {
  if (width * height > MAXIMUM_PHOTOGRAPH)
    throw new SaflError(
      'image',
      `the picture has ${width}x${height} pixels; at most ${MAXIMUM_PHOTOGRAPH} in all are read`,
    )
}

/** Whatever a canvas can draw, as pixels. (Browser) */
import { SaflError } from '../error.ts'
import type { RgbImage } from '../image/image.ts'
import { isPixels, type Pixels, toRgb } from '../image/pixels.ts'

/** What holds a picture of a word: a file, pixels, an image or video element, a canvas, a bitmap, a video frame. */
export type BrowserImage = Blob | Pixels | CanvasImageSource

/** RGB bytes of a picture, transparent places over a ground (`overGround`). Rejects what is no picture, or has no pixels. */
export async function toPixels(source: BrowserImage): Promise<RgbImage> {
  if (isPixels(source)) return toRgb(source)
  const drawable = source instanceof Blob ? await createImageBitmap(source) : source
  const { width, height } = checkedSize(drawable)
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(drawable, 0, 0)
  return toRgb(context.getImageData(0, 0, width, height))
}

/** A picture that another thread can take. */
export interface PortableImage {
  readonly image: Blob | Pixels | ImageBitmap
  /** What the message takes along instead of a copy. */
  readonly transfer: Transferable[]
}

/** What is shown is taken as it is now; what the caller has stays the caller's. */
export async function toPortable(source: BrowserImage): Promise<PortableImage> {
  if (source instanceof Blob || source instanceof ImageBitmap) return { image: source, transfer: [] }
  if (isPixels(source)) {
    const { width, height } = source
    // A part of a buffer would take all of it along.
    const data = source.data.slice()
    return { image: { width, height, data }, transfer: [data.buffer] }
  }
  checkedSize(source)
  const image = await createImageBitmap(source)
  return { image, transfer: [image] }
}

/** A picture's own size, whatever size it is shown at. */
function checkedSize(source: CanvasImageSource): { width: number; height: number } {
  const { width, height } = sizeOf(source)
  if (width > 0 && height > 0) return { width, height }
  throw new SaflError('image', `the picture has ${width}x${height} pixels: has it been loaded?`)
}

function sizeOf(source: CanvasImageSource): { width: number; height: number } {
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight }
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight }
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight }
  const { width, height } = source as ImageBitmap
  return { width, height }
}

/** The recogniser for browsers: whatever a canvas can draw in, its text out. No server sees the image. (Browser) */
import * as runtime from 'onnxruntime-web/wasm'
import type { RgbImage } from '../image/image.ts'
import { isPixels, type Pixels, toRgb } from '../image/pixels.ts'
import { parseWeights } from '../model/weights-file.ts'
import type { Runtime } from '../tensor/index.ts'
import { type ReaderOptions, WordReader } from './word-reader.ts'

/** What holds a picture of a word: a file, pixels, an image or video element, a canvas, a bitmap, a video frame. */
export type BrowserImage = Blob | Pixels | CanvasImageSource

export interface BrowserLoadOptions extends ReaderOptions {
  /** Where the weights file lies; the package's own `tiny` when absent. */
  readonly weights?: string | URL
  /** Ends the download. */
  readonly signal?: AbortSignal
}

export class SceneTextRecognizer extends WordReader<BrowserImage> {
  /**
   * Downloads the weights and prepares them in onnxruntime-web, on WebAssembly: with threads where the page is
   * cross-origin isolated, with one and a warning elsewhere.
   */
  static async load(options: BrowserLoadOptions = {}): Promise<SceneTextRecognizer> {
    const { weights = new URL('../../models/tiny.safetensors', import.meta.url), signal } = options
    const isOwn = options.weights === undefined
    const response = await fetch(weights, signal ? { signal } : {})
    if (!response.ok) throw new Error(`${weights}: the weights could not be fetched (${response.status})`)
    if (!globalThis.crossOriginIsolated)
      console.warn('safl: the page is not cross-origin isolated, so that words are read by one thread')
    const bytes = new Uint8Array(await response.arrayBuffer())
    const read = () => parseWeights(bytes, { isOwn })
    const opened = await WordReader.openWeights(read, runtime as unknown as Runtime, options)
    return new SceneTextRecognizer(opened, options.decoder ?? 'attention')
  }

  protected decode(source: BrowserImage): Promise<RgbImage> {
    return toPixels(source)
  }
}

/** RGB bytes of a picture, transparent places laid over white. Rejects what is no picture, or has no pixels. */
export async function toPixels(source: BrowserImage): Promise<RgbImage> {
  if (isPixels(source)) return toRgb(source)
  const drawable = source instanceof Blob ? await createImageBitmap(source) : source
  const { width, height } = sizeOf(drawable)
  if (!(width > 0 && height > 0)) throw new Error(`the picture has ${width}x${height} pixels: has it been loaded?`)
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.drawImage(drawable, 0, 0)
  return toRgb(context.getImageData(0, 0, width, height))
}

/** A picture's own size, whatever size it is shown at. */
function sizeOf(source: CanvasImageSource): { width: number; height: number } {
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight }
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight }
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight }
  const { width, height } = source as ImageBitmap
  return { width, height }
}

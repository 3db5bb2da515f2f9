/** The recogniser for browsers: whatever a canvas can draw in, its text out. No server sees the image. (Browser) */
import * as runtime from 'onnxruntime-web/wasm'
import type { RgbImage } from '../image/image.ts'
import type { Runtime } from '../tensor/index.ts'
import { type ReaderOptions, type Recognition, type RecognizeOptions, WordReader } from './word-reader.ts'

/** What holds a picture of a word. */
export type BrowserImage = Blob | ImageData | CanvasImageSource | RgbImage

export interface BrowserLoadOptions extends ReaderOptions {
  /** Where the weights file lies; the package's own `tiny` when absent. */
  readonly weights?: string | URL
  /** Ends the download. */
  readonly signal?: AbortSignal
}

export class SceneTextRecognizer extends WordReader {
  /**
   * Downloads the weights and prepares them in onnxruntime-web, on WebAssembly: with threads where the page is
   * cross-origin isolated, with one and a warning elsewhere.
   */
  static async load(options: BrowserLoadOptions = {}): Promise<SceneTextRecognizer> {
    const { weights = new URL('../../models/tiny.safetensors', import.meta.url), signal } = options
    const response = await fetch(weights, signal ? { signal } : {})
    if (!response.ok) throw new Error(`${weights}: the weights could not be fetched (${response.status})`)
    if (!globalThis.crossOriginIsolated)
      console.warn('safl: the page is not cross-origin isolated, so that words are read by one thread')
    const opened = await WordReader.openWeights(
      new Uint8Array(await response.arrayBuffer()),
      runtime as unknown as Runtime,
      options,
    )
    return new SceneTextRecognizer(opened, options.decoder ?? 'attention')
  }

  /** Reads one picture: a file, pixels, an image or video element, a canvas, a bitmap, a video frame. */
  async recognize(source: BrowserImage, options: RecognizeOptions = {}): Promise<Recognition> {
    return (await this.recognizeAll([source], options))[0]!
  }

  /** Reads several pictures together. */
  async recognizeAll(sources: readonly BrowserImage[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    return this.recognizeImages(await Promise.all(sources.map(toPixels)), options)
  }
}

/** RGB bytes of a picture, transparent places laid over white. Rejects what is no picture, or has no pixels. */
export async function toPixels(source: BrowserImage): Promise<RgbImage> {
  if ('data' in source && 'width' in source && source.data.length === source.width * source.height * 3)
    return source as RgbImage
  const drawable = source instanceof Blob || source instanceof ImageData ? await createImageBitmap(source) : source
  const { width, height } = sizeOf(drawable as CanvasImageSource)
  if (!(width > 0 && height > 0)) throw new Error(`the picture has ${width}x${height} pixels: has it been loaded?`)
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.drawImage(drawable as CanvasImageSource, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const rgb = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgb[pixel * 3 + channel] = data[pixel * 4 + channel]!
  }
  return { width, height, data: rgb }
}

/** A picture's own size, whatever size it is shown at. */
function sizeOf(source: CanvasImageSource): { width: number; height: number } {
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight }
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight }
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight }
  const { width, height } = source as ImageBitmap
  return { width, height }
}

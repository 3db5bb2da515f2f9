/** The recogniser for browsers: whatever a canvas can draw in, its text out. No server sees the image. (Browser) */
import type { RgbImage } from '../image/image.ts'
import type { PackagedModel } from '../package-files.ts'
import type { BrowserImage } from './browser-image.ts'
import type { BrowserReader } from './browser-reader.ts'
import { checkBrowserOptions, checkImages, checkRecognizeOptions } from './check-options.ts'
import { ImageReader } from './image-reader.ts'
import type { ReaderOptions, Recognition, RecognizeOptions } from './word-reader.ts'
import { WorkerReader } from './worker-reader.ts'

/** `wasm`: the processor, by WebAssembly. `webgpu`: the graphics processor, where the browser lends it, else as `wasm`. */
export type Device = 'wasm' | 'webgpu'

export interface BrowserLoadOptions extends ReaderOptions {
  /** What computes, default `wasm`. */
  readonly device?: Device
  /** Whose weights of the package are read, default `tiny`. */
  readonly model?: PackagedModel
  /** Where another weights file lies, instead of those of the package. */
  readonly weights?: string | URL
  /**
   * Where a text of words and their counts lies that are expected of words that are not sure; English from the package when
   * absent, none when null.
   */
  readonly words?: string | URL | null
  /** Ends the download. */
  readonly signal?: AbortSignal
  /** Whether a worker reads, so that the page never freezes, default true; one that loads a recogniser reads itself. */
  readonly worker?: boolean
}

export class SceneTextRecognizer extends ImageReader<BrowserImage> {
  private readonly reader: BrowserReader | WorkerReader

  private constructor(reader: BrowserReader | WorkerReader) {
    super()
    this.reader = reader
  }

  /**
   * Downloads the weights and prepares them in onnxruntime-web. WebAssembly has threads where the page is cross-origin
   * isolated; elsewhere it has one, and a warning says so, as it does where there is no WebGPU that was asked for. Where no
   * worker can be started, a warning says so, and words are read in the page's own thread.
   */
  static async load(given: BrowserLoadOptions = {}): Promise<SceneTextRecognizer> {
    checkBrowserOptions(given)
    const { worker = true, ...options } = given
    if (worker && 'document' in globalThis) {
      const reader = await WorkerReader.load(options)
      if (reader) return new SceneTextRecognizer(reader)
      console.warn("safl: no worker could be started, so that words are read in the page's own thread")
    }
    const { BrowserReader } = await import('./browser-reader.ts')
    return new SceneTextRecognizer(await BrowserReader.load(options))
  }

  protected override decode(source: BrowserImage): Promise<RgbImage> {
    return this.reader.decode(source)
  }

  override async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    checkImages(images)
    checkRecognizeOptions(options)
    return this.reader.recognizeImages(images, options)
  }

  override async dispose(): Promise<void> {
    await this.close()
    await this.reader.dispose()
  }
}

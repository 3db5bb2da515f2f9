/** The recogniser for browsers: whatever a canvas can draw in, its text out. No server sees the image. (Browser) */

import type { RgbImage } from '../image/image.ts'
import type { BrowserImage } from './browser-image.ts'
import type { BrowserReader } from './browser-reader.ts'
import { checkBrowserOptions, checkImages, checkRecognizeOptions } from './check-options.ts'
import { ImageReader } from './image-reader.ts'
import type { BrowserLoadOptions, RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'
import { WorkerReader } from './worker-reader.ts'

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

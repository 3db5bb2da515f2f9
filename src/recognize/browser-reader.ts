/** Reads in the thread that it is loaded in: a worker's, or the page's own. (Browser) */
import * as runtime from 'onnxruntime-web/wasm'
import type { RgbImage } from '../image/image.ts'
import { parseWeights } from '../model/weights-file.ts'
import type { Runtime } from '../tensor/index.ts'
import { type BrowserImage, toPixels } from './browser-image.ts'
import type { BrowserLoadOptions } from './browser-recognizer.ts'
import { WordReader } from './word-reader.ts'

export class BrowserReader extends WordReader<BrowserImage> {
  static async load(options: Omit<BrowserLoadOptions, 'worker'>): Promise<BrowserReader> {
    const { weights = new URL('../../models/tiny.safetensors', import.meta.url), signal } = options
    const isOwn = options.weights === undefined
    const response = await fetch(weights, signal ? { signal } : {})
    if (!response.ok) throw new Error(`${weights}: the weights could not be fetched (${response.status})`)
    if (!globalThis.crossOriginIsolated)
      console.warn('safl: the page is not cross-origin isolated, so that words are read by one thread')
    const bytes = new Uint8Array(await response.arrayBuffer())
    const read = () => parseWeights(bytes, { isOwn })
    const opened = await WordReader.openWeights(read, runtime as unknown as Runtime, options)
    return new BrowserReader(opened, options.decoder ?? 'attention')
  }

  override decode(source: BrowserImage): Promise<RgbImage> {
    return toPixels(source)
  }

  /** The runtime computes without ever letting the thread hear a message. */
  protected override pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve))
  }
}

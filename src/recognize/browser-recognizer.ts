/** The recogniser for browsers: whatever a canvas can draw in, its text out. No server sees the image. (Browser) */
import type { RgbImage } from '../image/image.ts'
import { isPackagedModel } from '../package-files.ts'
import { startBrowserWorker } from '../worker/browser-port.ts'
import { AbstractRecognizer } from './abstract-recognizer.ts'
import { type BrowserImage, toPixels, toPortable } from './browser-image.ts'
import { checkBrowserOptions } from './check-options.ts'
import type { Engine } from './engine.ts'
import type { BrowserLoadOptions } from './reading-options.ts'
import { WorkerEngine } from './worker-engine.ts'

type Decode = (source: BrowserImage) => Promise<RgbImage>

export class SceneTextRecognizer extends AbstractRecognizer<BrowserImage> {
  protected override readonly decode: Decode

  private constructor(engine: Engine, decode: Decode) {
    super(engine)
    this.decode = decode
  }

  /**
   * Downloads the weights and prepares them in onnxruntime-web. WebAssembly has threads where the page is cross-origin
   * isolated; elsewhere it has one, and a warning says so, as it does where there is no WebGPU that was asked for. Where no
   * worker can be started, a warning says so, and words are read in the page's own thread.
   *
   * @example
   * const recognizer = await SceneTextRecognizer.load()
   * const { text, confidence } = await recognizer.recognize(document.querySelector('img'))
   */
  static async load(given: BrowserLoadOptions = {}): Promise<SceneTextRecognizer> {
    checkBrowserOptions(given)
    const { worker = true, ...options } = given
    const port = worker && 'document' in globalThis ? await startInWorker(options.signal) : null
    if (port) {
      const { signal, ...others } = fromPage(options)
      const engine = await WorkerEngine.load<typeof others, Blob | object>(port, others, signal)
      const decode = async (source: BrowserImage) => {
        const { image, transfer } = await toPortable(source)
        return engine.decode(image, transfer)
      }
      return new SceneTextRecognizer(engine, decode)
    }
    const { loadBrowserEngine } = await import('./browser-engine.ts')
    return new SceneTextRecognizer(await loadBrowserEngine(options), toPixels)
  }
}

async function startInWorker(signal: AbortSignal | undefined) {
  signal?.throwIfAborted()
  const port = await startBrowserWorker(
    () => new Worker(new URL('./browser-worker.js', import.meta.url), { type: 'module' }),
  )
  if (!port) console.warn("safl: no worker could be started, so that words are read in the page's own thread")
  return port
}

/** Options as a worker takes them: a path is one from the page, not from the worker's file. */
export function fromPage<Given extends Omit<BrowserLoadOptions, 'worker'>>({ model, words, ...others }: Given) {
  return {
    ...others,
    ...(model !== undefined && { model: isPackagedModel(`${model}`) ? model : addressFromPage(model) }),
    ...(words !== undefined && { words: words === null ? null : addressFromPage(words) }),
  }
}

export const addressFromPage = (path: string | URL) => new URL(path, document.baseURI).href

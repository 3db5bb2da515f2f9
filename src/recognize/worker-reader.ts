/** The page's side of a recogniser in a worker: every call is a message, its answer another. (Browser) */
import type { RgbImage } from '../image/image.ts'
import type { Pixels } from '../image/pixels.ts'
import { type BrowserImage, toPortable } from './browser-image.ts'
import type { BrowserLoadOptions, RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

export type WorkerCall =
  | { readonly method: 'load'; readonly options: Omit<BrowserLoadOptions, 'signal' | 'worker'> }
  | { readonly method: 'decode'; readonly image: Blob | Pixels | ImageBitmap }
  | {
      readonly method: 'read'
      readonly images: readonly RgbImage[]
      readonly options: Omit<RecognizeOptions, 'signal'>
    }
  | { readonly method: 'abort'; readonly id: number }
  | { readonly method: 'dispose' }
export interface WorkerRequest {
  readonly id: number
  readonly call: WorkerCall
}
export type WorkerReply =
  | { readonly started: true }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: Error }

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

const DISPOSED = 'the recogniser was disposed of: load another'

export class WorkerReader {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  /** Images that came from the worker, and go back to it uncopied. */
  private readonly own = new WeakSet<RgbImage>()
  private calls = 0
  private disposed = false

  private constructor(worker: Worker) {
    this.worker = worker
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerReply>) => {
      if ('started' in data) return
      const waiting = this.waiting.get(data.id)
      this.waiting.delete(data.id)
      if ('error' in data) waiting?.reject(data.error)
      else waiting?.resolve(data.result)
    })
    worker.addEventListener('error', ({ message }) => this.end(new Error(`the worker failed: ${message}`)))
  }

  /** Null where the worker itself cannot be started; rejects where it can, and the weights cannot be loaded. */
  static async load(options: Omit<BrowserLoadOptions, 'worker'>): Promise<WorkerReader | null> {
    const { signal, weights, words, ...others } = options
    signal?.throwIfAborted()
    const worker = await start()
    if (!worker) return null
    const reader = new WorkerReader(worker)
    const end = () => reader.end(signal?.reason)
    signal?.addEventListener('abort', end)
    try {
      signal?.throwIfAborted()
      // A path is one from the page, not from the worker's file.
      const fromPage = (path: string | URL) => new URL(path, document.baseURI).href
      const from = {
        ...(weights !== undefined && { weights: fromPage(weights) }),
        ...(words !== undefined && { words: words === null ? null : fromPage(words) }),
      }
      await reader.call({ method: 'load', options: { ...others, ...from } })
      return reader
    } catch (error) {
      worker.terminate()
      throw error
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  async decode(source: BrowserImage): Promise<RgbImage> {
    const { image, transfer } = await toPortable(source)
    const decoded = (await this.call({ method: 'decode', image }, { transfer })) as RgbImage
    this.own.add(decoded)
    return decoded
  }

  async recognizeImages(
    images: readonly RgbImage[],
    { signal, ...options }: RecognizeOptions = {},
  ): Promise<Recognition[]> {
    const transfer = [...new Set(images)].filter((image) => this.own.has(image)).map(({ data }) => data.buffer)
    signal?.throwIfAborted()
    const id = this.calls
    const end = () => void this.call({ method: 'abort', id }).catch(() => {})
    const reading = this.call({ method: 'read', images, options }, { transfer: transfer as ArrayBuffer[] })
    signal?.addEventListener('abort', end)
    try {
      return (await reading) as Recognition[]
    } catch (error) {
      throw signal?.aborted && (error as Error).name === 'AbortError' ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  async dispose(): Promise<void> {
    if (this.disposed) return
    const disposing = this.call({ method: 'dispose' })
    this.disposed = true
    await disposing
    this.end(new Error(DISPOSED))
  }

  private call(call: WorkerCall, { transfer = [] }: { transfer?: Transferable[] } = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // What was begun before may still be ended.
      if (this.disposed && call.method !== 'abort') throw new Error(DISPOSED)
      const request: WorkerRequest = { id: this.calls++, call }
      this.worker.postMessage(request, transfer)
      this.waiting.set(request.id, { resolve, reject })
    })
  }

  /** Nobody waits in vain for a worker that is gone. */
  private end(error: unknown): void {
    this.disposed = true
    this.worker.terminate()
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

/** A worker that has its modules; null where it cannot have them, such as those that only the page's import map names. */
function start(): Promise<Worker | null> {
  return new Promise((resolve) => {
    try {
      const worker = new Worker(new URL('./reader-worker.js', import.meta.url), { type: 'module' })
      worker.addEventListener('message', () => resolve(worker), { once: true })
      worker.addEventListener('error', () => resolve(null), { once: true })
    } catch {
      resolve(null)
    }
  })
}

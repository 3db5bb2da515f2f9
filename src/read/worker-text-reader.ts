/** The page's side of a reader of photographs in a worker: every call is a message, its answer another. (Browser) */
import { SaflError, type SaflErrorCode } from '../error.ts'
import type { FoundWord } from '../find/finder.ts'
import { isPackagedModel } from '../package-files.ts'
import { type BrowserImage, toPortable } from '../recognize/browser-image.ts'
import type { PortableError } from '../recognize/worker-port.ts'
import type { BrowserTextReaderOptions } from './browser-reader-options.ts'
import type { PhotographReading } from './photograph-reading.ts'
import { checkReadOptions, type ReadOptions } from './read-options.ts'
import type { ReaderCall, ReaderReply, ReaderRequest } from './reader-calls.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

interface CallOptions {
  readonly transfer?: Transferable[]
  readonly signal?: AbortSignal | undefined
}

const disposed = () => new SaflError('disposed', 'the reader was disposed of: load another')

export class WorkerTextReader {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private calls = 0
  private disposed = false

  private constructor(worker: Worker) {
    this.worker = worker
    worker.addEventListener('message', ({ data }: MessageEvent<ReaderReply>) => {
      if ('started' in data) return
      const waiting = this.waiting.get(data.id)
      this.waiting.delete(data.id)
      if ('error' in data) waiting?.reject(fromPortable(data.error))
      else waiting?.resolve(data.result)
    })
    worker.addEventListener('error', ({ message }) => this.end(new Error(`the worker failed: ${message}`)))
  }

  /** Null where the worker itself cannot be started; rejects where it can, and the weights cannot be loaded. */
  static async load(options: Omit<BrowserTextReaderOptions, 'worker'>): Promise<WorkerTextReader | null> {
    const { signal, model, words, finder, ...others } = options
    signal?.throwIfAborted()
    const worker = await start()
    if (!worker) return null
    const reader = new WorkerTextReader(worker)
    const end = () => reader.end(signal?.reason)
    signal?.addEventListener('abort', end)
    try {
      signal?.throwIfAborted()
      // A path is one from the page, not from the worker's file.
      const fromPage = (path: string | URL) => new URL(path, document.baseURI).href
      const from = {
        ...(model !== undefined && { model: isPackagedModel(`${model}`) ? model : fromPage(model) }),
        ...(words !== undefined && { words: words === null ? null : fromPage(words) }),
        ...(finder !== undefined && { finder: finder === null ? null : fromPage(finder as string | URL) }),
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

  async find(source: BrowserImage, { signal }: { readonly signal?: AbortSignal } = {}): Promise<FoundWord[]> {
    const { image, transfer } = await toPortable(source)
    return (await this.call({ method: 'find', image }, { transfer, signal })) as FoundWord[]
  }

  async read(source: BrowserImage, options: ReadOptions = {}): Promise<PhotographReading> {
    checkReadOptions(options)
    const { signal, ...others } = options
    const { image, transfer } = await toPortable(source)
    return (await this.call({ method: 'read', image, options: others }, { transfer, signal })) as PhotographReading
  }

  async dispose(): Promise<void> {
    if (this.disposed) return
    const disposing = this.call({ method: 'dispose' })
    this.disposed = true
    await disposing
    this.end(disposed())
  }

  private async call(call: ReaderCall, { transfer = [], signal }: CallOptions = {}): Promise<unknown> {
    signal?.throwIfAborted()
    const id = this.calls++
    const end = () => void this.send(this.calls++, { method: 'abort', id }).catch(() => {})
    signal?.addEventListener('abort', end)
    try {
      return await this.send(id, call, transfer)
    } catch (error) {
      throw signal?.aborted && (error as Error).name === 'AbortError' ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  private send(id: number, call: ReaderCall, transfer: Transferable[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // What was begun before may still be ended.
      if (this.disposed && call.method !== 'abort') throw disposed()
      this.worker.postMessage({ id, call } satisfies ReaderRequest, transfer)
      this.waiting.set(id, { resolve, reject })
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

function fromPortable({ name, message, code }: PortableError): Error {
  if (code !== undefined) return new SaflError(code as SaflErrorCode, message)
  return Object.assign(new Error(message), { name })
}

/** A worker that has its modules; null where it cannot have them, such as those that only the page's import map names. */
function start(): Promise<Worker | null> {
  return new Promise((resolve) => {
    try {
      const worker = new Worker(new URL('./text-reader-worker.js', import.meta.url), { type: 'module' })
      worker.addEventListener('message', () => resolve(worker), { once: true })
      worker.addEventListener('error', () => resolve(null), { once: true })
    } catch {
      resolve(null)
    }
  })
}

/** Reads in a worker: every call is a message, its answer another. */
import { SaflError, type SaflErrorCode } from '../error.ts'
import type { RgbImage } from '../image/image.ts'
import type { Engine } from './engine.ts'
import { ListSender } from './kept-lists.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'
import type { OwnedPort, PortableError, WorkerCall, WorkerReply, WorkerRequest } from './worker-port.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

export class WorkerEngine<Load, Source> implements Engine {
  private readonly port: OwnedPort
  private readonly waiting = new Map<number, Waiting>()
  /** Images that came from the worker, and go back to it uncopied. */
  private readonly own = new WeakSet<RgbImage>()
  private readonly lists = new ListSender()
  private calls = 0
  private failure: unknown = null

  private constructor(port: OwnedPort) {
    this.port = port
    port.listen((message) => {
      const reply = message as WorkerReply
      if ('started' in reply) return
      const waiting = this.waiting.get(reply.id)
      this.waiting.delete(reply.id)
      if (this.waiting.size === 0) port.hold(false)
      if ('error' in reply) waiting?.reject(fromPortable(reply.error))
      else waiting?.resolve(reply.result)
    })
    port.onFailure((error) => this.end(error))
  }

  /** Of a worker that has started; rejects, and ends it, where the weights cannot be loaded. */
  static async load<Load, Source>(
    port: OwnedPort,
    options: Load,
    signal?: AbortSignal,
  ): Promise<WorkerEngine<Load, Source>> {
    const engine = new WorkerEngine<Load, Source>(port)
    const end = () => engine.end(signal!.reason)
    signal?.addEventListener('abort', end)
    try {
      signal?.throwIfAborted()
      await engine.call({ method: 'load', options })
      return engine
    } catch (error) {
      port.terminate()
      throw error
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  async decode(source: Source, transfer: readonly Transferable[] = []): Promise<RgbImage> {
    const decoded = (await this.call({ method: 'decode', source }, transfer)) as RgbImage
    this.own.add(decoded)
    return decoded
  }

  async recognizeImages(images: readonly RgbImage[], { signal, ...options }: RecognizeOptions): Promise<Recognition[]> {
    const transfer = [...new Set(images)].filter((image) => this.own.has(image)).map(({ data }) => data.buffer)
    signal?.throwIfAborted()
    const id = this.calls
    const packed = this.lists.pack(options)
    const end = () => void this.call({ method: 'abort', id }).catch(() => {})
    const reading = this.call({ method: 'read', images, packed }, transfer as ArrayBuffer[])
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
    await this.call({ method: 'dispose' })
    this.end(new SaflError('disposed', 'the recogniser was disposed of: load another'))
  }

  private call(call: WorkerCall<Load, Source>, transfer: readonly Transferable[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.failure) throw this.failure
      const request: WorkerRequest<Load, Source> = { id: this.calls++, call }
      this.port.post(request, transfer)
      this.port.hold(true)
      this.waiting.set(request.id, { resolve, reject })
    })
  }

  /** Nobody waits in vain for a worker that is gone. */
  private end(error: unknown): void {
    this.failure = error
    this.port.terminate()
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

function fromPortable({ name, message, code }: PortableError): Error {
  if (code !== undefined) return new SaflError(code as SaflErrorCode, message)
  return Object.assign(new Error(message), { name })
}

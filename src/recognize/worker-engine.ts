/** Reads in a worker. */
import { SaflError } from '../error.ts'
import type { RgbImage } from '../image/image.ts'
import { WorkerClient } from '../worker/client.ts'
import type { OwnedPort } from '../worker/port.ts'
import type { Engine } from './engine.ts'
import type { EngineCalls } from './host-engine.ts'
import { ListSender } from './kept-lists.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

export class WorkerEngine<Load, Source> implements Engine {
  private readonly worker: WorkerClient<EngineCalls<Load, Source>>
  /** Images that came from the worker, and go back to it uncopied. */
  private readonly own = new WeakSet<RgbImage>()
  private readonly lists = new ListSender()

  private constructor(worker: WorkerClient<EngineCalls<Load, Source>>) {
    this.worker = worker
  }

  /** Of a worker that has started; rejects, and ends it, where the weights cannot be loaded. */
  static async load<Load, Source>(
    port: OwnedPort,
    options: Load,
    signal?: AbortSignal,
  ): Promise<WorkerEngine<Load, Source>> {
    return new WorkerEngine(await WorkerClient.load<EngineCalls<Load, Source>>(port, options, signal))
  }

  async decode(source: Source, transfer: readonly Transferable[] = []): Promise<RgbImage> {
    const decoded = await this.worker.call('decode', source, { transfer })
    this.own.add(decoded)
    return decoded
  }

  async recognizeImages(images: readonly RgbImage[], { signal, ...options }: RecognizeOptions): Promise<Recognition[]> {
    // Before the lists: what is not sent, the worker does not keep.
    signal?.throwIfAborted()
    const transfer = [...new Set(images)].filter((image) => this.own.has(image)).map(({ data }) => data.buffer)
    const asked = { images, packed: this.lists.pack(options) }
    return this.worker.call('read', asked, { transfer: transfer as ArrayBuffer[], signal })
  }

  dispose(): Promise<void> {
    return this.worker.dispose(new SaflError('disposed', 'the recogniser was disposed of: load another'))
  }
}

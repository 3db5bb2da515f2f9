/** Reads photographs in a worker. */
import type { FoundWord } from '../find/finder.ts'
import { disposed, InUse } from '../in-use.ts'
import { ListSender } from '../recognize/kept-lists.ts'
import { WorkerClient } from '../worker/client.ts'
import type { OwnedPort } from '../worker/port.ts'
import type { ReaderCalls } from './host-reader.ts'
import type { PhotographReading } from './photograph-reading.ts'
import { checkReadOptions, type ReadOptions } from './read-options.ts'

/** Makes of a source what a message can carry, and says what the message takes along; rejects what is no picture. */
export type ToPortable<Source, Portable> = (
  source: Source,
) => Promise<{ readonly image: Portable; readonly transfer: readonly Transferable[] }>

interface Loading<Load, Source, Portable> {
  /** Of a worker that has started. */
  readonly port: OwnedPort
  readonly options: Load
  readonly toPortable: ToPortable<Source, Portable>
  readonly signal?: AbortSignal | undefined
}

export class WorkerTextReader<Source> {
  private readonly worker: WorkerClient<ReaderCalls<unknown, unknown>>
  private readonly toPortable: ToPortable<Source, unknown>
  private readonly lists = new ListSender()
  private readonly use: InUse

  private constructor(worker: WorkerClient<ReaderCalls<unknown, unknown>>, toPortable: ToPortable<Source, unknown>) {
    this.worker = worker
    this.toPortable = toPortable
    this.use = new InUse('reader', () => worker.dispose(disposed('reader')))
  }

  /** Rejects, and ends the worker, where weights cannot be loaded. */
  static async load<Load, Source, Portable>({
    port,
    options,
    toPortable,
    signal,
  }: Loading<Load, Source, Portable>): Promise<WorkerTextReader<Source>> {
    return new WorkerTextReader(await WorkerClient.load(port, options, signal), toPortable)
  }

  find(source: Source, { signal }: { readonly signal?: AbortSignal } = {}): Promise<FoundWord[]> {
    return this.use.ask(async () => {
      const { image, transfer } = await this.toPortable(source)
      return this.worker.call('find', image, { transfer, signal })
    })
  }

  async read(source: Source, options: ReadOptions = {}): Promise<PhotographReading> {
    checkReadOptions(options)
    const { signal, ...others } = options
    return this.use.ask(async () => {
      const { image, transfer } = await this.toPortable(source)
      // Before the lists: what is not sent, the worker does not keep.
      signal?.throwIfAborted()
      return this.worker.call('read', { image, packed: this.lists.pack(others) }, { transfer, signal })
    })
  }

  /** Ends the worker when what was asked for before has been read. */
  dispose(): Promise<void> {
    return this.use.dispose()
  }
}

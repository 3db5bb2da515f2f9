/** The worker's side of `WorkerTextReader`: one reader, whose calls it makes and answers. */
import type { FoundWord } from '../find/finder.ts'
import { ListKeeper, type PackedOptions } from '../recognize/kept-lists.ts'
import { hostCalls } from '../worker/host.ts'
import type { WorkerPort } from '../worker/port.ts'
import type { PhotographReader } from './photograph-reader.ts'
import type { PhotographReading } from './photograph-reading.ts'
import type { ReadOptions } from './read-options.ts'

/** Calls of a worker whose reader is loaded by `Load`, and whose pictures cross as `Portable`. */
export interface ReaderCalls<Load, Portable> {
  load(options: Load): void
  find(image: Portable): FoundWord[]
  read(asked: PhotographAsked<Portable>): PhotographReading
  dispose(): void
}

export interface PhotographAsked<Portable> {
  readonly image: Portable
  readonly packed: PackedOptions<Omit<ReadOptions, 'signal'>>
}

export interface HostedReader<Load, Portable> {
  load(options: Load): Promise<PhotographReader<Portable>>
  /** Frees a picture that has been read. */
  release?(image: Portable): void
}

/** Answers whatever the port says, from now on. */
export function hostReader<Load, Portable>(
  port: WorkerPort,
  { load, release = () => {} }: HostedReader<Load, Portable>,
): void {
  let reader: Promise<PhotographReader<Portable>> | null = null
  const lists = new ListKeeper()
  hostCalls<ReaderCalls<Load, Portable>>(port, {
    async load(options) {
      reader = load(options)
      await reader
    },
    async find(image, signal) {
      return (await reader!).find(image, { signal }).finally(() => release(image))
    },
    async read({ image, packed }, signal) {
      // In the order of the messages: a list may be that of the message before.
      const options = { ...lists.unpack(packed), signal }
      return (await reader!).read(image, options).finally(() => release(image))
    },
    async dispose() {
      await (await reader!).dispose()
    },
  })
}

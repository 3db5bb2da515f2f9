/** The finder's training batches, cut in processes ahead of the trainer. (Node) */
import { workerEntry } from '../start-thread.ts'
import type { PageMaterial } from '../synth/page.ts'
import type { FinderBatch } from './finder-batch.ts'
import type { FinderBatchSettings } from './finder-source.ts'
import type { PhotographSpec } from './photographs.ts'
import { type BatchPart, namedOnce, openWorkerStream, type WorkerStream } from './worker-stream.ts'

export interface FinderStreamOptions {
  readonly sources: readonly PhotographSpec[]
  /** What synthetic pages are drawn with; null where none are. */
  readonly pages: PageMaterial | null
  readonly settings: FinderBatchSettings
  /** The part of each batch that is cut; all of it when absent. */
  readonly part?: BatchPart | undefined
  /** Number of the first batch: a resumed run goes on where it was. */
  readonly firstBatch: number
  readonly workers: number
  /** Batches that may wait for the trainer. */
  readonly queue: number
}

/** An endless stream of batches; batch n is the same whatever the number of workers and wherever the stream began. */
export function openFinderBatches(options: FinderStreamOptions): WorkerStream<FinderBatch> {
  const { firstBatch, workers, queue } = options
  const entry = workerEntry(import.meta.url, 'finder-worker')
  return namedOnce(
    openWorkerStream<FinderBatch, FinderStreamOptions>({ entry, data: options, workers, first: firstBatch, queue }),
  )
}

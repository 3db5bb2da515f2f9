/** Training batches, rendered in worker threads ahead of the trainer. (Node) */
import { Worker } from 'node:worker_threads'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'
import type { DataSpec } from './dataset.ts'

/** A batch of training words, ready for the training graph. */
export interface TrainingBatch {
  /** Place in the stream: a batch is a pure function of the stream's settings and this number. */
  readonly index: number
  /** Words B. */
  readonly size: number
  /** Decoder steps T: every word and its end symbol fit. */
  readonly length: number
  /** RGB bytes [B, H, W, 3]. */
  readonly images: Uint8Array
  /** Class ids [B, T]: the word, the end symbol, padding. */
  readonly targets: Int32Array
  /** What lies where in the image, [B, 16, 64]: see `column-guidance.ts`. */
  readonly characterMap: Uint8Array
  /** Samples that could not be read and were replaced, each named once. */
  readonly skipped: readonly string[]
}

export interface BatchSettings {
  readonly batchSize: number
  /** Decoder lengths that batches are sorted into, rising. */
  readonly lengths: readonly number[]
  readonly realShare: number
  readonly seed: number
  readonly imageHeight: number
  readonly imageWidth: number
}

export interface BatchStreamOptions {
  /** Real words, of which the training split is taken. */
  readonly sources: readonly DataSpec[]
  /** The synthetic engine; null trains on real words alone. */
  readonly synth: SynthesizerOptions | null
  readonly settings: BatchSettings
  /** Number of the first batch: a resumed run goes on where it was. */
  readonly firstBatch: number
  readonly workers: number
  /** Batches that may wait, rendered, for the trainer. */
  readonly queue: number
}

export interface BatchStream {
  next(): Promise<TrainingBatch>
  /** Time that `next` waited in all, milliseconds. */
  readonly waited: number
  close(): Promise<void>
}

/** Asks a worker for batch `index`, which comes back whole or as an error's message. */
export type BatchReply = { readonly batch: TrainingBatch } | { readonly error: string }

/**
 * An endless stream of batches, rendered in worker threads. Batch n is the same whatever the number of workers and
 * wherever the stream began.
 */
export function openBatches(options: BatchStreamOptions): BatchStream {
  const { firstBatch, workers: count, queue } = options
  const pending = new Map<number, { promise: Promise<TrainingBatch>; settle: (reply: BatchReply) => void }>()
  const workers = Array.from({ length: count }, () =>
    startWorker(options, (index, reply) => pending.get(index)?.settle(reply)),
  )
  const fail = (error: string) => {
    for (const { settle } of pending.values()) settle({ error })
  }
  for (const worker of workers) worker.on('error', (error) => fail(error.message))
  const ask = (index: number) => {
    let settle: (reply: BatchReply) => void = () => {}
    const promise = new Promise<TrainingBatch>((resolve, reject) => {
      settle = (reply) => ('batch' in reply ? resolve(reply.batch) : reject(new Error(reply.error)))
    })
    promise.catch(() => {}) // Reported by `next`, which may not have been called yet.
    pending.set(index, { promise, settle })
    workers[index % count]!.postMessage(index)
  }
  let upcoming = firstBatch
  let waited = 0
  for (let ahead = 0; ahead < Math.max(queue, count); ahead++) ask(firstBatch + ahead)
  return {
    async next() {
      const index = upcoming++
      ask(index + Math.max(queue, count))
      const started = performance.now()
      const batch = await pending.get(index)!.promise
      waited += performance.now() - started
      pending.delete(index)
      return batch
    },
    get waited() {
      return waited
    },
    async close() {
      fail('the stream was closed')
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

/** Run from its TypeScript source, as in tests, a worker needs the loader first: Node 20 gives it no --import. */
const SOURCE_BOOTSTRAP = `import('tsx/esm/api').then(({ register }) => {
  register()
  return import(require('node:worker_threads').workerData.entry)
})`

function startWorker(options: BatchStreamOptions, onReply: (index: number, reply: BatchReply) => void): Worker {
  const worker = import.meta.url.endsWith('.ts')
    ? new Worker(SOURCE_BOOTSTRAP, {
        eval: true,
        workerData: { ...options, entry: new URL('./batch-worker.ts', import.meta.url).href },
      })
    : new Worker(new URL('./batch-worker.js', import.meta.url), { workerData: options })
  worker.on('message', ({ index, reply }: { index: number; reply: BatchReply }) => onReply(index, reply))
  return worker
}

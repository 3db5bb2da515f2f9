/** Synthetic pages as image files, drawn in processes. (Node) */

import { workerEntry } from '../start-thread.ts'
import type { PageMaterial } from '../synth/page.ts'
import { openWorkerStream, type WorkerStream } from './worker-stream.ts'
import type { PhotographFile } from './write-photograph.ts'

export interface SyntheticPagesOptions {
  readonly pages: PageMaterial
  /** Seed of the whole set: page n depends on it and on n alone. */
  readonly seed: number
  readonly workers: number
}

export type SyntheticPage = Omit<PhotographFile, 'name'>

/** Pages per worker that may wait, drawn, to be written. */
const QUEUE = 4

/** An endless stream of JPEG files with their words. */
export function openSyntheticPages(options: SyntheticPagesOptions): WorkerStream<SyntheticPage> {
  const entry = workerEntry(import.meta.url, 'page-worker')
  const { workers } = options
  return openWorkerStream({ entry, data: options, workers, first: 0, queue: QUEUE * workers })
}

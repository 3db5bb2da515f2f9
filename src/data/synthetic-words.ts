/** Synthetic words as image files, drawn in processes. (Node) */

import { workerEntry } from '../start-thread.ts'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'
import { openWorkerStream, type WorkerStream } from './worker-stream.ts'
import type { NewSample } from './write-dataset.ts'

export interface SyntheticWordsOptions {
  readonly synth: SynthesizerOptions
  /** Seed of the whole set: sample n depends on it and on n alone. */
  readonly seed: number
  readonly workers: number
}

/** Samples per worker that may wait, drawn, to be written. */
const QUEUE = 16

/**
 * An endless stream of PNG files with their words. The details of each are the quadrilaterals of its characters: x, y of
 * four corners as fractions of the image, from the top left clockwise.
 */
export function openSyntheticWords(options: SyntheticWordsOptions): WorkerStream<NewSample> {
  const entry = workerEntry(import.meta.url, 'synth-worker')
  const { workers } = options
  return openWorkerStream({ entry, data: options, workers, first: 0, queue: QUEUE * workers })
}

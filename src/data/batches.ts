/** Training batches, rendered in processes ahead of the trainer. (Node) */
import type { Preset } from '../config.ts'
import { workerEntry } from '../start-thread.ts'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'
import type { DataSpec } from './dataset.ts'
import { type BatchPart, namedOnce, openWorkerStream, type WorkerStream } from './worker-stream.ts'

/** A batch of training words, ready for the training graph. */
export interface TrainingBatch {
  /** Place in the stream: a batch is a pure function of the stream's settings and this number. */
  readonly index: number
  /** Words B. */
  readonly size: number
  /** Decoder steps T: every word and its end symbol fit. */
  readonly length: number
  /** Columns W of the images, pixels. */
  readonly imageWidth: number
  /** RGB bytes [B, H, W, 3]. */
  readonly images: Uint8Array
  /** Class ids [B, T]: the word, the end symbol, padding. */
  readonly targets: Int32Array
  /** What lies where in the image, [B, 16, 128]: see `column-guidance.ts`. */
  readonly characterMap: Uint8Array
  /** Edges of the words, [B, K, 2]: see `outline-guidance.ts`. */
  readonly outlines: Float32Array
  /** Samples that could not be read and were replaced, and those that training leaves out: each named once. */
  readonly skipped: readonly string[]
}

export interface BatchSettings {
  /** Words of a batch; fewer where they are wide. */
  readonly batchSize: number
  /** Divides the words of every batch. */
  readonly replicas: number
  /** Decoder lengths that batches are sorted into, rising. */
  readonly lengths: readonly number[]
  /** 0 keeps the shares that lengths have among the words, 1 makes all decoder lengths alike frequent. */
  readonly lengthBalance: number
  readonly realShare: number
  /** Share of real words that are two side by side. */
  readonly joinShare: number
  readonly seed: number
  /** Share of the synthetic crops that hold no word. */
  readonly nothingShare: number
  /** Share of the words, without numbers and short ones, of which a letter is hidden. */
  readonly hiddenShare: number
  /** How often each synthetic word is shown. */
  readonly shows: number
  /** So many batches in a row have the same length and width. */
  readonly stepsPerRun: number
  /** Points K of a word's edges. */
  readonly controlPoints: number
  readonly imageHeight: number
  readonly imageWidth: number
  readonly textWidth: number
  /** What words' shapes are made of: see `word-shapes.ts`. */
  readonly textWidths: readonly number[]
  /** Characters beside the 94 that words may have. */
  readonly furtherCharacters: string
}

/** What a preset's batches are made of. */
export function batchSettings({ model, training }: Preset): BatchSettings {
  const { imageHeight, imageWidth, textWidth, textWidths, furtherCharacters, rectifier } = model
  const sizes = { imageHeight, imageWidth, textWidth, textWidths }
  return { ...training, ...sizes, furtherCharacters, controlPoints: rectifier.controlPoints }
}

export interface BatchStreamOptions {
  /** Real words, of which the training split is taken. */
  readonly sources: readonly DataSpec[]
  /** The synthetic engine; null trains on real words alone. */
  readonly synth: SynthesizerOptions | null
  readonly settings: BatchSettings
  /** The part of each batch that is rendered; all of it when absent. */
  readonly part?: BatchPart | undefined
  /** Number of the first batch: a resumed run goes on where it was. */
  readonly firstBatch: number
  readonly workers: number
  /** Batches that may wait, rendered, for the trainer. */
  readonly queue: number
}

export type BatchStream = WorkerStream<TrainingBatch>

/**
 * An endless stream of batches, rendered in processes. Batch n is the same whatever the number of workers and
 * wherever the stream began.
 */
export function openBatches(options: BatchStreamOptions): BatchStream {
  const { firstBatch, workers, queue } = options
  const entry = workerEntry(import.meta.url, 'batch-worker')
  return namedOnce(
    openWorkerStream<TrainingBatch, BatchStreamOptions>({ entry, data: options, workers, first: firstBatch, queue }),
  )
}

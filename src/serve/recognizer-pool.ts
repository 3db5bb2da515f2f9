/** Recognisers side by side, each in a thread of its own: an image goes to the one that has the least to do. */
import { SaflError } from '../error.ts'
import type { RgbImage } from '../image/image.ts'
import { Gatherer } from '../recognize/gather.ts'
import type { RecognizeOptions } from '../recognize/reading-options.ts'
import type { Recognition } from '../recognize/recognition.ts'
import { Problem } from './problem.ts'

/** What reads: a `SceneTextRecognizer`. */
export interface BatchReader {
  recognizeImages(images: readonly RgbImage[], options?: RecognizeOptions): Promise<Recognition[]>
  dispose(): Promise<void>
}

export interface PoolOptions {
  readonly workers: number
  /** Loads one of them; called again for one that has failed. */
  readonly load: () => Promise<BatchReader>
  /** Told of every batch: how many images went together, and how long they took. */
  readonly onBatch?: (images: number, seconds: number) => void
  /** Told of a reader that has failed, and of one that could not be loaded in its place. */
  readonly onFailure?: (error: unknown) => void
}

interface Worker {
  readonly reader: BatchReader
  readonly gatherer: Gatherer
  pending: number
}

/** How much of the mean the last batch makes. */
const LAST_SHARE = 0.1

export class RecognizerPool {
  private readonly options: PoolOptions
  private readonly workers = new Set<Worker>()
  /** Mean seconds that an image took of late, batches shared out; 0 before the first. */
  private pace = 0

  private constructor(options: PoolOptions) {
    this.options = options
  }

  /** Rejects where one cannot be loaded. */
  static async load(options: PoolOptions): Promise<RecognizerPool> {
    const pool = new RecognizerPool(options)
    // One after another: each holds the whole file while it loads.
    for (let index = 0; index < options.workers; index++) await pool.add()
    return pool
  }

  /** Workers that can read. */
  get alive(): number {
    return this.workers.size
  }

  /** How long so many images will take, in seconds, as far as the last ones tell. */
  expect(images: number): number {
    return (images * this.pace) / Math.max(1, this.workers.size)
  }

  /** As if it were read alone; rejects at once when the signal ends. */
  async read(image: RgbImage, options: RecognizeOptions): Promise<Recognition> {
    const [first, ...others] = this.workers
    if (!first) throw new Problem('unready', 'no worker is left that could read', { headers: { 'retry-after': '1' } })
    const worker = others.reduce((least, each) => (each.pending < least.pending ? each : least), first)
    worker.pending++
    try {
      return await worker.gatherer.add(image, options)
    } finally {
      worker.pending--
    }
  }

  async dispose(): Promise<void> {
    const all = [...this.workers]
    this.workers.clear()
    await Promise.allSettled(all.map(({ reader }) => reader.dispose()))
  }

  private async add(): Promise<void> {
    const reader = await this.options.load()
    const worker: Worker = {
      reader,
      gatherer: new Gatherer((images, options) => this.readBatch(worker, images, options)),
      pending: 0,
    }
    this.workers.add(worker)
  }

  private async readBatch(
    worker: Worker,
    images: readonly RgbImage[],
    options: RecognizeOptions,
  ): Promise<Recognition[]> {
    const start = performance.now()
    try {
      const read = await worker.reader.recognizeImages(images, options)
      const seconds = (performance.now() - start) / 1000
      this.pace += (seconds / images.length - this.pace) * (this.pace === 0 ? 1 : LAST_SHARE)
      this.options.onBatch?.(images.length, seconds)
      return read
    } catch (error) {
      if (!(error instanceof SaflError) && !options.signal?.aborted) await this.replace(worker, error)
      throw error
    }
  }

  /** A thread that has ended reads no more: another takes its place. */
  private async replace(worker: Worker, error: unknown): Promise<void> {
    if (!this.workers.delete(worker)) return
    this.options.onFailure?.(error)
    void worker.reader.dispose().catch(() => {})
    void this.add().catch((failure) => this.options.onFailure?.(failure))
  }
}

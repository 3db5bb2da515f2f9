/** Gathers images that are asked for one by one into batches: whoever asks while others are read is read with the next. */
import type { RgbImage } from '../image/image.ts'
import { BATCH_SIZE, type RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

type Read = (images: readonly RgbImage[], options: RecognizeOptions) => Promise<Recognition[]>

interface Waiting {
  readonly image: RgbImage
  readonly options: RecognizeOptions
  resolve(recognition: Recognition): void
  reject(reason: unknown): void
}

export class Gatherer {
  private readonly read: Read
  private readonly waiting = new Set<Waiting>()
  private reading = false

  constructor(read: Read) {
    this.read = read
  }

  /** As if it were read alone. An aborted signal rejects at once, also while others are read with it. */
  async add(image: RgbImage, options: RecognizeOptions): Promise<Recognition> {
    const { signal } = options
    signal?.throwIfAborted()
    let end = () => {}
    const read = new Promise<Recognition>((resolve, reject) => {
      const asked: Waiting = { image, options, resolve, reject }
      end = () => {
        this.waiting.delete(asked)
        reject(signal!.reason)
      }
      this.waiting.add(asked)
    })
    signal?.addEventListener('abort', end)
    void this.readAll()
    return read.finally(() => signal?.removeEventListener('abort', end))
  }

  private async readAll(): Promise<void> {
    if (this.reading) return
    this.reading = true
    // Whoever asks in the same turn comes along.
    await null
    while (this.waiting.size > 0) await this.readSome(this.take())
    this.reading = false
  }

  /** The first that waits, and others that ask for the same, as many as go through the network together. */
  private take(): Waiting[] {
    const [first] = this.waiting as Iterable<Waiting> as [Waiting]
    const { batchSize = BATCH_SIZE } = first.options
    const taken = [...this.waiting].filter(({ options }) => sameOptions(options, first.options)).slice(0, batchSize)
    for (const each of taken) this.waiting.delete(each)
    return taken
  }

  private async readSome(taken: readonly Waiting[]): Promise<void> {
    const controller = new AbortController()
    const signals = taken.flatMap(({ options }) => options.signal ?? [])
    const endIfUnwanted = () => {
      if (signals.length === taken.length && signals.every(({ aborted }) => aborted)) controller.abort()
    }
    for (const signal of signals) signal.addEventListener('abort', endIfUnwanted)
    try {
      const images = taken.map(({ image }) => image)
      const read = await this.read(images, { ...taken[0]!.options, signal: controller.signal })
      for (const [place, { resolve }] of taken.entries()) resolve(read[place]!)
    } catch (error) {
      for (const { reject } of taken) reject(error)
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', endIfUnwanted)
    }
  }
}

/** Whether two ask for the same, by the very same lists; each may end by a signal of its own. */
function sameOptions(a: RecognizeOptions, b: RecognizeOptions): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)] as (keyof RecognizeOptions)[])
  names.delete('signal')
  return [...names].every((name) => Object.is(a[name], b[name]))
}

/** From a request's bytes to what is read of its images: a bounded queue, and one answer an image. */
import { SaflError } from '../error.ts'
import { decodeImage } from '../image/decode.ts'
import type { Recognition } from '../recognize/recognition.ts'
import { checkHeader, type ImageSize } from './image-header.ts'
import { Problem } from './problem.ts'
import type { RecognizerPool } from './recognizer-pool.ts'
import type { GivenImage } from './request-images.ts'
import type { ServiceLimits } from './service-limits.ts'
import { optionProblem, type ServiceOptions } from './service-options.ts'
import { Turns } from './turns.ts'

/** What reads photographs: a `TextReader`. */
export interface PhotographReader {
  /** Rejects with a `SaflError` whose code is `image` for what cannot be read, `option` for what cannot be asked. */
  read(image: Uint8Array, options: ServiceOptions & { readonly signal: AbortSignal }): Promise<object>
}

export interface ImageFailure {
  readonly error: { readonly code: 'image'; readonly message: string }
}

/** In the order of the images, each with the name that the client gave it. */
export type ImageAnswer<Reading> = ({ readonly name?: string } & Reading) | ({ readonly name?: string } & ImageFailure)

interface Asked {
  readonly images: readonly GivenImage[]
  readonly options: ServiceOptions
  readonly signal: AbortSignal
}

/** Of a batch, so that the next ones are decoded while one is read. */
const BATCHES_AHEAD = 3
/** Pixels that count as one more image. */
const PIXELS_OF_ONE = 250_000
const BATCH = 16

export interface QueueParts {
  readonly pool: RecognizerPool
  readonly reader: PhotographReader | null
  readonly limits: ServiceLimits
  readonly workers: number
}

export class ImageQueue {
  private readonly parts: QueueParts
  private readonly turns: Turns
  private readonly room: number
  private taken = 0

  constructor(parts: QueueParts) {
    this.parts = parts
    this.room = parts.workers * BATCH * BATCHES_AHEAD
    this.turns = new Turns(this.room)
  }

  /** Images that are taken and not answered yet. */
  get length(): number {
    return this.taken
  }

  /** Throws where so many more find no room. */
  refuseBeyond(images: number): void {
    const { limits, pool } = this.parts
    if (this.taken + images <= limits.queue) return
    const seconds = Math.min(60, Math.max(1, Math.ceil(pool.expect(this.taken))))
    throw new Problem('busy', `${this.taken} images wait already, and at most ${limits.queue} may`, {
      headers: { 'retry-after': String(seconds) },
    })
  }

  /** Crops, read by the recogniser. */
  recognize(asked: Asked): Promise<ImageAnswer<Recognition>[]> {
    const { pool } = this.parts
    const { options, signal } = asked
    return this.answer(asked, async (bytes, { name, size }) =>
      this.turns.run(costOf(size), signal, async () => {
        const image = await decodeImage(bytes, name)
        return pool.read(image, { ...options, signal })
      }),
    )
  }

  /** Photographs, read by the reader of those. */
  read(asked: Asked): Promise<ImageAnswer<object>[]> {
    const { reader } = this.parts
    const { options, signal } = asked
    // A photograph holds as many words as a few batches: no two are decoded at once.
    return this.answer(asked, (bytes) =>
      this.turns.run(this.room / 2 + 1, signal, async () => reader!.read(bytes, { ...options, signal })),
    )
  }

  private async answer<Reading extends object>(
    { images }: Asked,
    read: (bytes: Uint8Array, given: { name: string; size: ImageSize }) => Promise<Reading>,
  ): Promise<ImageAnswer<Reading>[]> {
    this.refuseBeyond(images.length)
    this.taken += images.length
    const { pixels } = this.parts.limits
    const answerOne = async ({ name, bytes }: GivenImage, place: number) => {
      const named = name === null ? {} : { name }
      try {
        const own = await bytes()
        const called = `images[${place}]`
        const size = await checkHeader(own, { name: called, pixels })
        return { ...named, ...(await read(own, { name: called, size })) }
      } catch (error) {
        if (!(error instanceof SaflError) || error.code !== 'image') throw optionProblem(error)
        return { ...named, error: { code: 'image' as const, message: error.message } }
      } finally {
        this.taken--
      }
    }
    return Promise.all(images.map(answerOne))
  }
}

function costOf({ width, height }: ImageSize): number {
  return 1 + Math.floor((width * height) / PIXELS_OF_ONE)
}

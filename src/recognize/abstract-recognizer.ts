/** One image, many, or a stream of them: what all recognisers have in common, wherever they compute. */
import type { RgbImage } from '../image/image.ts'
import { InUse } from '../in-use.ts'
import { checkImages, checkRecognizeOptions, checkStream } from './check-options.ts'
import type { Engine } from './engine.ts'
import { Gatherer } from './gather.ts'
import { BATCH_SIZE, type RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

/** Images that are decoded side by side, and how many, and how many pixels of them, may wait to be read. */
const DECODED_AT_ONCE = 2
const [MOST_IMAGES, MOST_PIXELS] = [256, 1e6]

/** One image of a stream: what was read, or why nothing was. */
export type StreamReading<Source> =
  | { readonly source: Source; readonly recognition: Recognition }
  | { readonly source: Source; readonly error: Error }

export abstract class AbstractRecognizer<Source> {
  private readonly engine: Engine
  private readonly gatherer: Gatherer
  private readonly use: InUse

  protected constructor(engine: Engine) {
    this.engine = engine
    this.gatherer = new Gatherer((images, options) => engine.recognizeImages(images, options))
    this.use = new InUse('recogniser', () => engine.dispose())
  }

  /** The pixels of what is to be read; rejects where there are none. */
  protected abstract decode(source: Source): Promise<RgbImage>

  /**
   * Reads one image, or a list of them as `recognizeAll` does. Images that are asked for at once, with the same options, go
   * through the network together.
   */
  recognize(source: Source, options?: RecognizeOptions): Promise<Recognition>
  recognize(sources: readonly Source[], options?: RecognizeOptions): Promise<Recognition[]>
  async recognize(
    source: Source | readonly Source[],
    options: RecognizeOptions = {},
  ): Promise<Recognition | Recognition[]> {
    if (isList(source)) return this.recognizeAll(source, options)
    checkRecognizeOptions(options)
    return this.use.ask(async () => this.gatherer.add(await this.decode(source), options))
  }

  /** Reads decoded images; their results are those of each image alone. */
  async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    checkImages(images)
    checkRecognizeOptions(options)
    return this.use.ask(() => this.engine.recognizeImages(images, options))
  }

  /**
   * Reads many images, a few photographs or some hundred crops at a time. Rejects, with its place in the list, where one of
   * them cannot be decoded: `recognizeStream` reads the others all the same.
   */
  async recognizeAll(sources: readonly Source[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    checkImages(sources)
    checkRecognizeOptions(options)
    const decode = (source: Source, place: number) =>
      this.decode(source).catch((error: unknown) => {
        throw atPlace(error, `images[${place}]`)
      })
    return this.use.ask(async () => {
      const readings: Recognition[] = []
      let group: RgbImage[] = []
      for (let start = 0; start < sources.length; start += DECODED_AT_ONCE) {
        options.signal?.throwIfAborted()
        const some = sources.slice(start, start + DECODED_AT_ONCE)
        group.push(...(await Promise.all(some.map((source, place) => decode(source, start + place)))))
        const pixels = group.reduce((sum, { width, height }) => sum + width * height, 0)
        const isRoom = group.length < MOST_IMAGES && pixels < MOST_PIXELS
        if (isRoom && start + DECODED_AT_ONCE < sources.length) continue
        readings.push(...(await this.engine.recognizeImages(group, options)))
        group = []
      }
      return readings
    })
  }

  /**
   * Reads images as they come, any number, in their order; one that cannot be decoded gives its error, and the others are
   * read. No more than two batches are in memory.
   */
  async *recognizeStream<Given extends Source>(
    sources: Iterable<Given> | AsyncIterable<Given>,
    options: RecognizeOptions = {},
  ): AsyncGenerator<StreamReading<Given>> {
    checkStream(sources)
    checkRecognizeOptions(options)
    let waiting: Promise<DecodedSource<Given>[]> = Promise.resolve([])
    const failures: unknown[] = []
    try {
      for await (const group of inGroups(sources, options.batchSize ?? BATCH_SIZE)) {
        options.signal?.throwIfAborted()
        const decoded = await waiting
        waiting = Promise.all(group.map((source) => this.tryToDecode(source)))
        yield* this.readGroup(decoded, options)
      }
    } catch (error) {
      failures.push(error)
    }
    // What came before the source failed is read all the same.
    yield* this.readGroup(await waiting, options)
    for (const failure of failures) throw failure
  }

  /** Frees the runtime's memory when what was asked for before has been read; nothing can be read any more. */
  dispose(): Promise<void> {
    // A stream ends with the group that is being read.
    return this.use.dispose()
  }

  private async tryToDecode<Given extends Source>(source: Given): Promise<DecodedSource<Given>> {
    try {
      return { source, image: await this.decode(source) }
    } catch (error) {
      return { source, error: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  private async *readGroup<Given>(
    group: readonly DecodedSource<Given>[],
    options: RecognizeOptions,
  ): AsyncGenerator<StreamReading<Given>> {
    const images = group.flatMap((each) => ('image' in each ? [each.image] : []))
    const readings = (images.length === 0 ? [] : await this.recognizeImages(images, options)).values()
    for (const each of group) {
      if ('error' in each) yield each
      else yield { source: each.source, recognition: readings.next().value! }
    }
  }
}

function isList<Source>(source: Source | readonly Source[]): source is readonly Source[] {
  return Array.isArray(source)
}

/** The same error, whose message says where it came up. */
function atPlace(error: unknown, place: string): Error {
  const named = error instanceof Error ? error : new Error(String(error))
  // A browser's own errors have a message that cannot be assigned.
  return Object.defineProperty(named, 'message', { value: `${place}: ${named.message}`, configurable: true })
}

type DecodedSource<Source> =
  | { readonly source: Source; readonly image: RgbImage }
  | { readonly source: Source; readonly error: Error }

async function* inGroups<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

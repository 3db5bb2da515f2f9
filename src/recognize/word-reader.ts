/** Pixels of words in, their texts out: what recognisers in Node and in the browser have in common. */

import { type Charset, createCharset, decodeIds, END } from '../charset.ts'
import type { SettledWord } from '../decode/candidates.ts'
import { type CtcWord, decodeCtc } from '../decode/ctc.ts'
import { productOf, type SpelledWord } from '../decode/draft.ts'
import { type Expectation, Expectations, type WordCounts } from '../decode/prior.ts'
import { isBlank } from '../image/content.ts'
import type { RgbImage } from '../image/image.ts'
import { hasCtcHead } from '../model/ctc-head.ts'
import { ctcGraph, recognizerGraph } from '../model/recognizer-graph.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { type WordShape, wordShapes } from '../model/word-shapes.ts'
import { type Runtime, Session, type SessionOptions, type Value, writeModel } from '../tensor/index.ts'
import { attentionOf } from './attention-map.ts'
import { canDraft, DraftReader, type Glimpse } from './draft-reader.ts'
import { geometryOf } from './geometry.ts'
import { batchSizeOf, ImageReader } from './image-reader.ts'
import type { Decoder, ReaderOptions, RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'
import {
  type Alternative,
  asksForSearch,
  type BatchSearch,
  type SearchOptions,
  StepReader,
  wholeNumber,
} from './step-reader.ts'
import { batchesOf, pixelsOf, restored, type View, Views } from './views.ts'

/** Words that are less sure are looked at a second time; see docs/decoding.md. */
const UNSURE = 0.8
/** Words that are less sure are also read without blank margins, on a ground, and lying on their sides. */
const DOUBTFUL = 0.7
/** By so much surer what is read in another view must be to count. */
const SURER = 1.3
/** What is no surer after all is also read upside down; that counts where it is so sure, and of two characters or more. */
const [HOPELESS, SURE_UPSIDE_DOWN] = [0.5, 0.8]

/** What a reader reads with. */
export interface OpenWeights {
  readonly session: Session
  readonly charset: Charset
  /** Null where the weights have no head that drafts, or another decoder reads. */
  readonly drafts: DraftReader | null
  /** Null where there are no weights but a finished graph. */
  readonly steps: StepReader | null
  /** Sizes at which words are read. */
  readonly shapes: readonly WordShape[]
}

/** What is read of an image without any content. */
function nothing({ alternatives, attention }: RecognizeOptions, read: Recognition | undefined): Recognition {
  const { geometry, turned = 0 } = read ?? {}
  return {
    text: '',
    confidence: 1,
    characters: [],
    ...(alternatives && { alternatives: [] }),
    turned,
    ...(geometry && { geometry }),
    ...(attention && { attention: [] }),
  }
}

interface Reading extends Omit<Recognition, 'turned'> {
  /** What readings are compared by: see `SearchedWord`. */
  readonly rank: number
  /** Class ids of the characters; not of what was searched for. */
  readonly ids?: readonly number[]
  /** For a second look, or for other words, where it may come to one. */
  readonly glimpse?: Glimpse
}

/** Reads a batch, images [B, H, W, 3]; and gives what else was asked for by name. */
type BatchReader = (...given: Parameters<BatchSearch>) => Promise<{
  readonly words: readonly Reading[]
  readonly others: Readonly<Record<string, Value>>
}>

export abstract class WordReader<Source> extends ImageReader<Source> {
  private readonly session: Session
  private readonly decoder: Decoder
  private readonly charset: Charset
  private readonly drafts: DraftReader | null
  private readonly steps: StepReader | null
  private readonly expectations = new Expectations()
  private readonly views: Views
  private disposed = false
  private readonly underWay = new Set<Promise<unknown>>()

  protected constructor({ session, charset, drafts, steps, shapes }: OpenWeights, decoder: Decoder) {
    super()
    this.session = session
    this.decoder = decoder
    this.charset = charset
    this.drafts = drafts
    this.steps = steps
    const [, height] = session.inputShape('images')
    this.views = new Views(shapes, height as number)
  }

  /** The sessions of a weights file in a given runtime; those of the steps are made, and the file read again, when needed. */
  protected static async openWeights(
    read: () => Promise<WeightsFile>,
    runtime: Runtime,
    { threads, provider, decoder = 'attention', precision }: ReaderOptions & Pick<SessionOptions, 'provider'>,
  ): Promise<OpenWeights> {
    const file = await read()
    const { settings, weights } = file
    const options = { ...(threads !== undefined && { threads }), ...(provider && { provider }) }
    const charset = createCharset(settings.furtherCharacters)
    const shapes = wordShapes(settings)
    if (decoder === 'ctc' && !hasCtcHead(weights))
      throw new Error('the weights have no CTC head: train with training.ctcWeight above 0, or read by attention')
    const canSettle = decoder === 'attention' && canDraft(file)
    if (precision === 'int8') {
      if (provider === 'webgpu') throw new Error('precision: int8 is for processors, not for WebGPU')
      if (decoder === 'ctc') throw new Error('precision: the ctc decoder reads in float32')
      if (!canSettle || !file.bounds)
        throw new Error(
          'precision: the weights have no CTC head, or no bounds of activations, for int8 (safl calibrate measures them)',
        )
    }
    if (canSettle) {
      const drafts = await DraftReader.open(file, runtime, { ...options, precision })
      const steps = new StepReader(read, runtime, options, drafts.encoder)
      return { session: drafts.encoder, charset, drafts, steps, shapes }
    }
    const graph = decoder === 'ctc' ? ctcGraph(settings, weights) : recognizerGraph(settings, weights)
    const session = await Session.create(writeModel(graph), runtime, options)
    return { session, charset, drafts: null, steps: new StepReader(read, runtime, options), shapes }
  }

  override async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    if (this.disposed) throw new Error('the recogniser was disposed of: load another')
    const reading = this.readWhereContent(images, options).finally(() => this.underWay.delete(reading))
    this.underWay.add(reading)
    return reading
  }

  /** Images in which nothing stands out from the ground hold no word: the network would read one all the same. */
  private async readWhereContent(images: readonly RgbImage[], options: RecognizeOptions): Promise<Recognition[]> {
    // What is demanded of a reading holds there, too.
    const { lexicon, pattern, allow } = options
    const isFree = [lexicon, pattern, allow].every((demand) => demand === undefined)
    const blank = images.map((image) => isFree && isBlank(image))
    // Where the rectifier would look is wanted of them, too.
    const wanted = [...images.keys()].filter((place) => options.geometry || !blank[place])
    const read = await this.readViews(
      wanted.map((place) => images[place]!),
      options,
    )
    const found = new Map(wanted.map((place, index) => [place, read[index]!]))
    return images.map((_, place) => (blank[place] ? nothing(options, found.get(place)) : found.get(place)!))
  }

  private async readViews(images: readonly RgbImage[], options: RecognizeOptions): Promise<Recognition[]> {
    const { orientation = 'auto', secondLook = true } = options
    wholeNumber('alternatives', options.alternatives ?? 0, 0)
    if (this.drafts) this.expectations.of(options, this.drafts.model)
    const glanced = await this.readBest(
      images.map((image) => this.views.of(image, orientation)),
      options,
    )
    const first = secondLook ? await this.readFurther(images, glanced, options) : glanced
    const unsure = secondLook ? [...first.keys()].filter((place) => first[place]!.reading.confidence < UNSURE) : []
    const second =
      unsure.length === 0
        ? []
        : await this.lookAgain(
            unsure.map((place) => first[place]!),
            options,
          )
    const again = new Map(unsure.map((place, index) => [place, second[index]!]))
    const twice = first.map((once, place) => again.get(place) ?? once)
    const read = secondLook && orientation === 'auto' ? await this.turnOver(images, twice, options) : twice
    const compared = new Set(unsure.filter((place) => read[place] === twice[place]))
    const others = await this.findOthers(read, compared, options)
    return read.map(({ view, reading }, place) => {
      const { rank, glimpse, ids, ...word } = reading
      const alternatives = others?.[place]
      return {
        ...word,
        ...(alternatives && { alternatives }),
        ...(word.geometry && { geometry: restored(word.geometry, view) }),
        turned: view.turned,
      }
    })
  }

  /** Other words that they may be, by what was seen at first; null where nobody asks, or a search found them. */
  private async findOthers(
    read: readonly ReadView[],
    unsure: ReadonlySet<number>,
    options: RecognizeOptions,
  ): Promise<Alternative[][] | null> {
    const { drafts } = this
    const count = options.alternatives ?? 0
    if (!drafts || count === 0 || this.searches(options)) return null
    const expected = await this.expect(options, drafts)
    const found: Alternative[][] = Array(read.length)
    for (const places of batchesOf(
      read.map(({ view }) => view),
      batchSizeOf(options),
    )) {
      const seen = places.map((place) => {
        const { glimpse, ids, confidence } = read[place]!.reading
        return { glimpse: glimpse!, ids: ids!, confidence, prior: unsure.has(place) ? expected : null }
      })
      for (const [row, others] of (await drafts.alternatives(seen, count)).entries())
        found[places[row]!] = others.map(({ ids, confidence }) => ({ text: decodeIds(ids, this.charset), confidence }))
    }
    return found
  }

  /** Reads what is hardly sure in further views. */
  private async readFurther(
    images: readonly RgbImage[],
    read: readonly ReadView[],
    options: RecognizeOptions,
  ): Promise<ReadView[]> {
    const { orientation = 'auto' } = options
    const further = read.map(({ reading }, place) =>
      reading.confidence < DOUBTFUL ? this.views.further(images[place]!, orientation) : [],
    )
    const all = further.flat()
    const readings = (await this.readAll(all, options)).values()
    return read.map((once, place) =>
      further[place]!.reduce((best, view) => {
        const other = { view, reading: readings.next().value! }
        const { confidence, characters } = other.reading
        const counts = confidence > SURER * once.reading.confidence && characters.length <= view.room
        return counts ? betterOf(best, other) : best
      }, once),
    )
  }

  /** Reads upside down what two looks have left unsure. */
  private async turnOver(
    images: readonly RgbImage[],
    read: readonly ReadView[],
    options: RecognizeOptions,
  ): Promise<readonly ReadView[]> {
    const hopeless = [...read.keys()].filter((place) => read[place]!.reading.confidence < HOPELESS)
    if (hopeless.length === 0) return read
    const views = hopeless.map((place) => this.views.upsideDown(images[place]!))
    const readings = await this.readAll(views, options)
    const turned = new Map(hopeless.map((place, index) => [place, { view: views[index]!, reading: readings[index]! }]))
    return read.map((once, place) => {
      const over = turned.get(place)
      const isSure = over && over.reading.confidence > SURE_UPSIDE_DOWN && over.reading.characters.length > 1
      return isSure ? over : once
    })
  }

  private searches(options: RecognizeOptions): boolean {
    return asksForSearch(options, { drafts: this.drafts !== null, secondLook: options.secondLook !== false })
  }

  /** Compares views of each, or reads all with frequent words expected, where nothing else was asked for; else also leaning. */
  private async lookAgain(read: readonly ReadView[], options: RecognizeOptions): Promise<ReadView[]> {
    if (this.drafts && !this.searches(options)) return this.compareViews(read, this.drafts, options)
    const { prior: given, beamWidth, lexicon, pattern, allow, attention } = options
    const isFree = !attention && [given, beamWidth, lexicon, pattern, allow].every((wish) => wish === undefined)
    const canSearch = this.steps !== null && this.decoder === 'attention'
    const prior = isFree && canSearch ? await this.commonWords() : null
    if (prior)
      return this.readBest(
        read.map(({ view }) => [view]),
        { ...options, prior },
      )
    const again = await this.readBest(
      read.map(({ view }) => this.views.leaning(view)),
      options,
    )
    return read.map((once, index) => betterOf(once, again[index]!))
  }

  /** Compares what was seen of each with how it looks leaning either way, with frequent words expected. */
  private async compareViews(read: readonly ReadView[], drafts: DraftReader, options: RecognizeOptions) {
    const batchSize = batchSizeOf(options)
    const prior = await this.expect(options, drafts)
    const results: ReadView[] = Array(read.length)
    for (const places of batchesOf(
      read.map(({ view }) => view),
      batchSize,
    )) {
      await this.pause()
      options.signal?.throwIfAborted()
      const seen = places.map((place) => read[place]!.reading.glimpse!)
      const leaning = places.flatMap((place) => this.views.leaning(read[place]!.view))
      const { attention } = options
      const { words, others } = await drafts.compare(seen, pixelsOf(leaning), { prior, attention })
      for (const [row, place] of places.entries()) {
        const { view, reading } = read[place]!
        const again = describe(words[row]!, this.charset)
        const looks = others.attention && attentionOf(others.attention, row, again.characters.length)
        results[place] = { view, reading: { ...reading, ...again, ...(looks && { attention: looks }) } }
      }
    }
    return results
  }

  /** What is expected of words that are not sure, unless the options say otherwise. */
  protected async commonWords(): Promise<WordCounts | null> {
    return null
  }

  /** Of each image's views the one that is read best, and the reading. */
  private async readBest(views: readonly (readonly View[])[], options: RecognizeOptions): Promise<ReadView[]> {
    const all = views.flat()
    const readings = await this.readAll(all, options)
    const read = all.map((view, index) => ({ view, reading: readings[index]! })).values()
    return views.map((each) => each.map(() => read.next().value!).reduce(betterOf))
  }

  private async readAll(views: readonly View[], options: RecognizeOptions): Promise<Reading[]> {
    const batchSize = batchSizeOf(options)
    const search = this.searches(options) ? await this.prepareSearch(options) : null
    if (options.attention && (search || this.decoder === 'ctc'))
      throw new Error('attention: the maps are of greedy decoding: leave out beams, lexicons, patterns, priors and ctc')
    const read = search ?? (this.drafts ? this.readByDrafts(this.drafts, options) : this.readGreedily)
    const results: Reading[] = Array(views.length)
    for (const [number, places] of batchesOf(views, batchSize).entries()) {
      if (number > 0) await this.pause()
      options.signal?.throwIfAborted()
      const readings = await this.readBatch(
        places.map((place) => views[place]!),
        options,
        read,
      )
      for (const [row, place] of places.entries()) results[place] = readings[row]!
    }
    return results
  }

  override async dispose(): Promise<void> {
    if (this.disposed) return
    this.disposed = true
    await Promise.allSettled(this.underWay)
    await this.steps?.dispose()
    await (this.drafts ?? this.session).dispose()
  }

  /** Between two batches: lets happen whatever is waiting, such as the end of a signal. */
  protected async pause(): Promise<void> {}

  private async prepareSearch(options: SearchOptions): Promise<BatchSearch> {
    const problem = 'no beams, lexicons, patterns, priors or alternatives'
    if (this.decoder === 'ctc') throw new Error(`the ctc decoder knows ${problem}: read by attention`)
    if (!this.steps) throw new Error(`an exported file knows ${problem}: read from a weights file`)
    return this.steps.prepare(options)
  }

  /** Views of one shape. */
  private async readBatch(
    views: readonly View[],
    { geometry, attention }: RecognizeOptions,
    read: BatchReader,
  ): Promise<Reading[]> {
    const wanted = [...(geometry ? ['rectified', 'control_points'] : []), ...(attention ? ['attention'] : [])]
    const { words, others } = await read(pixelsOf(views), wanted)
    const { rectified, control_points, attention: looks } = others
    return words.map((word, place) => ({
      ...word,
      ...(rectified && control_points && { geometry: geometryOf(rectified, control_points, place) }),
      ...(looks && { attention: attentionOf(looks, place, word.characters.length) }),
    }))
  }

  private readByDrafts(drafts: DraftReader, { secondLook = true, alternatives = 0 }: RecognizeOptions): BatchReader {
    return async (images, outputs) => {
      const { words, others, glimpse } = await drafts.read(images, outputs)
      const readings = words.map((word, place) => ({
        ...describe(word, this.charset),
        ...(((secondLook && word.confidence < UNSURE) || alternatives > 0) && { glimpse: glimpse(place) }),
      }))
      return { words: readings, others }
    }
  }

  /** What is expected of words that are not sure. */
  private async expect({ prior, priorWeight }: RecognizeOptions, { model }: DraftReader): Promise<Expectation | null> {
    const words = prior === undefined ? await this.commonWords() : prior
    return this.expectations.of({ prior: words, priorWeight }, model)
  }

  private readonly readGreedily: BatchReader = async (images, outputs) => {
    const spelling = this.decoder === 'ctc' ? ['ctc_probabilities'] : ['ids', 'probabilities']
    const { ids, probabilities, ctc_probabilities, ...others } = await this.session.run({ images }, [
      ...spelling,
      ...outputs,
    ])
    const words = ctc_probabilities
      ? decodeCtc(ctc_probabilities.data as Float32Array, { batch: images.shape[0]!, charset: this.charset })
      : readWords(ids!, probabilities!)
    return { words: words.map((word) => describe(word, this.charset)), others }
  }
}

interface ReadView {
  readonly view: View
  readonly reading: Reading
}

/** Of equals the first. */
function betterOf(first: ReadView, second: ReadView): ReadView {
  return second.reading.rank > first.reading.rank ? second : first
}

/** What the graph chose. A word without an end is as long as the model spells: its last turn had room for the end alone. */
function readWords(ids: Value, probabilities: Value): SpelledWord[] {
  const [batch, turns] = ids.shape as [number, number]
  return Array.from({ length: batch }, (_, place) => {
    const row = Array.from(ids.data.subarray(place * turns, (place + 1) * turns) as Int32Array)
    const end = row.indexOf(END)
    const length = end < 0 ? turns - 1 : end
    const sure = Array.from(probabilities.data.subarray(place * turns, (place + 1) * turns) as Float32Array)
    return { ids: row.slice(0, length), probabilities: sure.slice(0, end < 0 ? length : end + 1) }
  })
}

function describe(word: SpelledWord | CtcWord | SettledWord, charset: Charset): Reading {
  const { ids, probabilities } = word
  const confidence = 'confidence' in word ? word.confidence : productOf(probabilities)
  return {
    ids,
    text: decodeIds(ids, charset),
    confidence,
    rank: 'rank' in word ? word.rank : Math.log(confidence),
    characters: ids.map((id, index) => ({ character: decodeIds([id], charset), probability: probabilities[index]! })),
  }
}

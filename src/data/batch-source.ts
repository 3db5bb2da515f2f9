/** Renders training batches: which words, which images, in which order. A pure function of settings and batch number. */
import { type Charset, createCharset, END, encodeText, PADDING } from '../charset.ts'
import { fit, widen, wideningMargins } from '../image/fit.ts'
import type { RgbImage } from '../image/image.ts'
import { MAP_COLUMNS, MAP_ROWS, UNKNOWN_PLACE } from '../model/column-guidance.ts'
import { resampleOutline, UNKNOWN_EDGE } from '../model/outline-guidance.ts'
import { shapeOf, type WordShape, wordShapes } from '../model/word-shapes.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import type { SynthScene } from '../synth/scene.ts'
import type { SampleOptions, Synthesizer, SynthSample } from '../synth/synthesizer.ts'
import { augment } from './augment.ts'
import type { BatchSettings, TrainingBatch } from './batches.ts'
import { drawCharacterMap } from './character-map.ts'
import type { Dataset } from './dataset.ts'
import { canHide, hideLetter } from './hide-letter.ts'
import { RealWords } from './real-words.ts'
import { sortWords, type WordBucket } from './word-buckets.ts'
import type { BatchPart } from './worker-stream.ts'

/** How often words fall into the buckets when there are no real words to count: shares of a typical set of signs. */
const TYPICAL_LENGTHS = [0.02, 0.09, 0.15, 0.17, 0.15, 0.13, 0.11, 0.07, 0.05, 0.03, 0.02, 0.01]

/**
 * A shape's positions are to a batch's decoder length as these say at least and at most: every word has room for its
 * characters, and few lengths meet each shape, for each of which a graph is kept.
 */
const [FEWEST_POSITIONS, MOST_POSITIONS] = [1.7, 4]

/** Batches of wider words have fewer of them, so that they take no more memory. */
const FULL_WIDTH = 192

/** Batches between two shows of a synthetic word, or nearly; a multiple of the usual numbers of processes, each of which keeps its own. */
const SHOWS_APART = 24

/** Numbers of the streams of random numbers in the derivation of their seeds. */
const STREAM = { sample: 1, kind: 2, nothing: 3, scene: 4, hidden: 5 } as const

export interface BatchSourceParts {
  readonly settings: BatchSettings
  /** Real words, of which the training split is taken. */
  readonly datasets: readonly Dataset[]
  /** Null where all words are real. */
  readonly synthesizer: Synthesizer | null
  /** Bytes of decoded real words that are kept; what comes later is decoded whenever it is drawn. */
  readonly cacheBytes: number
  /** Processes that share the batches, each taking every so-manieth. */
  readonly workers: number
  /** The part of each batch that is rendered; all of it when absent. */
  readonly part?: BatchPart | undefined
}

type Size = Pick<RgbImage, 'width' | 'height'>

/** What all words of a batch have in common. */
interface Form {
  readonly shape: WordShape
  /** Decoder steps. */
  readonly length: number
  /** How many there are. */
  readonly size: number
}

/** A word at the size of its batch. */
interface Drawn {
  readonly text: string
  readonly image: RgbImage
  readonly map?: Uint8Array
  readonly outline?: Float32Array
}

/** Where in the stream a batch stands. */
interface Place {
  readonly index: number
  /** The batch whose synthetic words this one shows, and the how-manieth time. */
  readonly origin: number
  readonly show: number
  readonly bucket: number
}

export class BatchSource {
  private readonly settings: BatchSettings
  private readonly part: BatchPart
  private readonly charset: Charset
  private readonly synthesizer: Synthesizer | null
  private readonly shapes: readonly WordShape[]
  private readonly buckets: readonly WordBucket[]
  private readonly words: RealWords
  /** Share of batches of each bucket. */
  private readonly shares: readonly number[]
  /** Share of each bucket's real words that are two joined. */
  private readonly joinShares: readonly number[]
  /** Synthetic words that will be shown again, by origin and place. */
  private readonly scenes = new Map<string, SynthScene>()
  /** Runs between two shows. */
  private readonly apart: number
  /** Whether the next show of what is painted here is here as well. */
  private readonly keepsScenes: boolean
  /** What the next batch shall report. */
  private unreported: string[]

  private constructor(
    { settings, synthesizer, cacheBytes, workers, part = { place: 0, count: 1 } }: BatchSourceParts,
    { buckets, leftOut }: { buckets: readonly WordBucket[]; leftOut: string[] },
  ) {
    this.settings = settings
    this.part = part
    this.apart = Math.ceil(SHOWS_APART / settings.stepsPerRun)
    this.keepsScenes = settings.shows > 1 && (this.apart * settings.stepsPerRun) % workers === 0
    this.charset = createCharset(settings.furtherCharacters)
    this.synthesizer = synthesizer
    this.shapes = wordShapes(settings)
    this.buckets = buckets
    this.unreported = leftOut
    this.words = new RealWords({
      buckets,
      cacheBytes,
      mostHeight: settings.imageHeight,
      mostWidth: Math.max(...this.shapes.map(({ imageWidth }) => imageWidth)),
      spaced: settings.furtherCharacters.includes(' '),
      bucketOf: (text) => settings.lengths.findIndex((limit) => text.length + 1 <= limit),
      onBad: (problem) => this.unreported.push(problem),
    })
    const weights = buckets.map(({ weight }) => weight)
    const words = weights.reduce((a, b) => a + b, 0)
    const typical = (bucket: number) =>
      TYPICAL_LENGTHS.filter((_, index) => bucket === settings.lengths.findIndex((limit) => index + 2 <= limit))
    const natural =
      words > 0
        ? weights.map((weight) => weight / words)
        : buckets.map((_, bucket) => typical(bucket).reduce((a, b) => a + b, 0))
    const flattened = natural.map((share) => share ** (1 - settings.lengthBalance))
    const whole = flattened.reduce((a, b) => a + b, 0)
    this.shares = flattened.map((share) => share / whole)
    // What balance adds to the rarer lengths is joined of two, or the few long words would be learned by heart.
    const { joinShare } = settings
    this.joinShares = this.shares.map((share, bucket) =>
      joinShare > 0 ? 1 - (1 - joinShare) * Math.min(1, natural[bucket]! / share) : 0,
    )
  }

  /** Reads the sets' labels. Rejects when neither they nor an engine give a word to train on. */
  static async open(parts: BatchSourceParts): Promise<BatchSource> {
    const { settings, datasets, synthesizer } = parts
    const sorted = await sortWords(datasets, settings)
    if (!synthesizer && sorted.buckets.every(({ size }) => size === 0)) {
      const why = sorted.leftOut.length > 0 ? ` (${sorted.leftOut[0]})` : ''
      throw new Error(`no words to train on: give real data, a synthetic engine or both${why}`)
    }
    return new BatchSource(parts, sorted)
  }

  async render(index: number): Promise<TrainingBatch> {
    const { controlPoints, imageHeight } = this.settings
    const place = this.placeOf(index)
    const form = await this.formOf(place)
    const { length, shape } = form
    const size = form.size / this.part.count
    const pixels = imageHeight * shape.imageWidth * 3
    const images = new Uint8Array(size * pixels)
    const targets = new Int32Array(size * length).fill(PADDING)
    const characterMap = new Uint8Array(size * MAP_ROWS * MAP_COLUMNS).fill(UNKNOWN_PLACE)
    const outlines = new Float32Array(size * controlPoints * 2).fill(UNKNOWN_EDGE)
    for (let word = 0; word < size; word++) {
      const number = this.part.place * size + word
      const { text, image, map, outline } = await this.draw(place, number, form)
      images.set(image.data, word * pixels)
      const random = createRandom(deriveSeed(this.settings.seed, index, number, STREAM.hidden))
      if (random() < this.settings.hiddenShare && canHide(text)) {
        hideLetter({ ...image, data: images.subarray(word * pixels, (word + 1) * pixels) }, text, random)
      }
      if (map) characterMap.set(map, word * MAP_ROWS * MAP_COLUMNS)
      if (outline) outlines.set(resampleOutline(outline, controlPoints), word * controlPoints * 2)
      targets.set([...encodeText(text, this.charset), END], word * length)
    }
    // The first word of all gave the form; where it is another part's, nothing else forgets it.
    if (this.part.place > 0 && place.show === this.settings.shows - 1) this.scenes.delete(sceneKey(place.origin, 0))
    const skipped = this.unreported
    this.unreported = []
    const { imageWidth } = shape
    return { index, size, length, imageWidth, images, targets, characterMap, outlines, skipped }
  }

  private placeOf(index: number): Place {
    const { seed, stepsPerRun, shows } = this.settings
    // Batches of one run, which have one form, stay together.
    const { apart } = this
    const run = Math.floor(index / stepsPerRun)
    const within = run % (shows * apart)
    const originRun = run - within + (within % apart)
    return {
      index,
      origin: originRun * stepsPerRun + (index % stepsPerRun),
      show: Math.floor(within / apart),
      bucket: pick(this.shares, createRandom(deriveSeed(seed, originRun))),
    }
  }

  /** That of the first word of the run's first batch: forms are as frequent as such words are. */
  private async formOf({ origin, bucket }: Place): Promise<Form> {
    const limit = this.settings.lengths[bucket]!
    if (this.shapes.length === 1) return { shape: this.shapes[0]!, length: limit, size: this.settings.batchSize }
    const first = origin - (origin % this.settings.stepsPerRun)
    const place = { index: first, origin: first, show: 0, bucket }
    const random = this.randomOf(first, 0)
    const real = this.isReal(place, 0) ? await this.drawReal(random, bucket, () => true) : null
    return this.formFor(real?.image ?? this.sampleOf(place, 0, null).image, bucket)
  }

  /** The form of a crop's size among words of a bucket. */
  private formFor(crop: Size, bucket: number): Form {
    const { lengths, batchSize, replicas } = this.settings
    const limit = lengths[bucket]!
    const own = shapeOf(this.shapes, crop)
    const roomy = this.shapes.filter(({ textWidth }) => textWidth / 4 >= FEWEST_POSITIONS * limit)
    const shape = roomy.find(({ textWidth }) => textWidth >= own.textWidth) ?? this.shapes[this.shapes.length - 1]!
    const least = shape.textWidth / 4 / MOST_POSITIONS
    const length = lengths.find((each) => each >= Math.max(limit, least)) ?? lengths[lengths.length - 1]!
    // Batch norm wants two words of each replica.
    const each = Math.max((batchSize * Math.min(1, FULL_WIDTH / shape.textWidth)) / replicas, 2)
    const size = Math.min(batchSize, replicas * Math.ceil(each))
    return { shape, length, size }
  }

  private randomOf(batch: number, word: number): Random {
    return createRandom(deriveSeed(this.settings.seed, batch, word, STREAM.sample))
  }

  private isReal({ origin }: Place, word: number): boolean {
    const share = this.synthesizer ? this.settings.realShare : 1
    return createRandom(deriveSeed(this.settings.seed, origin, word, STREAM.kind))() < share
  }

  private async draw(place: Place, word: number, form: Form): Promise<Drawn> {
    const { bucket, index } = place
    const random = this.randomOf(index, word)
    const fits = this.fitting(form, bucket)
    if (this.isReal(place, word)) {
      const real = await this.drawReal(random, bucket, fits)
      if (real) {
        const { imageWidth: width, leastAspect } = form.shape
        const image = augment(widen(real.image, leastAspect), { width, height: this.settings.imageHeight, random })
        return { text: real.text, image }
      }
    }
    return this.drawSynthetic(place, word, form)
  }

  /** Whether a crop's size asks for the form; for any where words have one shape. */
  private fitting(form: Form, bucket: number): ((size: Size) => boolean) | null {
    return this.shapes.length === 1 ? null : (size) => this.formFor(size, bucket).shape === form.shape
  }

  /** Null where no word of this length can be read and the engine stands in. */
  private async drawReal(random: Random, bucket: number, fits: ((size: Size) => boolean) | null) {
    const word = await this.words.draw(random, {
      bucket,
      joinShare: this.joinShares[bucket]!,
      fits: fits ?? (() => true),
    })
    if (word || this.synthesizer) return word
    const { size } = this.buckets[bucket]!
    throw new Error(`not one of ${size} real words of this length can be read: ${this.unreported[0] ?? ''}`)
  }

  private drawSynthetic(place: Place, word: number, form: Form): Drawn {
    const { imageHeight: height } = this.settings
    const { imageWidth: width, leastAspect } = form.shape
    const { text, image, characterQuads, outline } = this.sampleOf(place, word, this.fitting(form, place.bucket))
    const { left, right } = wideningMargins(image, leastAspect)
    const whole = left + image.width + right
    const moved = (points: Float32Array) =>
      points.map((value, index) => (index % 2 === 0 ? (left + value * image.width) / whole : value))
    return {
      text,
      image: fit(image, { width, height, leastAspect }),
      map: drawCharacterMap(text, moved(characterQuads), this.charset),
      ...(outline && { outline: moved(outline) }),
    }
  }

  /** What the engine draws at a place: a show of its word, or a crop without one. */
  private sampleOf(place: Place, word: number, fits: ((size: Size) => boolean) | null): SynthSample {
    const { nothingShare, seed } = this.settings
    const options = fits ? { fits } : {}
    const isEmpty = createRandom(deriveSeed(seed, place.origin, word, STREAM.nothing))() < nothingShare
    if (isEmpty) return this.synthesizer!.nothing(deriveSeed(seed, place.index, word, STREAM.nothing), options)
    return this.synthesizer!.show(this.sceneOf(place, word, options), place.show)
  }

  /** A word as it is painted, once for all its shows. */
  private sceneOf({ origin, show, bucket }: Place, word: number, options: SampleOptions): SynthScene {
    const { lengths, shows, seed } = this.settings
    const key = sceneKey(origin, word)
    const kept = this.scenes.get(key)
    if (kept) {
      if (show === shows - 1) this.scenes.delete(key)
      return kept
    }
    const limits = { minimumLength: bucket === 0 ? 1 : lengths[bucket - 1]!, maximumLength: lengths[bucket]! - 1 }
    const scene = this.synthesizer!.scene(deriveSeed(seed, origin, word, STREAM.scene), limits, options)
    if (this.keepsScenes && show < shows - 1) this.scenes.set(key, scene)
    return scene
  }
}

function sceneKey(origin: number, word: number): string {
  return `${origin}/${word}`
}

function pick(shares: readonly number[], random: Random): number {
  let place = random()
  for (const [index, share] of shares.entries()) {
    place -= share
    if (place < 0) return index
  }
  return shares.length - 1
}

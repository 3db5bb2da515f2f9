/** Renders training batches: which words, which images, in which order. A pure function of settings and batch number. */
import { type Charset, createCharset, END, encodeText, PADDING } from '../charset.ts'
import type { RgbImage } from '../image/image.ts'
import { join } from '../image/join.ts'
import { resize } from '../image/resize.ts'
import { isTall, turnQuarter } from '../image/turn.ts'
import { MAP_COLUMNS, MAP_ROWS, UNKNOWN_PLACE } from '../model/column-guidance.ts'
import { resampleOutline, UNKNOWN_EDGE } from '../model/outline-guidance.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import type { Synthesizer } from '../synth/synthesizer.ts'
import { augment } from './augment.ts'
import type { BatchSettings, TrainingBatch } from './batches.ts'
import { drawCharacterMap } from './character-map.ts'
import type { Dataset } from './dataset.ts'
import { sortWords, type WordBucket, type WordPlace } from './word-buckets.ts'

interface RealWord {
  readonly text: string
  readonly image: RgbImage
}

/** Pairs that are looked at for one whose length fits. */
const JOIN_ATTEMPTS = 8

/** How often words fall into the buckets when there are no real words to count: shares of a typical set of signs. */
const TYPICAL_LENGTHS = [0.02, 0.09, 0.15, 0.17, 0.15, 0.13, 0.11, 0.07, 0.05, 0.03, 0.02, 0.01]

export interface BatchSourceParts {
  readonly settings: BatchSettings
  /** Real words, of which the training split is taken. */
  readonly datasets: readonly Dataset[]
  /** Null where all words are real. */
  readonly synthesizer: Synthesizer | null
  /** Bytes of decoded real words that are kept; what comes later is decoded whenever it is drawn. */
  readonly cacheBytes: number
}

export class BatchSource {
  private readonly settings: BatchSettings
  private readonly charset: Charset
  private readonly synthesizer: Synthesizer | null
  private readonly buckets: readonly WordBucket[]
  /** Share of batches of each bucket. */
  private readonly shares: readonly number[]
  /** Share of each bucket's real words that are two joined. */
  private readonly joinShares: readonly number[]
  /** What the next batch shall report. */
  private unreported: string[]
  private readonly unreadable = new Map<Dataset, Set<number>>()
  private readonly cache = new Map<Dataset, Map<number, RealWord>>()
  private cacheRoom: number

  private constructor(
    { settings, synthesizer, cacheBytes }: BatchSourceParts,
    { buckets, leftOut }: { buckets: readonly WordBucket[]; leftOut: string[] },
  ) {
    this.settings = settings
    this.cacheRoom = cacheBytes
    this.charset = createCharset(settings.furtherCharacters)
    this.synthesizer = synthesizer
    this.buckets = buckets
    this.unreported = leftOut
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
    const { batchSize, lengths, seed, stepsPerRun, controlPoints, imageHeight, imageWidth } = this.settings
    const random = createRandom(deriveSeed(seed, Math.floor(index / stepsPerRun)))
    const bucket = pick(this.shares, random)
    const length = lengths[bucket]!
    const images = new Uint8Array(batchSize * imageHeight * imageWidth * 3)
    const targets = new Int32Array(batchSize * length).fill(PADDING)
    const characterMap = new Uint8Array(batchSize * MAP_ROWS * MAP_COLUMNS).fill(UNKNOWN_PLACE)
    const outlines = new Float32Array(batchSize * controlPoints * 2).fill(UNKNOWN_EDGE)
    for (let place = 0; place < batchSize; place++) {
      const sample = createRandom(deriveSeed(seed, index, place, 1))
      const drawn = (await this.drawReal(bucket, sample)) ?? this.drawSynthetic(bucket, sample)
      images.set(drawn.image.data, place * imageHeight * imageWidth * 3)
      if (drawn.map) characterMap.set(drawn.map, place * MAP_ROWS * MAP_COLUMNS)
      if (drawn.outline) outlines.set(resampleOutline(drawn.outline, controlPoints), place * controlPoints * 2)
      const ids = encodeText(drawn.text, this.charset)
      targets.set([...ids, END], place * length)
    }
    const skipped = this.unreported
    this.unreported = []
    return { index, size: batchSize, length, images, targets, characterMap, outlines, skipped }
  }

  /** A real word, or null when the dice ask for a synthetic one. A word that cannot be read is replaced by the next. */
  private async drawReal(bucket: number, random: Random) {
    const { realShare, imageHeight: height, imageWidth: width } = this.settings
    const words = this.buckets[bucket]!
    const real = random() < (this.synthesizer ? realShare : 1)
    if (!real || (words.size === 0 && this.synthesizer)) return null
    const joined = random() < this.joinShares[bucket]! ? await this.drawJoined(bucket, random) : null
    const word = joined ?? (await this.drawReadable(words, random))
    if (word)
      return { image: augment(word.image, { width, height, random }), text: word.text, map: null, outline: null }
    if (this.synthesizer) return null
    throw new Error(`not one of ${words.size} real words of this length can be read: ${this.unreported[0] ?? ''}`)
  }

  /** Null where none of the words can be read. */
  private async drawReadable(words: WordBucket, random: Random): Promise<RealWord | null> {
    const first = words.draw(random)
    for (let attempt = 0; attempt < words.size; attempt++) {
      const word = await this.read(words.at((first + attempt) % words.size))
      if (word) return word
    }
    return null
  }

  /**
   * Two words of shorter buckets side by side whose length belongs to this one (two of the first bucket, for that), each
   * as wide as its share of the characters, or about.
   */
  private async drawJoined(bucket: number, random: Random): Promise<RealWord | null> {
    const { imageHeight: height, imageWidth: width } = this.settings
    const shorter = this.buckets.slice(0, Math.max(bucket, 1)).filter(({ size }) => size > 0)
    if (shorter.length === 0) return null
    for (let attempt = 0; attempt < JOIN_ATTEMPTS; attempt++) {
      const [first, second] = [await this.drawAny(shorter, random), await this.drawAny(shorter, random)]
      if (!first || !second) return null
      const text = first.text + second.text
      if (this.bucketOf(text) !== bucket) continue
      const share = (first.text.length / text.length) * (0.85 + 0.3 * random())
      return { text, image: join(first.image, second.image, { width, height, share }) }
    }
    return null
  }

  private drawAny(buckets: readonly WordBucket[], random: Random): Promise<RealWord | null> {
    return this.drawReadable(buckets[Math.floor(random() * buckets.length)]!, random)
  }

  private bucketOf(text: string): number {
    return this.settings.lengths.findIndex((limit) => text.length + 1 <= limit)
  }

  /** Null, and a line for the next batch's report, where the sample is bad. */
  private async read({ dataset, index }: WordPlace): Promise<RealWord | null> {
    const { imageHeight: height, imageWidth: width } = this.settings
    if (this.unreadable.get(dataset)?.has(index)) return null
    const cached = this.cache.get(dataset)?.get(index)
    if (cached) return cached
    try {
      const image = await dataset.image(index)
      // Most words that run up or down run up.
      const upright = isTall(image) ? turnQuarter(image, 'clockwise') : image
      const word = { text: await dataset.label(index), image: bounded(upright, { width, height }) }
      if (word.image.data.length <= this.cacheRoom) {
        this.cacheRoom -= word.image.data.length
        this.cache.set(dataset, (this.cache.get(dataset) ?? new Map()).set(index, word))
      }
      return word
    } catch (error) {
      this.unreported.push(error instanceof Error ? error.message : String(error))
      this.unreadable.set(dataset, (this.unreadable.get(dataset) ?? new Set()).add(index))
      return null
    }
  }

  private drawSynthetic(bucket: number, random: Random) {
    const { lengths, imageHeight, imageWidth } = this.settings
    const limits = {
      minimumLength: bucket === 0 ? 1 : lengths[bucket - 1]!,
      maximumLength: lengths[bucket]! - 1,
    }
    const sample = this.synthesizer!.sample(Math.floor(random() * 2 ** 32), limits)
    const image = resize(sample.image, imageWidth, imageHeight)
    return {
      image,
      text: sample.text,
      map: drawCharacterMap(sample.text, sample.characterQuads),
      outline: sample.outline,
    }
  }
}

/** No larger than the size it will be shown at, so that all words fit in memory. */
function bounded(image: RgbImage, size: { width: number; height: number }): RgbImage {
  const [width, height] = [Math.min(image.width, size.width), Math.min(image.height, size.height)]
  return resize(image, width, height)
}

function pick(shares: readonly number[], random: Random): number {
  let place = random()
  for (const [index, share] of shares.entries()) {
    place -= share
    if (place < 0) return index
  }
  return shares.length - 1
}

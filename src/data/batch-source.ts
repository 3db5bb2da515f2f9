/** Renders training batches: which words, which images, in which order. A pure function of settings and batch number. */
import { END, encodeText, PADDING, UNKNOWN } from '../charset.ts'
import type { RgbImage } from '../image/image.ts'
import { resize } from '../image/resize.ts'
import { MAP_COLUMNS, MAP_ROWS, UNKNOWN_PLACE } from '../model/column-guidance.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import type { Synthesizer } from '../synth/synthesizer.ts'
import { augment } from './augment.ts'
import type { BatchSettings, TrainingBatch } from './batches.ts'
import { drawCharacterMap } from './character-map.ts'
import { type Dataset, inSplit } from './dataset.ts'

interface RealWord {
  readonly dataset: Dataset
  readonly index: number
  readonly text: string
  image?: RgbImage
}

/** How often words fall into the buckets when there are no real words to count: shares of a typical set of signs. */
const TYPICAL_LENGTHS = [0.02, 0.09, 0.15, 0.17, 0.15, 0.13, 0.11, 0.07, 0.05, 0.03, 0.02, 0.01]

export class BatchSource {
  private readonly settings: BatchSettings
  private readonly synthesizer: Synthesizer | null
  /** Real training words by bucket. */
  private readonly buckets: RealWord[][]
  /** Share of batches of each bucket. */
  private readonly shares: number[]
  private readonly reported = new Set<string>()

  constructor(settings: BatchSettings, datasets: readonly Dataset[], synthesizer: Synthesizer | null) {
    this.settings = settings
    this.synthesizer = synthesizer
    const words = datasets.flatMap((dataset) => trainingWords(dataset))
    if (words.length === 0 && !synthesizer)
      throw new Error('no words to train on: give real data, a synthetic engine or both')
    const bucketOf = (length: number) => settings.lengths.findIndex((limit) => length + 1 <= limit)
    this.buckets = settings.lengths.map((_, bucket) => words.filter(({ text }) => bucketOf(text.length) === bucket))
    const weights = settings.lengths.map(() => 0)
    if (words.length > 0) for (const [bucket, list] of this.buckets.entries()) weights[bucket] = list.length
    else {
      for (const [index, share] of TYPICAL_LENGTHS.entries()) {
        const bucket = bucketOf(index + 1)
        if (bucket >= 0) weights[bucket]! += share
      }
    }
    const total = weights.reduce((a, b) => a + b, 0)
    this.shares = weights.map((weight) => weight / total)
  }

  async render(index: number): Promise<TrainingBatch> {
    const { batchSize, lengths, seed, imageHeight, imageWidth } = this.settings
    const random = createRandom(deriveSeed(seed, index))
    const bucket = pick(this.shares, random)
    const length = lengths[bucket]!
    const images = new Uint8Array(batchSize * imageHeight * imageWidth * 3)
    const targets = new Int32Array(batchSize * length).fill(PADDING)
    const characterMap = new Uint8Array(batchSize * MAP_ROWS * MAP_COLUMNS).fill(UNKNOWN_PLACE)
    const skipped: string[] = []
    for (let place = 0; place < batchSize; place++) {
      const sample = createRandom(deriveSeed(seed, index, place, 1))
      const drawn = (await this.drawReal(bucket, sample, skipped)) ?? this.drawSynthetic(bucket, sample)
      images.set(drawn.image.data, place * imageHeight * imageWidth * 3)
      if (drawn.map) characterMap.set(drawn.map, place * MAP_ROWS * MAP_COLUMNS)
      const ids = encodeText(drawn.text)
      targets.set([...ids, END], place * length)
    }
    return { index, size: batchSize, length, images, targets, characterMap, skipped }
  }

  /** A real word, or null when the dice ask for a synthetic one. A word that cannot be read is replaced by the next. */
  private async drawReal(bucket: number, random: Random, skipped: string[]) {
    const { realShare, imageHeight: height, imageWidth: width } = this.settings
    const words = this.buckets[bucket]!
    const real = random() < (this.synthesizer ? realShare : 1)
    if (!real || (words.length === 0 && this.synthesizer)) return null
    const first = Math.floor(random() * words.length)
    for (let attempt = 0; attempt < words.length; attempt++) {
      const word = words[(first + attempt) % words.length]!
      try {
        word.image ??= bounded(await word.dataset.image(word.index), { width, height })
        return { image: augment(word.image, { width, height, random }), text: word.text, map: null }
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error)
        if (!this.reported.has(problem)) skipped.push(problem)
        this.reported.add(problem)
      }
    }
    throw new Error(`not one of ${words.length} real words of this length can be read: ${[...this.reported][0] ?? ''}`)
  }

  private drawSynthetic(bucket: number, random: Random) {
    const { lengths, imageHeight, imageWidth } = this.settings
    const limits = {
      minimumLength: bucket === 0 ? 1 : lengths[bucket - 1]!,
      maximumLength: lengths[bucket]! - 1,
    }
    const sample = this.synthesizer!.sample(Math.floor(random() * 2 ** 32), limits)
    const image = resize(sample.image, imageWidth, imageHeight)
    return { image, text: sample.text, map: drawCharacterMap(sample.text, sample.characterQuads) }
  }
}

/** Words of the training split whose characters all have a class. */
function trainingWords(dataset: Dataset): RealWord[] {
  const words: RealWord[] = []
  for (let index = 0; index < dataset.length; index++) {
    if (!inSplit(index, 'train')) continue
    const text = dataset.label(index)
    if (text !== '' && !encodeText(text).includes(UNKNOWN)) words.push({ dataset, index, text })
  }
  return words
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

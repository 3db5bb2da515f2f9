/** Real words for training: drawn by weight, decoded once, at times two side by side or in a crop that is too large. */

import { surround } from '../image/fit.ts'
import type { RgbImage } from '../image/image.ts'
import { join } from '../image/join.ts'
import { resize } from '../image/resize.ts'
import { isTall, turnQuarter } from '../image/turn.ts'
import type { Random } from '../random.ts'
import type { Dataset } from './dataset.ts'
import { canSlant, slant } from './slant.ts'
import type { WordBucket, WordPlace } from './word-buckets.ts'

export interface RealWord {
  readonly text: string
  readonly image: RgbImage
}

export interface RealWordsOptions {
  readonly buckets: readonly WordBucket[]
  /** Bytes of decoded words that are kept; what comes later is decoded whenever it is drawn. */
  readonly cacheBytes: number
  /** No more rows and columns than these are kept of a word, pixels. */
  readonly mostHeight: number
  readonly mostWidth: number
  /** Whether two words side by side have a space between them; else they are spelled as one. */
  readonly spaced: boolean
  /** The bucket of a text. */
  readonly bucketOf: (text: string) => number
  /** Told once of each sample that cannot be read. */
  readonly onBad: (problem: string) => void
}

export interface DrawOptions {
  readonly bucket: number
  /** Share of the words that are two joined. */
  readonly joinShare: number
  /** Whether a crop's size is wanted. */
  readonly fits: (size: { readonly width: number; readonly height: number }) => boolean
}

/** Words that are looked at for one whose size fits, and pairs for one whose length does. */
const ATTEMPTS = 8
/** Share of the crops that reach beyond their word, and by how many of its heights at most on a side. */
const LOOSE_SHARE = 0.06
const MOST_LOOSE = 3
/** Share of the crops of words that can be slanted which become those of slanted ones. */
const SLANTED_SHARE = 0.2

export class RealWords {
  private readonly options: RealWordsOptions
  private readonly unreadable = new Map<Dataset, Set<number>>()
  private readonly cache = new Map<Dataset, Map<number, RealWord>>()
  private cacheRoom: number

  constructor(options: RealWordsOptions) {
    this.options = options
    this.cacheRoom = options.cacheBytes
  }

  /** A word of the bucket, of a size that fits, or nearly always; null where there is none that can be read. */
  async draw(random: Random, { bucket, joinShare, fits }: DrawOptions): Promise<RealWord | null> {
    let word: RealWord | null = null
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const joined = random() < joinShare ? await this.drawJoined(random, bucket) : null
      word = joined ?? (await this.drawReadable(random, this.options.buckets[bucket]!))
      if (word === null) return null
      if (random() < SLANTED_SHARE && canSlant(word)) word = { text: word.text, image: slant(word.image, random) }
      if (random() < LOOSE_SHARE) word = { text: word.text, image: loosen(word.image, random) }
      if (fits(word.image)) return word
    }
    return word
  }

  /** Null where none of the words can be read. */
  private async drawReadable(random: Random, words: WordBucket): Promise<RealWord | null> {
    if (words.size === 0) return null
    const first = words.draw(random)
    for (let attempt = 0; attempt < words.size; attempt++) {
      const word = await this.read(words.at((first + attempt) % words.size))
      if (word) return word
    }
    return null
  }

  /** Two words of shorter buckets side by side whose length belongs to this one (two of the first bucket, for that). */
  private async drawJoined(random: Random, bucket: number): Promise<RealWord | null> {
    const { buckets, bucketOf, spaced, mostHeight: height } = this.options
    const shorter = buckets.slice(0, Math.max(bucket, 1)).filter(({ size }) => size > 0)
    if (shorter.length === 0) return null
    const any = () => this.drawReadable(random, shorter[Math.floor(random() * shorter.length)]!)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [first, second] = [await any(), await any()]
      if (!first || !second) return null
      const text = first.text + (spaced ? ' ' : '') + second.text
      if (bucketOf(text) !== bucket) continue
      const gap = spaced ? Math.round((0.1 + 0.4 * random()) * height) : 0
      return { text, image: join(first.image, second.image, { height, gap, stretch: 0.85 + 0.3 * random() }) }
    }
    return null
  }

  /** Null where the sample is bad. */
  private async read({ dataset, index }: WordPlace): Promise<RealWord | null> {
    if (this.unreadable.get(dataset)?.has(index)) return null
    const cached = this.cache.get(dataset)?.get(index)
    if (cached) return cached
    try {
      const text = await dataset.label(index)
      const image = await dataset.image(index)
      // Most words that run up or down run up; a single letter may be as narrow as they are.
      const upright = [...text].length > 1 && isTall(image) ? turnQuarter(image, 'clockwise') : image
      const word = { text, image: this.bounded(upright) }
      if (word.image.data.length <= this.cacheRoom) {
        this.cacheRoom -= word.image.data.length
        this.cache.set(dataset, (this.cache.get(dataset) ?? new Map()).set(index, word))
      }
      return word
    } catch (error) {
      this.options.onBad(error instanceof Error ? error.message : String(error))
      this.unreadable.set(dataset, (this.unreadable.get(dataset) ?? new Set()).add(index))
      return null
    }
  }

  /** No larger than the network sees it, so that all words fit in memory; its shape stays. */
  private bounded(image: RgbImage): RgbImage {
    const { mostHeight, mostWidth } = this.options
    const scale = Math.min(1, mostHeight / image.height)
    const width = Math.min(Math.max(1, Math.round(image.width * scale)), mostWidth)
    return resize(image, width, Math.max(1, Math.round(image.height * scale)))
  }
}

/** The word in a crop that is too large: blank on one side or more. */
function loosen(image: RgbImage, random: Random): RgbImage {
  const side = () => (random() < 0.5 ? Math.round(random() ** 2 * MOST_LOOSE * image.height) : 0)
  const [left, right] = [side(), side()]
  // Boxes that are too high are rarer than those that are too wide.
  const [top, bottom] = random() < 0.3 ? [side() >> 1, side() >> 1] : [0, 0]
  return surround(image, { left, right, top, bottom })
}

/** Finds words by the network of `finderGraph`, wherever it computes. */
import type { RgbImage } from '../image/image.ts'
import { type Size, scaledSize } from '../image/photograph.ts'
import { intersectionArea, polygonArea } from '../image/polygon.ts'
import { type Quadrilateral, scaled } from '../image/quadrilateral.ts'
import { resize } from '../image/resize.ts'
import { SIDE_STEP } from '../model/finder.ts'
import { type FinderFile, finderGraph } from '../model/finder-file.ts'
import { type Runtime, Session, type SessionOptions, type Value, writeModel } from '../tensor/index.ts'
import type { Finder, FindOptions, FoundWord } from './finder.ts'
import { createMapJoiner, type Tile, tilesOf } from './tiles.ts'
import { type FinderMaps, type MapReadingOptions, wordsInMaps } from './words-in-maps.ts'

/**
 * The longest side at which a picture is seen, pixels, and of a tile of one that is much longer than wide. This and the
 * numbers below are those that found most words of validation photographs; see docs/photographs.md.
 */
const SEEN = 1920
/** The shortest side is not reduced further: that is what a receipt's lines need. */
const LEAST_SHORT = 480
/** By so much small pictures are enlarged at most. */
const ENLARGED = 2
/**
 * Where kernels end, and how likely a word must be. At that share of its peak a kernel lies within the one whose distance
 * from the word's outline the network has learned, at the ends more so: `wider` and `ends` make up for it.
 */
const READING: MapReadingOptions = { share: 0.67, wider: 1.12, ends: 0.07, leastScore: 0.36 }

/** The picture is also seen so much smaller, where words so high, pixels, are whole that are too large for it otherwise. */
const [FAR, LARGE] = [0.4, 40]
/** The share of the smaller of two that they have in common where they are the same word. */
const SHARED = 0.4

export interface NetworkFinderOptions extends MapReadingOptions {
  /** The longest side at which a picture is seen, default 1920. */
  readonly longestSide?: number
}

export class NetworkFinder implements Finder {
  private readonly session: Session
  private readonly options: NetworkFinderOptions

  private constructor(session: Session, options: NetworkFinderOptions) {
    this.session = session
    this.options = options
  }

  static async open(
    { settings, weights }: FinderFile,
    runtime: Runtime,
    { session, ...options }: NetworkFinderOptions & { readonly session?: SessionOptions } = {},
  ): Promise<NetworkFinder> {
    return new NetworkFinder(
      await Session.create(writeModel(finderGraph(settings, weights)), runtime, session),
      options,
    )
  }

  async find(image: RgbImage, options: FindOptions = {}): Promise<FoundWord[]> {
    const { longestSide = SEEN } = this.options
    const near = seenSize(image, longestSide)
    const far = scaledSize(near, FAR)
    const seen = resize(image, near.width, near.height)
    const small = await this.findIn(seen, image, options)
    const smaller = seen.width < image.width ? seen : image
    const large = await this.findIn(resize(smaller, far.width, far.height), image, options)
    const least = (LARGE * image.height) / far.height
    return apart([...small, ...large.filter(({ quadrilateral }) => shorterSide(quadrilateral) >= least)])
  }

  /** The words of a picture as it is seen, in pixels of its own. */
  private async findIn(
    seen: RgbImage,
    { width, height }: Size,
    { signal, leastScore }: FindOptions,
  ): Promise<FoundWord[]> {
    const { longestSide = SEEN, ...own } = this.options
    const reading = { ...READING, ...own, ...(leastScore !== undefined && { leastScore }) }
    const joiner = createMapJoiner(seen)
    for (const tile of tilesOf(seen, { side: longestSide })) {
      signal?.throwIfAborted()
      joiner.add(tile, await this.maps(seen, tile))
    }
    const [across, down] = [width / seen.width, height / seen.height]
    return wordsInMaps(joiner.join(), reading).map(({ quadrilateral, score }) => ({
      quadrilateral: scaled(quadrilateral, across, down),
      score,
    }))
  }

  dispose(): Promise<void> {
    return this.session.dispose()
  }

  private async maps(image: RgbImage, tile: Tile): Promise<FinderMaps> {
    const images = pixelsOf(image, tile)
    const { kernels, widening } = await this.session.run({ images })
    const [, height, width] = kernels!.shape as [number, number, number]
    return { width, height, kernels: kernels!.data as Float32Array, widening: widening!.data as Float32Array }
  }
}

function seenSize(image: Size, longestSide: number): Size {
  const longest = Math.max(image.width, image.height)
  const shortest = Math.min(image.width, image.height)
  return scaledSize(image, Math.min(ENLARGED, Math.max(longestSide / longest, Math.min(1, LEAST_SHORT / shortest))))
}

/** A tile as the network takes it, [1, H, W, 3]: sides of `SIDE_STEP`, beyond the picture its last row and column again. */
function pixelsOf({ width, height, data }: RgbImage, tile: Tile): Value {
  const [columns, rows] = [tile.width, tile.height].map((side) => Math.ceil(side / SIDE_STEP) * SIDE_STEP) as [
    number,
    number,
  ]
  const pixels = new Uint8Array(rows * columns * 3)
  const within = Math.min(columns, width - tile.left)
  for (let row = 0; row < rows; row++) {
    const from = (Math.min(tile.top + row, height - 1) * width + tile.left) * 3
    const to = row * columns * 3
    pixels.set(data.subarray(from, from + within * 3), to)
    for (let column = within; column < columns; column++) {
      const last = from + (within - 1) * 3
      pixels.set(data.subarray(last, last + 3), to + column * 3)
    }
  }
  return { type: 'uint8', shape: [1, rows, columns, 3], data: pixels }
}

/** Of words that are the same the likeliest. */
function apart(words: readonly FoundWord[]): FoundWord[] {
  const kept: (FoundWord & { area: number })[] = []
  for (const word of [...words].sort((a, b) => b.score - a.score)) {
    const area = polygonArea(word.quadrilateral)
    const isSame = (other: FoundWord & { area: number }) =>
      intersectionArea(other.quadrilateral, word.quadrilateral) > SHARED * Math.min(area, other.area)
    if (!kept.some(isSame)) kept.push({ ...word, area })
  }
  return kept.map(({ quadrilateral, score }) => ({ quadrilateral, score }))
}

/** The mean of its two shorter opposite sides, pixels. */
function shorterSide([a, b, c, d]: Quadrilateral): number {
  const length = ([x, y]: readonly [number, number], [u, v]: readonly [number, number]) => Math.hypot(u - x, v - y)
  return Math.min(length(a, b) + length(c, d), length(b, c) + length(d, a)) / 2
}

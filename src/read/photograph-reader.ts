/** A photograph in, its words, lines and text out: what readers in Node and in the browser have in common. */
import { SaflError } from '../error.ts'
import type { Finder, FindOptions, FoundWord } from '../find/finder.ts'
import type { RgbImage } from '../image/image.ts'
import type { Photograph } from '../image/photograph.ts'
import { scaled } from '../image/quadrilateral.ts'
import { InUse } from '../in-use.ts'
import type { RecognizeOptions } from '../recognize/reading-options.ts'
import type { Recognition } from '../recognize/recognition.ts'
import { type CropOptions, cropWord } from './crop.ts'
import { linesOf } from './lines.ts'
import type { PhotographReading, ReadLine, ReadWord } from './photograph-reading.ts'
import { checkReadOptions, type ReadOptions } from './read-options.ts'
import { asPictured, asRead } from './reading-direction.ts'

/** What reads crops of words: a `SceneTextRecognizer`. */
export interface CropReader {
  recognizeImages(images: readonly RgbImage[], options?: RecognizeOptions): Promise<Recognition[]>
  dispose(): Promise<void>
}

export interface ReaderParts {
  readonly recognizer: CropReader
  /** Null where boxes are always given. */
  readonly finder: Finder | null
}

/** What is cut beyond a found word on every side, by its shorter side: outlines that are found are less exact than drawn ones. */
const FOUND_MARGIN = 0.1
/** Crops that are in memory at once. */
const CROPS_AT_ONCE = 256

export class PhotographReader<Source> {
  private readonly recognizer: CropReader
  private readonly finder: Finder | null
  private readonly decode: (source: Source) => Promise<Photograph>
  private readonly use: InUse

  /** `decode` gives the pixels of what is to be read, and rejects where there are none. */
  constructor({ recognizer, finder }: ReaderParts, decode: (source: Source) => Promise<Photograph>) {
    this.recognizer = recognizer
    this.finder = finder
    this.decode = decode
    this.use = new InUse('reader', () => Promise.all([recognizer.dispose(), finder?.dispose()]))
  }

  /** The places of words alone, in reading order, in pixels of the photograph. */
  async find(source: Source, { signal }: { readonly signal?: AbortSignal } = {}): Promise<FoundWord[]> {
    const finder = this.finderOr('find')
    return this.use.ask(async () => {
      const found = await findWords(finder, await this.decode(source), { ...(signal && { signal }) })
      return linesOf(found).flatMap(({ words }) => words)
    })
  }

  /** Reads all words of a photograph, or those in the boxes that are given. What is found and reads as nothing is left out. */
  async read(source: Source, options: ReadOptions = {}): Promise<PhotographReading> {
    const { boxes, leastConfidence, recognizing } = checkReadOptions(options)
    const { signal } = recognizing
    const finding = signal ? { signal } : {}
    const finder = boxes === null ? this.finderOr('boxes') : null
    return this.use.ask(async () => {
      const photograph = await this.decode(source)
      const found = boxes ?? (await findWords(finder!, photograph, finding))
      // A given box begins where its word does; of a found one that is not known if it is steep.
      const placed = boxes ?? found.map((word) => ({ ...word, quadrilateral: asPictured(word.quadrilateral) }))
      const crops = boxes ? {} : { margin: FOUND_MARGIN }
      const recognitions = await this.readCrops(photograph, placed, { crops, recognizing })
      const words = recognitions.flatMap(({ turned, ...word }, place): ReadWord[] => {
        const { quadrilateral, score } = placed[place]!
        if (word.text === '' || word.confidence < leastConfidence(score)) return []
        return [{ ...word, quadrilateral: asRead(quadrilateral, turned), score, ...(boxes && { box: place }) }]
      })
      return readingOf(photograph, words)
    })
  }

  /** Frees the runtime's memory when what is being read has been read; nothing can be read any more. */
  dispose(): Promise<void> {
    return this.use.dispose()
  }

  private async readCrops(
    { image, width, height }: Photograph,
    words: readonly FoundWord[],
    { crops: cropping, recognizing }: { readonly crops: CropOptions; readonly recognizing: RecognizeOptions },
  ): Promise<Recognition[]> {
    const [across, down] = [image.width / width, image.height / height]
    const read: Recognition[] = []
    for (let start = 0; start < words.length; start += CROPS_AT_ONCE) {
      recognizing.signal?.throwIfAborted()
      const some = words.slice(start, start + CROPS_AT_ONCE)
      const crops = some.map(({ quadrilateral }) => cropWord(image, scaled(quadrilateral, across, down), cropping))
      read.push(...(await this.recognizer.recognizeImages(crops, recognizing)))
    }
    return read
  }

  private finderOr(option: string): Finder {
    if (this.finder) return this.finder
    throw new SaflError(
      'option',
      `${option}: this reader was loaded without a finder (finder: null): give boxes to read`,
    )
  }
}

/** In pixels of the photograph itself. */
async function findWords(
  finder: Finder,
  { image, width, height }: Photograph,
  options: FindOptions,
): Promise<FoundWord[]> {
  options.signal?.throwIfAborted()
  const found = await finder.find(image, options)
  const [across, down] = [width / image.width, height / image.height]
  return found.map((word) => ({ ...word, quadrilateral: scaled(word.quadrilateral, across, down) }))
}

function readingOf({ width, height }: Photograph, found: readonly ReadWord[]): PhotographReading {
  const lines = linesOf(found).map(
    ({ words, ...line }): ReadLine => ({ text: words.map(({ text }) => text).join(' '), words, ...line }),
  )
  const text = lines.map((line) => line.text).join('\n')
  return { width, height, text, lines, words: lines.flatMap(({ words }) => words) }
}

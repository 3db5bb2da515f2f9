/** A picture, or a part of one, read: all its words, or one alone as closely as can be. */
import type { PhotographReading, Quadrilateral, ReadWord, RgbImage } from '../src/browser.ts'
import type { PageReader } from './load-reader.ts'
import { boxWithin, partOf, straightened } from './picture-part.ts'

export interface PictureReading {
  readonly reading: PhotographReading
  /** Whether the whole picture was read as one word. */
  readonly isOneWord: boolean
}

/** Pictures that are no higher, and not much longer than that, are crops of a word. */
const CROP = { height: 96, aspect: 6 } as const
/** A picture in which nothing is found is a word only where it is at least so sure: others are photographs without words. */
const SURE = 0.5
/** Less sure words are not shown: most of them are bricks and leaves. */
const LEAST_SURE = 0.2

export interface ReadPictureOptions {
  /** Whether unsure words are looked at once alone, for the sake of time; default false. */
  readonly quick?: boolean
  /** Whether words are found in what looks like a crop of one word too; default false. */
  readonly evenInCrops?: boolean
}

/** All words of a picture; a crop of a word, or a picture in which nothing is found, as one. */
export async function readPicture(
  { reader, finds }: PageReader,
  bitmap: ImageBitmap,
  { quick = false, evenInCrops = false }: ReadPictureOptions = {},
): Promise<PictureReading> {
  const isCrop = !evenInCrops && isCropOfWord(bitmap)
  if (finds && !isCrop) {
    const reading = await reader.read(bitmap, { minimumConfidence: LEAST_SURE, secondLook: !quick })
    if (reading.words.length > 0 || quick) return { reading, isOneWord: false }
  }
  return readAsOneWord({ reader, finds }, bitmap, finds && !isCrop ? SURE : 0)
}

/** The whole picture as one word. */
export async function readAsOneWord(
  { reader }: PageReader,
  bitmap: ImageBitmap,
  minimumConfidence = 0,
): Promise<PictureReading> {
  const { width, height } = bitmap
  const boxes = [boxWithin({ left: 0, top: 0, width, height })]
  const reading = await reader.read(bitmap, { boxes, minimumConfidence })
  return { reading, isOneWord: true }
}

function isCropOfWord({ width, height }: ImageBitmap): boolean {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)]
  return shorter <= CROP.height && longer <= CROP.aspect * shorter
}

/** A word that was looked at closely. */
export interface CloseLook {
  readonly crop: RgbImage
  /** With what the network saw of it; null where there is nothing to read. */
  readonly word: ReadWord | null
  /** The same word, with what else it may be. */
  readonly searched: ReadWord | null
  /** What reading it took. */
  readonly milliseconds: number
}

/** Reads a word once more, with all that a closer look shows. */
export async function lookAt({ reader }: PageReader, bitmap: ImageBitmap, place: Quadrilateral): Promise<CloseLook> {
  const started = performance.now()
  const part = partOf(bitmap, place)
  const boxes = [part.quadrilateral]
  const { words } = await reader.read(part.pixels, { boxes, geometry: true, attention: true })
  const milliseconds = performance.now() - started
  const searched = await reader.read(part.pixels, { boxes, alternatives: 3, characterAlternatives: 3 })
  return { crop: straightened(part), word: words[0] ?? null, searched: searched.words[0] ?? null, milliseconds }
}

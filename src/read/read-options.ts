/** How photographs are read. */
import { SaflError } from '../error.ts'
import type { FoundWord } from '../find/finder.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { checkRecognizeOptions, shown } from '../recognize/check-options.ts'
import type { RecognizeOptions } from '../recognize/reading-options.ts'

/** Where a word is, in pixels of the photograph, from the reading's top left corner clockwise; a found word is one. */
export type Box = Quadrilateral | (Pick<FoundWord, 'quadrilateral'> & Partial<FoundWord>)

/** Those of the recogniser hold for each word. */
export interface ReadOptions extends RecognizeOptions {
  /** Words to read, instead of those that the finder finds. */
  readonly boxes?: readonly Box[]
  /**
   * Words that are read less surely are left out, 0 to 1; of given boxes 0 unless given. Of found words the default asks for
   * 0.75 less half their score: the surer the finder, the less sure the reading need be.
   */
  readonly minimumConfidence?: number | undefined
}

/**
 * What a found word's confidence and so much of its score make together at least: with less it is mostly none, or misread.
 * Measured on validation photographs.
 */
const SURE = { together: 0.75, share: 0.5 } as const

export interface CheckedReadOptions {
  readonly boxes: readonly FoundWord[] | null
  /** How surely a word of a score must be read. */
  readonly leastConfidence: (score: number) => number
  readonly recognizing: RecognizeOptions
}

/** Throws, with the option's name, its value and what would do. */
export function checkReadOptions(options: ReadOptions): CheckedReadOptions {
  if (typeof options !== 'object' || options === null)
    throw new SaflError(
      'option',
      `${shown(options)} are no options: give an object, such as { minimumConfidence: 0.5 }`,
    )
  const { boxes, minimumConfidence = boxes && 0, ...recognizing } = options
  checkRecognizeOptions(recognizing)
  if (minimumConfidence !== undefined && !(minimumConfidence >= 0 && minimumConfidence <= 1))
    throw new SaflError('option', `minimumConfidence: ${shown(minimumConfidence)} is no number from 0 to 1`)
  if (boxes !== undefined && !Array.isArray(boxes))
    throw new SaflError('option', `boxes: ${shown(boxes)} is no list of quadrilaterals`)
  const checked = { boxes: boxes?.map(checkedBox) ?? null, recognizing }
  if (minimumConfidence !== undefined) return { ...checked, leastConfidence: () => minimumConfidence }
  const { together, share } = SURE
  return { ...checked, leastConfidence: (score) => together - share * score }
}

const isFound = (box: Box): box is Exclude<Box, Quadrilateral> =>
  typeof box === 'object' && box !== null && 'quadrilateral' in box

function checkedBox(box: Box, place: number): FoundWord {
  const { quadrilateral, score = 1 } = isFound(box) ? box : { quadrilateral: box }
  const isPoint = (point: unknown) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite)
  if (!Array.isArray(quadrilateral) || quadrilateral.length !== 4 || !quadrilateral.every(isPoint))
    throw new SaflError(
      'option',
      `boxes[${place}]: ${shown(box)} is no quadrilateral: give its four corners, [x, y] in pixels, clockwise from the word's top left`,
    )
  return { quadrilateral, score }
}

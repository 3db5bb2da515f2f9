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
  /** Words that are less sure are left out, 0 to 1; default 0.4, of given boxes 0. */
  readonly minimumConfidence?: number | undefined
}

/** Found words that are less sure are mostly none: this is where most words of validation photographs are right. */
const LEAST_SURE = 0.4

export interface CheckedReadOptions {
  readonly boxes: readonly FoundWord[] | null
  readonly minimumConfidence: number
  readonly recognizing: RecognizeOptions
}

/** Throws, with the option's name, its value and what would do. */
export function checkReadOptions(options: ReadOptions): CheckedReadOptions {
  if (typeof options !== 'object' || options === null)
    throw new SaflError(
      'option',
      `${shown(options)} are no options: give an object, such as { minimumConfidence: 0.5 }`,
    )
  const { boxes, minimumConfidence = boxes ? 0 : LEAST_SURE, ...recognizing } = options
  checkRecognizeOptions(recognizing)
  if (!(minimumConfidence >= 0 && minimumConfidence <= 1))
    throw new SaflError('option', `minimumConfidence: ${shown(minimumConfidence)} is no number from 0 to 1`)
  if (boxes !== undefined && !Array.isArray(boxes))
    throw new SaflError('option', `boxes: ${shown(boxes)} is no list of quadrilaterals`)
  return { boxes: boxes?.map(checkedBox) ?? null, minimumConfidence, recognizing }
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

/** What is read of a photograph. */
import type { Quadrilateral } from '../image/quadrilateral.ts'
import type { Recognition } from '../recognize/recognition.ts'

/** A word: what the recogniser says of it, and where it lies. */
export interface ReadWord extends Omit<Recognition, 'turned'> {
  /** In pixels of the photograph, from the reading's top left corner clockwise. */
  readonly quadrilateral: Quadrilateral
  /** How sure the finder is that a word is there, 0 to 1; 1 of a box that was given without a score. */
  readonly score: number
  /** The place of its box among those that were given; not of words that were found. */
  readonly box?: number
}

export interface ReadLine {
  /** Its words, parted by spaces. */
  readonly text: string
  readonly words: readonly ReadWord[]
  /** The rectangle along the line that holds its words. */
  readonly quadrilateral: Quadrilateral
  /** From 0 on: lines that stand under each other, as on a sign or in a column, share their block. */
  readonly block: number
}

export interface PhotographReading {
  /** Of the photograph, upright, pixels. */
  readonly width: number
  readonly height: number
  /** Its lines, each ended by a line feed but the last. */
  readonly text: string
  /** In reading order. */
  readonly lines: readonly ReadLine[]
  /** The words of the lines, in reading order. */
  readonly words: readonly ReadWord[]
}

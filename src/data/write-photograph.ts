/** Photographs and their words as files in ICDAR 2015's form. (Node) */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PhotographWord } from './labelled-photograph.ts'

export interface PhotographFile {
  /** Of the picture, without its folder and its ending. */
  readonly name: string
  /** A JPEG file. */
  readonly jpeg: Uint8Array
  readonly words: readonly PhotographWord[]
}

/** Writes NAME.jpg and gt_NAME.txt into a folder that is there. */
export async function writePhotograph(folder: string, { name, jpeg, words }: PhotographFile): Promise<void> {
  await writeFile(join(folder, `${name}.jpg`), jpeg)
  await writeFile(join(folder, `gt_${name}.txt`), formatIcdarWords(words))
}

/**
 * A line a word: x and y of four corners, clockwise from the reading's top left, whole pixels; then the text. `###` where
 * nobody shall care, `?` where the text is not known.
 */
export function formatIcdarWords(words: readonly PhotographWord[]): string {
  return words
    .map(({ quadrilateral, text, ignored }) => {
      const corners = quadrilateral.flat().map((value) => Math.round(value))
      return `${corners.join(',')},${ignored ? '###' : (text ?? '?')}\n`
    })
    .join('')
}

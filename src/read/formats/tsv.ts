/** Readings as tab-separated values, in the columns of Tesseract's. */
import type { Bounds } from '../../image/quadrilateral.ts'
import { blocksOf, boundsIn } from './blocks.ts'
import type { NamedReading } from './named-reading.ts'

export const TSV_HEADER =
  'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n'

/** The rows of the pages with their header. */
export function toTsv(readings: readonly NamedReading[]): string {
  return TSV_HEADER + readings.map((reading, place) => tsvRows(reading, place + 1)).join('')
}

/**
 * A row for the page (level 1), each block (2), its paragraph (3), each line (4) and each word (5), all numbered from 1 within
 * what holds them; `conf` is the confidence in per cent, -1 of what is no word. Blocks are one paragraph each.
 */
export function tsvRows({ reading }: NamedReading, page: number): string {
  const rows: string[] = []
  const add = (numbers: readonly number[], { left, top, right, bottom }: Bounds, [sure, text] = ['-1', '']) => {
    const places = [...numbers, 0, 0, 0, 0].slice(0, 4)
    rows.push([numbers.length + 1, page, ...places, left, top, right - left, bottom - top, sure, text].join('\t'))
  }
  add([], { left: 0, top: 0, right: reading.width, bottom: reading.height })
  for (const [block, { lines, bounds }] of blocksOf(reading).entries()) {
    add([block + 1], bounds)
    add([block + 1, 1], bounds)
    for (const [line, each] of lines.entries()) {
      add([block + 1, 1, line + 1], boundsIn(reading, each))
      for (const [place, word] of each.words.entries())
        add([block + 1, 1, line + 1, place + 1], boundsIn(reading, word), [
          (100 * word.confidence).toFixed(6),
          // What would begin another field or row.
          word.text.replaceAll(/[\t\r\n]/g, ' '),
        ])
    }
  }
  return rows.map((row) => `${row}\n`).join('')
}

/** What `safl read` prints, in each of its formats. */
import { toAlto } from '../read/formats/alto.ts'
import { toHocr } from '../read/formats/hocr.ts'
import { toJsonLines, toRecord } from '../read/formats/json.ts'
import type { NamedReading } from '../read/formats/named-reading.ts'
import { heading, linesOfText } from '../read/formats/text.ts'
import { TSV_HEADER, tsvRows } from '../read/formats/tsv.ts'
import { recordArray } from './print-readings.ts'

export const photographFormats = ['text', 'json', 'jsonl', 'tsv', 'hocr', 'alto'] as const
export type PhotographFormat = (typeof photographFormats)[number]

export interface PhotographPrinter {
  photograph(read: NamedReading): void
  /** A file that could not be read: a record in JSON, in the other formats nothing. */
  failure(path: string, message: string): void
  end(): void
}

/** Documents (hOCR, ALTO) are printed at the end, all else as it is read. */
export function photographPrinter(format: PhotographFormat): PhotographPrinter {
  switch (format) {
    case 'text':
      return textPrinter()
    case 'json': {
      const array = recordArray()
      return {
        photograph: (read) => array.add(toRecord(read)),
        failure: (path, error) => array.add({ path, error }),
        end: array.end,
      }
    }
    case 'jsonl':
      return {
        photograph: (read) => print(toJsonLines([read])),
        failure: (path, error) => print(`${JSON.stringify({ path, error })}\n`),
        end() {},
      }
    case 'tsv': {
      let pages = 0
      print(TSV_HEADER)
      return { photograph: (read) => print(tsvRows(read, ++pages)), failure() {}, end() {} }
    }
    case 'hocr':
      return documentPrinter(toHocr)
    case 'alto':
      return documentPrinter(toAlto)
  }
}

const print = (text: string) => void process.stdout.write(text)

/** Each photograph under its name, unless it is the only one: the first waits for the second, or the end. */
function textPrinter(): PhotographPrinter {
  let waiting: NamedReading | null = null
  let count = 0
  const under = (read: NamedReading) => print(`${count++ > 0 ? '\n' : ''}${heading(read.path)}${linesOfText(read)}`)
  /** Those before it had headings. */
  const flush = () => {
    if (waiting) under(waiting)
    waiting = null
  }
  return {
    photograph(read) {
      if (count === 0 && waiting === null) {
        waiting = read
        return
      }
      flush()
      under(read)
    },
    failure() {},
    end() {
      if (waiting) print(linesOfText(waiting))
    },
  }
}

/** One document of all photographs; none where nothing was read. */
function documentPrinter(format: (readings: readonly NamedReading[]) => string): PhotographPrinter {
  const readings: NamedReading[] = []
  return {
    photograph: (read) => void readings.push(read),
    failure() {},
    end: () => void (readings.length > 0 && print(format(readings))),
  }
}

/** What `safl recognize` prints, in each of its formats, as words are read. */
import { constants } from 'node:os'
import type { Recognition } from '../recognize/recognition.ts'

export const formats = ['tsv', 'csv', 'jsonl', 'json'] as const
export type Format = (typeof formats)[number]

export interface ReadingPrinter {
  word(path: string, word: Recognition): void
  /** A file that could not be read: in TSV nothing, in CSV and JSON a record with its error and without a text. */
  failure(path: string, message: string): void
  end(): void
}

export function readingPrinter(format: Format, alternatives: number): ReadingPrinter {
  switch (format) {
    case 'json': {
      const array = recordArray()
      return {
        word: (path, word) => array.add({ path, ...word }),
        failure: (path, error) => array.add({ path, error }),
        end: array.end,
      }
    }
    case 'jsonl':
      return {
        word: (path, word) => console.log(JSON.stringify({ path, ...word })),
        failure: (path, error) => console.log(JSON.stringify({ path, error })),
        end() {},
      }
    case 'csv':
      console.log(csvHeader(alternatives))
      return {
        word: (path, word) => {
          const fields = fieldsOf(word).flatMap(([text, sure]) => [quoted(text), sure])
          // A word may have fewer alternatives than were asked for.
          const none = Array<string>(2 + 2 * alternatives - fields.length).fill('')
          console.log([quoted(path), ...fields, ...none, ''].join(','))
        },
        failure: (path, error) =>
          console.log([quoted(path), ...Array<string>(2 + 2 * alternatives).fill(''), quoted(error)].join(',')),
        end() {},
      }
    case 'tsv':
      return { word: (path, word) => console.log([path, ...fieldsOf(word).flat()].join('\t')), failure() {}, end() {} }
  }
}

/** A JSON array, printed record by record, and closed where a signal ends the process before all is read. */
export function recordArray(): { add(record: object): void; end(): void } {
  let count = 0
  const close = () => process.stdout.write(count === 0 ? '[]\n' : '\n]\n')
  const onSignal = (signal: NodeJS.Signals) => {
    close()
    process.exit(128 + constants.signals[signal])
  }
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  return {
    add(record) {
      const lines = JSON.stringify(record, null, 2).replaceAll('\n', '\n  ')
      process.stdout.write(`${count++ === 0 ? '[' : ','}\n  ${lines}`)
    },
    end() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      close()
    },
  }
}

function csvHeader(alternatives: number): string {
  const others = Array.from({ length: alternatives }, (_, index) => `alternative_${index + 1},confidence_${index + 1}`)
  return ['path,text,confidence', ...others, 'error'].join(',')
}

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`

/** Text and confidence of the word, then of its alternatives. */
function fieldsOf(word: Recognition): (readonly [text: string, confidence: string])[] {
  return [word, ...(word.alternatives ?? [])].map(({ text, confidence }) => [text, confidence.toFixed(4)])
}

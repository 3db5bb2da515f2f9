/**
 * Rows of a CSV file: which lines make a row, and what its fields are. Well-formed rows are read by the rules of CSV; a
 * quote that breaks them is a character like any other, and costs its own row at most.
 */
import { createRequire } from 'node:module'
import { IMAGE_NAME } from '../image/decode.ts'
import { showText } from '../text-encoding.ts'
import type { TextRecords } from './text-records.ts'

export interface CsvLayout {
  readonly delimiter: string
  /** What the first row calls the columns. */
  readonly names: readonly string[]
  readonly fileColumn: number
  readonly labelColumn: number
}

/** The names of columns and of JSON's fields, which may be any of these. */
export const FILE_KEYS = ['file_name', 'filename', 'file', 'path', 'image']
export const LABEL_KEYS = ['text', 'label', 'word', 'words']

const DELIMITERS = [',', ';', '\t', '|']

/** The layout that a first row gives, or null where it names no column of files or none of words. */
export function readLayout(header: string): CsvLayout | null {
  for (const delimiter of DELIMITERS) {
    const names = splitRow(header, delimiter).map((name) => name.trim().toLowerCase())
    const fileColumn = names.findIndex((name) => FILE_KEYS.includes(name))
    const labelColumn = names.findIndex((name) => LABEL_KEYS.includes(name))
    if (fileColumn >= 0 && labelColumn >= 0) return { delimiter, names, fileColumn, labelColumn }
  }
  return null
}

/** The fields by the rules of CSV, spaces around quotes allowed; null where the row breaks them. */
function strictFields(row: string, delimiter: string): string[] | null {
  if (!row.includes('"')) return row.split(delimiter)
  const parse = loadParse()
  if (parse === null) return null
  const options = { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n'] }
  for (const trim of [false, true]) {
    try {
      const rows = parse(row, { ...options, trim }) as string[][]
      if (rows.length === 1) return rows[0]!
    } catch {
      // Read with spaces taken away, or literally.
    }
  }
  return null
}

/** Null where it is not installed: then a row in quotes is read literally, as where it breaks the rules. */
function loadParse(): typeof import('csv-parse/sync')['parse'] | null {
  try {
    return createRequire(import.meta.url)('csv-parse/sync').parse
  } catch {
    return null
  }
}

function splitRow(row: string, delimiter: string): string[] {
  return strictFields(row, delimiter) ?? row.split(delimiter)
}

/** File and word of a row, or why it has none. */
export function readRow(
  row: string,
  { delimiter, names, fileColumn, labelColumn }: CsvLayout,
): { file: string; label: string } | string {
  const fields = strictFields(row, delimiter)
  const [file, label] = [fields?.[fileColumn], fields?.[labelColumn]]
  if (fields?.length === names.length) return file ? { file, label: label! } : `names no file: ${showText(row)}`
  if (names.length === 2 && labelColumn === 1) return readRest(row, delimiter)
  const literal = row.split(delimiter)
  if (!fields && literal.length === names.length && literal[fileColumn])
    return { file: literal[fileColumn], label: literal[labelColumn]! }
  return `has ${(fields ?? literal).length} fields where the first row names ${names.length} (${names.join(', ')}): ${showText(row)}; a field that holds ${showText(delimiter)} stands in quotes`
}

/** EasyOCR's rule for `filename,words`: all that follows the first separator is the word. */
function readRest(row: string, delimiter: string): { file: string; label: string } | string {
  const quoted = /^\s*"((?:[^"]|"")+)"\s*/.exec(row)
  const isQuoted = quoted !== null && row.startsWith(delimiter, quoted[0].length)
  const end = isQuoted ? quoted[0].length : row.indexOf(delimiter)
  const file = isQuoted ? quoted[1]!.replaceAll('""', '"') : row.slice(0, end)
  return end > 0 && file.trim() !== ''
    ? { file, label: row.slice(end + 1) }
    : `has no ${showText(delimiter)} between file and word: ${showText(row)}`
}

/** The row that names the columns: the first, or the one after Excel's `sep=;`. */
export function headerRow(records: TextRecords): number {
  return records.length > 1 && /^sep=.$/i.test(records.read(0)) ? 1 : 0
}

/** The rows of lines: fields in quotes may hold line ends. Without a row of names the lines are all that is known. */
export function joinRows(lines: TextRecords): TextRecords {
  const layout = lines.length > 0 ? readLayout(lines.read(headerRow(lines))) : null
  if (!layout) return lines
  return lines.joined(
    (line) => !hasPairs(line),
    (index) => countLines((offset) => (index + offset < lines.length ? lines.read(index + offset) : null), layout),
  )
}

/** A word that reaches over more lines than these does not lie on a crop. */
const MOST_LINES = 100

/**
 * How many lines the row has that begins with `line(0)`, whose quotes do not pair up: those up to the one that closes the
 * field by the rules of CSV. 1 where none does, or where a line before is a row itself: then the quote is a stray one.
 */
export function countLines(line: (offset: number) => string | null, layout: CsvLayout): number {
  const first = line(0)
  if (first === null) return 1
  const { delimiter, fileColumn } = layout
  // Whether the open field comes after the file's: then a further line that has a file is a row of its own.
  const isFileBefore = first.slice(0, first.lastIndexOf('"')).split(delimiter).length - 1 > fileColumn
  if (!isFileBefore && isWhole(first, layout)) return 1
  let text = first
  for (let offset = 1; offset < MOST_LINES; offset++) {
    const next = line(offset)
    if (next === null || (isWhole(next, layout) && (isFileBefore || !next.includes('"')))) return 1
    text += `\n${next}`
    if (hasPairs(text)) return strictFields(text, delimiter)?.length === layout.names.length ? offset + 1 : 1
  }
  return 1
}

/** Whether every quote of a text has its partner. */
function hasPairs(text: string): boolean {
  return (text.split('"').length - 1) % 2 === 0
}

/** Whether a line, its quotes not minded, has all fields and an image's name among them where it belongs. */
function isWhole(line: string, { delimiter, names, fileColumn }: CsvLayout): boolean {
  const fields = line.split(delimiter)
  return fields.length >= names.length && IMAGE_NAME.test(fields[fileColumn]!.replaceAll('"', '').trim())
}

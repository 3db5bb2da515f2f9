/** How a line (or a row, or a name) says which file holds which word: parsed and written, a format each. */
import { parse } from 'csv-parse/sync'
import { CSV } from './text-records.ts'

/** One sample of a label file: the image's path as the file gives it, and the word. */
export interface Entry {
  readonly file: string
  readonly label: string
}

/** What a row of a writer's label file says; only JSONL has room for more than file and word. */
export interface WrittenEntry extends Entry {
  readonly details?: object
}

export interface LabelFormat {
  /** Null where the record holds no file and word. */
  parse(record: string): Entry | null
  /** The record with its line end; null where the format cannot say this word. */
  format(entry: WrittenEntry): string | null
}

/** A label that would end its line early. */
const BREAKS_LINE = /[\r\n]/

function splitAt(record: string, place: number): Entry | null {
  return place > 0 ? { file: record.slice(0, place), label: record.slice(place + 1) } : null
}

/** IIIT5K's tags: `train/1009_2.png You`. */
const tags: LabelFormat = {
  parse: (record) => splitAt(record, record.indexOf(' ')),
  format: ({ file, label }) => (BREAKS_LINE.test(label) ? null : `${file} ${label}\n`),
}

/** PaddleOCR, TextRecognitionDataGenerator and others: `path<TAB>word`. */
const tsv: LabelFormat = {
  parse: (record) => splitAt(record, record.indexOf('\t')),
  format: ({ file, label }) => (BREAKS_LINE.test(label) ? null : `${file}\t${label}\n`),
}

/** ICDAR: `word_1.png, "Genaxis Theatre"`; a quote or backslash inside the word has a backslash before it. */
const icdar: LabelFormat = {
  parse(record) {
    const match = /^\s*([^,]+?)\s*,\s*"(.*)"\s*$/.exec(record)
    return match ? { file: match[1]!, label: match[2]!.replace(/\\(["\\])/g, '$1') } : null
  },
  format: ({ file, label }) =>
    BREAKS_LINE.test(label) ? null : `${file}, "${label.replace(/["\\]/g, (mark) => `\\${mark}`)}"\n`,
}

const FILE_KEYS = ['file_name', 'filename', 'file', 'path', 'image']
const LABEL_KEYS = ['text', 'label', 'word', 'words']

/** An object a line, as in Hugging Face's image folders: `{"file_name": "a.png", "text": "You"}`. */
const jsonl: LabelFormat = {
  parse(record) {
    let value: unknown
    try {
      value = JSON.parse(record)
    } catch {
      return null
    }
    if (typeof value !== 'object' || value === null) return null
    const object = value as Record<string, unknown>
    const file = FILE_KEYS.map((key) => object[key]).find((found) => typeof found === 'string')
    const label = LABEL_KEYS.map((key) => object[key]).find((found) => typeof found === 'string')
    return file && label !== undefined ? ({ file, label } as Entry) : null
  },
  format: ({ file, label, details }) => `${JSON.stringify({ file_name: file, text: label, ...details })}\n`,
}

export const labelFormats = { tags, tsv, icdar, jsonl } as const

/** The names of a CSV's columns, which may be any of these. */
export const CSV_HEADER = 'file_name,text\n'

/** A CSV's format by its first row. Throws where that names no column of files or none of words. */
export function csvFormat(header: string): LabelFormat {
  const names = row(header).map((name) => name.trim().toLowerCase())
  const fileColumn = names.findIndex((name) => FILE_KEYS.includes(name))
  const labelColumn = names.findIndex((name) => LABEL_KEYS.includes(name))
  if (fileColumn < 0 || labelColumn < 0) {
    throw new Error(
      `its first row must name a column of files (${FILE_KEYS.join(', ')}) and one of words (${LABEL_KEYS.join(', ')}), not "${header.slice(0, 80)}"`,
    )
  }
  return {
    parse(record) {
      const fields = row(record)
      const [file, label] = [fields[fileColumn], fields[labelColumn]]
      return file && label !== undefined ? { file, label } : null
    },
    format: ({ file, label }) => `${[file, label].map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\n`,
  }
}

function row(record: string): string[] {
  return parse(record, CSV)[0] ?? []
}

const FORBIDDEN_IN_NAMES = /[%/\\:*?"<>|~]|\p{Cc}|^\.|[. ]$/gu

/**
 * Names that are their own labels: `EXIT.png`, and `EXIT~2.png` for a second one. What a file's name cannot hold is
 * percent-encoded. `number` tells samples of one label apart, from 1. Null for a word that makes no name.
 */
export function labelToName(label: string, number: number): string | null {
  const name = label.replace(FORBIDDEN_IN_NAMES, (character) => `%${hex(character)}`)
  const whole = number === 1 ? name : `${name}~${number}`
  return label === '' || Buffer.byteLength(whole) > 240 ? null : whole
}

/** The label that a file's name without its ending stands for. */
export function nameToLabel(name: string): string {
  return name
    .replace(/~\d+$/, '')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
}

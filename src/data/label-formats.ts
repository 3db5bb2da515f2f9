/** How a line (or a row, or a name) says which file holds which word: parsed and written, a format each. */

import { showText } from '../text-encoding.ts'
import { FILE_KEYS, LABEL_KEYS, readLayout, readRow } from './csv-rows.ts'
import { MJSYNTH, PARTED, recognizeForeign, SPACED } from './foreign-records.ts'

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
  /** File and word, or why the record holds none: what it looks like and what would do. */
  parse(record: string): Entry | string
  /** The record with its line end; null where the format cannot say this word. */
  format(entry: WrittenEntry): string | null
}

/** A label that would end its line early. */
const BREAKS_LINE = /[\r\n]/

function refuse(record: string, why: string): string {
  return `no file and word in ${showText(record)}: ${why}`
}

/** For a record that does not keep to its format: the kind whose it is, or what was expected. */
function refuseUnless(record: string, kind: string, expected: string): string {
  const foreign = recognizeForeign(record, kind) ?? (readLayout(record) ? 'it names columns: give csv:PATH' : null)
  return refuse(record, foreign ?? expected)
}

/** IIIT5K's tags: `train/1009_2.png You`. */
const tags: LabelFormat = {
  parse(record) {
    const foreign = recognizeForeign(record, 'tags')
    if (foreign) return refuse(record, foreign)
    const spaced = SPACED.exec(record)
    if (spaced) return { file: spaced[1]!, label: spaced[2]! }
    const place = record.indexOf(' ')
    return place > 0
      ? { file: record.slice(0, place), label: record.slice(place + 1) }
      : refuseUnless(record, 'tags', 'a line is train/1009_2.png You')
  },
  format: ({ file, label }) => (BREAKS_LINE.test(label) || label.startsWith(' ') ? null : `${file} ${label}\n`),
}

/** PaddleOCR, TextRecognitionDataGenerator and others: `path<TAB>word`. */
const tsv: LabelFormat = {
  parse(record) {
    const foreign = recognizeForeign(record, 'tsv')
    if (foreign) return refuse(record, foreign)
    const [file, label, ...further] = record.split('\t')
    if (file && label !== undefined && further.length === 0) return { file, label }
    if (further.length > 0)
      return refuse(record, `it has ${further.length + 2} columns; \`cut -f 1,2\` leaves the two of file and word`)
    const [, path, word] = SPACED.exec(record) ?? []
    return path && word
      ? refuse(
          record,
          `a tab is missing between ${showText(path)} and ${showText(word)}; \`perl -pe 's/(\\.\\w+) +/$1\\t/'\` puts it in the place of spaces`,
        )
      : refuseUnless(
          record,
          'tsv',
          `a tab is missing between file and word${PARTED.test(record) ? '; csv:PATH reads such lines after a first row that names the columns' : ''}`,
        )
  },
  format: ({ file, label }) => (BREAKS_LINE.test(label) || label.includes('\t') ? null : `${file}\t${label}\n`),
}

/** ICDAR: `word_1.png, "Genaxis Theatre"`; a quote or backslash inside the word has a backslash before it. */
const icdar: LabelFormat = {
  parse(record) {
    const match = /^\s*([^,]+?)\s*,\s*"(.*)"\s*$/.exec(record)
    return match
      ? { file: match[1]!, label: match[2]!.replace(/\\(["\\])/g, '$1') }
      : refuseUnless(record, 'icdar', `${icdarFault(record)}; a line is word_1.png, "Word"`)
  },
  format: ({ file, label }) =>
    BREAKS_LINE.test(label) ? null : `${file}, "${label.replace(/["\\]/g, (mark) => `\\${mark}`)}"\n`,
}

function icdarFault(record: string): string {
  if (!record.includes(',')) return 'a comma is missing after the file'
  if (!record.includes('"')) return 'the word must stand in quotes'
  if (/,\s*".*"\s*\S+$/.test(record)) return 'nothing may follow the closing quote'
  return 'the first comma must stand after the file, and the word in quotes'
}

/** An object a line, as in Hugging Face's image folders: `{"file_name": "a.png", "text": "You"}`. */
const jsonl: LabelFormat = {
  parse(record) {
    let value: unknown
    try {
      value = JSON.parse(record)
    } catch {
      return refuseUnless(record, 'jsonl', 'it is no JSON; a line is {"file_name": "a.png", "text": "You"}')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(record, 'a line is one object, {"file_name": "a.png", "text": "You"}')
    const object = value as Record<string, unknown>
    const textOf = (keys: readonly string[]) => keys.map((key) => object[key]).find((each) => typeof each === 'string')
    const [file, label] = [textOf(FILE_KEYS), textOf(LABEL_KEYS)]
    if (!file) return refuseUnless(record, 'jsonl', `none of its fields ${FILE_KEYS.join(', ')} names a file`)
    return label !== undefined
      ? ({ file, label } as Entry)
      : refuse(record, `none of its fields ${LABEL_KEYS.join(', ')} holds a text`)
  },
  format: ({ file, label, details }) => `${JSON.stringify({ file_name: file, text: label, ...details })}\n`,
}

/** MJSynth: `./2425/1/115_Lube_45484.jpg 45484`; the word is in the name, the number is its place in a lexicon. */
const mjsynth: LabelFormat = {
  parse(record) {
    const [, file, label, place, again] = MJSYNTH.exec(record) ?? []
    return file && label && (again === undefined || again === place)
      ? { file, label }
      : refuseUnless(record, 'mjsynth', 'a line is ./2425/1/115_Lube_45484.jpg 45484, the word between the underscores')
  },
  format: () => null,
}

export const labelFormats = { tags, tsv, icdar, jsonl, mjsynth } as const

/** The names of a CSV's columns, which may be any of these. */
export const CSV_HEADER = 'file_name,text\n'

/** A CSV's format by its first row. Throws where that names no column of files or none of words. */
export function csvFormat(header: string): LabelFormat {
  const layout = readLayout(header)
  if (!layout) {
    const foreign = recognizeForeign(header, 'csv')
    throw new Error(
      `its first row must name a column of files (${FILE_KEYS.join(', ')}) and one of words (${LABEL_KEYS.join(', ')}), such as file_name,text, not ${showText(header)}${foreign ? `: ${foreign}` : ''}`,
    )
  }
  return {
    parse: (record) => readRow(record, layout),
    format: ({ file, label }) => `${[file, label].map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\n`,
  }
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

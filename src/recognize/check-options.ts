/** Options as a caller gives them, checked where they come in: what is misspelt would otherwise do nothing, in silence. */
import { SaflError } from '../error.ts'
import { isPackagedModel, packagedModels } from '../package-files.ts'
import {
  type BrowserLoadOptions,
  decoders,
  devices,
  type LoadOptions,
  orientations,
  precisions,
  type ReaderOptions,
  type RecognizeOptions,
} from './reading-options.ts'

/** What is wrong with a value, said after the option's name and the value; null where nothing is. */
type Check = (value: unknown) => string | null

const oneOf =
  (choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value as string) ? null : `is none of ${choices.join(', ')}`

const ofType =
  (type: 'boolean' | 'number' | 'string', name: string): Check =>
  (value) =>
    typeof value === type ? null : `is no ${name}`

const flag: Check = (value) => (typeof value === 'boolean' ? null : 'is neither true nor false')
const text = ofType('string', 'text')
/** Of whatever realm: `instanceof` knows those of its own alone. */
const isA = (value: unknown, kind: string) => Object.prototype.toString.call(value) === `[object ${kind}]`
const isList = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string')

const list: Check = (value) => (isList(value) ? null : 'is no list of words, such as ["EXIT", "TAXI"]')
const counts: Check = (value) =>
  value === null || isA(value, 'Map') || isList(value) ? null : 'is no Map of words and counts, list of words or null'
const pattern: Check = (value) =>
  typeof value === 'string' || isA(value, 'RegExp') ? null : 'is no regular expression, nor the text of one'
const signal: Check = (value) => (isA(value, 'AbortSignal') ? null : 'is no AbortSignal')
const place: Check = (value) => (typeof value === 'string' || isA(value, 'URL') ? null : 'is no path or URL')
/** What has neither a slash nor a dot names a model. */
const webModel: Check = (value) =>
  typeof value === 'string' && /^[\w-]*$/.test(value) && !isPackagedModel(value)
    ? `is none of ${packagedModels.join(', ')}, nor the address of a weights file`
    : place(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value)
const wholeNumber =
  (least: number, most = Number.POSITIVE_INFINITY): Check =>
  (value) => {
    const isWithin = Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    return isWithin
      ? null
      : `is no whole number from ${least} ${most === Number.POSITIVE_INFINITY ? 'on' : `to ${most}`}`
  }
const weight: Check = (value) =>
  typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY ? null : 'is no number from 0'
const count = (least: number) => wholeNumber(least, 1000)

type Checks<Options> = Readonly<Record<keyof Options, Check>>

const readerChecks: Checks<ReaderOptions> = {
  threads: wholeNumber(1),
  decoder: oneOf(decoders),
  precision: oneOf(precisions),
}
const loadChecks: Checks<LoadOptions> = {
  ...readerChecks,
  model: place,
  preset: text,
  words: orNull(text),
  worker: flag,
}
const browserChecks: Checks<BrowserLoadOptions> = {
  ...readerChecks,
  device: oneOf(devices),
  model: webModel,
  words: orNull(place),
  signal,
  worker: flag,
}
const recognizeChecks: Checks<RecognizeOptions> = {
  orientation: oneOf(orientations),
  secondLook: flag,
  batchSize: wholeNumber(1),
  geometry: flag,
  attention: flag,
  signal,
  beamWidth: count(1),
  alternatives: count(0),
  characterAlternatives: count(0),
  lexicon: list,
  pattern,
  allow: text,
  prior: counts,
  priorWeight: weight,
}

/** Each throws, with the option's name, its value and what would do. */
export const checkReaderOptions = (options: ReaderOptions) => check(options, readerChecks)
export const checkLoadOptions = (options: LoadOptions) => check(options, loadChecks)
export const checkBrowserOptions = (options: BrowserLoadOptions) => check(options, browserChecks)
export const checkRecognizeOptions = (options: RecognizeOptions) => check(options, recognizeChecks)

/** Throws where images are no list. */
export function checkImages(images: unknown): void {
  if (!Array.isArray(images))
    throw new SaflError('option', `${shown(images)} is no list of images: recognize reads a single one`)
}

/** Throws where images do not come one by one: texts and bytes do, but a character or a byte at a time. */
export function checkStream(images: unknown): void {
  const isIterable =
    typeof images === 'object' && images !== null && (Symbol.iterator in images || Symbol.asyncIterator in images)
  if (!isIterable || ArrayBuffer.isView(images))
    throw new SaflError('option', `${shown(images)} is no stream or list of images: recognize reads a single one`)
}

function check(options: object, checks: Readonly<Record<string, Check>>): void {
  if (typeof options !== 'object' || options === null)
    throw new SaflError(
      'option',
      `${shown(options)} are no options: give an object, such as { ${Object.keys(checks)[0]}: … }`,
    )
  for (const [name, value] of Object.entries(options)) {
    const find = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (find === undefined) throw new SaflError('option', `${name}: ${unknownOption(name, Object.keys(checks))}`)
    const problem = value === undefined ? null : find(value)
    if (problem !== null) throw new SaflError('option', `${name}: ${shown(value)} ${problem}`)
  }
}

function unknownOption(name: string, names: readonly string[]): string {
  const near = names.find((each) => isNear(each.toLowerCase(), name.toLowerCase()))
  return near ? `is no option; did you mean ${near}?` : `is no option; there are ${names.join(', ')}`
}

/** Whether one is the other with up to two letters left out, added, changed or exchanged, and most as they were. */
function isNear(a: string, b: string): boolean {
  return distance(a, b) <= Math.min(2, Math.floor(Math.max(a.length, b.length) / 3))
}

/** Least number of edits (Levenshtein's, with exchanges of neighbours). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j))
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const steps = [rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + same]
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps.push(rows[i - 2]![j - 2]! + 1)
      rows[i]![j] = Math.min(...steps)
    }
  return rows[a.length]![b.length]!
}

/** Most characters of a value that a message shows. */
const SHOWN = 80

/** A value in a message, cut where it is long. */
export function shown(value: unknown): string {
  const whole = typeof value === 'string' ? `"${value}"` : ArrayBuffer.isView(value) ? 'what holds bytes' : plain(value)
  return shortened(whole)
}

export function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

function plain(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

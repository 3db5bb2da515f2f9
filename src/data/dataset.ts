/** Word crops with their labels, in the field's formats, read one by one. (Node) */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { decodeImage, IMAGE_NAME } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { requirePackages } from '../optional-packages.ts'
import { decodeBytes, decodeFile, showText } from '../text-encoding.ts'
import { headerRow, joinRows } from './csv-rows.ts'
import { recognizeForeign } from './foreign-records.ts'
import { csvFormat, type Entry, type LabelFormat, labelFormats, nameToLabel } from './label-formats.ts'
import { findImage, findTags } from './label-paths.ts'
import { findLmdb, LmdbReader } from './lmdb-reader.ts'
import { TextRecords } from './text-records.ts'

export const dataKinds = [
  'iiit5k',
  'icdar',
  'tsv',
  'jsonl',
  'csv',
  'mjsynth',
  'doctr',
  'folder',
  'lmdb',
  'lists',
] as const
export type DataKind = (typeof dataKinds)[number]
/** Kinds that are written too; the names of MJSynth need places in its lexicon. */
export const writtenKinds = dataKinds.filter((kind) => kind !== 'mjsynth')

/** Where a data set lies: `KIND:PATH` on the command line, or `KIND*WEIGHT:PATH`. */
export interface DataSpec {
  readonly kind: DataKind
  readonly path: string
  /** How many words each word counts as when sets are mixed; 1 unless given. */
  readonly weight?: number
  /** The split that all samples belong to; sets with lists of their own keep to these. */
  readonly wholly?: 'train' | 'validation'
}

/** Samples keep their numbers, also where one is bad: reading that one rejects, with a message that names it. */
export interface Dataset {
  /** `KIND:PATH` */
  readonly name: string
  readonly length: number
  /** The weight that its spec gave. */
  readonly weight: number
  /** Whether a sample belongs to a split: as its set's lists or its spec say, else every fifth is validation. */
  inSplit(index: number, split: Split): boolean
  /** What messages call a sample. */
  nameOf(index: number): string
  /** The image's path as the label file gives it, or its key. */
  file(index: number): Promise<string>
  label(index: number): Promise<string>
  /** Every label in order, or the error that `label` would reject with; quicker than one by one. */
  labels(): AsyncIterable<string | Error>
  /** The image file's bytes. */
  bytes(index: number): Promise<Uint8Array>
  /** The decoded image. */
  image(index: number): Promise<RgbImage>
  close(): Promise<void>
}

export const splits = ['train', 'validation', 'all'] as const
export type Split = (typeof splits)[number]

/** The rule of sets without lists: every fifth sample, from the first, is validation; the others are training. */
function isInFifth(index: number): boolean {
  return index % 5 === 0
}

function splitOf({ wholly }: DataSpec): Dataset['inSplit'] {
  const isValidation = wholly ? () => wholly === 'validation' : isInFifth
  return (index, split) => split === 'all' || isValidation(index) === (split === 'validation')
}

export function parseDataSpec(text: string): DataSpec {
  const colon = text.indexOf(':')
  const [kindName, weightText] = text.slice(0, Math.max(colon, 0)).split('*', 2)
  const kind = dataKinds.find((name) => name === kindName)
  const path = text.slice(colon + 1)
  const weight = weightText === undefined ? 1 : Number(weightText)
  if (!kind || !path || !(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new Error(
      `${showText(text)} is no data set: give KIND:PATH or KIND*WEIGHT:PATH, KIND one of ${dataKinds.join(', ')}, WEIGHT a number above 0`,
    )
  }
  return { kind, path, weight }
}

/** `KIND:PATH` or `KIND*WEIGHT:PATH`, which `parseDataSpec` reads back. */
export function formatDataSpec({ kind, path, weight = 1 }: DataSpec): string {
  return weight === 1 ? `${kind}:${path}` : `${kind}*${weight}:${path}`
}

/**
 * Opens a data set: finds its samples, reads no image. Rejects where there is nothing to read: no such file, no samples,
 * or not one with a file and a word.
 */
export async function openDataset(spec: DataSpec): Promise<Dataset> {
  if (spec.kind === 'lmdb') return openLmdb(spec)
  if (spec.kind === 'lists') return openLists(spec)
  if (spec.kind === 'doctr' || spec.kind === 'folder') {
    const { folder, entries } = spec.kind === 'doctr' ? await readDoctr(spec.path) : await listFolder(spec.path)
    return fileDataset(spec, {
      folder,
      length: entries.length,
      nameOf: (index) => join(folder, entries[index]!.file),
      entry: async (index) => entries[index]!,
      entries: async function* () {
        yield* entries
      },
      close: async () => {},
    })
  }
  return openLabelFile(spec)
}

/** Samples whose images are files. */
interface FileSamples {
  readonly folder: string
  readonly length: number
  nameOf(index: number): string
  entry(index: number): Promise<Entry>
  entries(): AsyncIterable<Entry | Error>
  close(): Promise<void>
}

function fileDataset(spec: DataSpec, samples: FileSamples): Dataset {
  const { kind, path, weight = 1 } = spec
  const pathOf = async (index: number) => findImage(samples.folder, (await samples.entry(index)).file)
  return {
    name: `${kind}:${path}`,
    weight,
    length: samples.length,
    inSplit: splitOf(spec),
    nameOf: samples.nameOf,
    file: async (index) => (await samples.entry(index)).file,
    label: async (index) => (await samples.entry(index)).label,
    async *labels() {
      for await (const entry of samples.entries()) yield entry instanceof Error ? entry : entry.label
    },
    async bytes(index) {
      const file = await pathOf(index)
      return readFile(file).catch((error: NodeJS.ErrnoException) => {
        throw new Error(`${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`)
      })
    },
    image: async (index) => decodeImage(await pathOf(index)),
    close: samples.close,
  }
}

/** Files of a set that says itself what is trained on and what is validation: `path<TAB>word` a line. */
export const listNames = { train: 'train.tsv', validation: 'validation.tsv' } as const

/** Both lists, one after the other; one of them may be empty. */
async function openLists({ path, weight = 1 }: DataSpec): Promise<Dataset> {
  const [train, validation] = [join(path, listNames.train), join(path, listNames.validation)]
  for (const file of [train, validation]) {
    const found = await stat(file).catch(() => null)
    if (!found?.isFile())
      throw new Error(
        `${file}: no such file; lists:${path} is a folder with ${listNames.train} and ${listNames.validation}, of which one may be empty`,
      )
  }
  const trained = await openLabelFile({ kind: 'tsv', path: train }, { mayBeEmpty: true })
  const validated = await openLabelFile({ kind: 'tsv', path: validation }, { mayBeEmpty: true }).catch(
    async (error) => {
      await trained.close()
      throw error
    },
  )
  const close = async () => {
    await trained.close()
    await validated.close()
  }
  const length = trained.length + validated.length
  if (length === 0) {
    await close()
    throw new Error(`${path}: its ${listNames.train} and ${listNames.validation} have no samples`)
  }
  const isTrained = (index: number) => index < trained.length
  const of = <T>(index: number, get: (dataset: Dataset, place: number) => T): T =>
    isTrained(index) ? get(trained, index) : get(validated, index - trained.length)
  return {
    name: `lists:${path}`,
    weight,
    length,
    inSplit: (index, split) => split === 'all' || isTrained(index) === (split === 'train'),
    nameOf: (index) => of(index, (dataset, place) => dataset.nameOf(place)),
    file: async (index) => of(index, (dataset, place) => dataset.file(place)),
    label: async (index) => of(index, (dataset, place) => dataset.label(place)),
    async *labels() {
      yield* trained.labels()
      yield* validated.labels()
    },
    bytes: async (index) => of(index, (dataset, place) => dataset.bytes(place)),
    image: async (index) => of(index, (dataset, place) => dataset.image(place)),
    close,
  }
}

async function openLabelFile(
  spec: DataSpec,
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): Promise<Dataset> {
  const { kind, path } = spec
  if (kind === 'csv') requirePackages(`csv:${path}`, ['csv-parse'])
  const file = kind === 'iiit5k' ? await findTags(path) : path
  const lines = await TextRecords.open(file)
  const records = kind === 'csv' ? joinRows(lines) : lines
  try {
    const header = kind === 'csv' ? headerRow(records) + 1 : 0
    if (records.length <= header && !mayBeEmpty) throw new Error(`${file}: has no samples`)
    const format = formatOf(kind, records)
    const parse = (record: string, index: number): Entry => {
      const entry = format.parse(record)
      if (typeof entry === 'string') throw new Error(`${records.nameOf(index)}: ${entry}`)
      return entry
    }
    const samples: FileSamples = {
      folder: dirname(path),
      length: records.length - header,
      nameOf: (index) => records.nameOf(index + header),
      entry: async (index) => parse(records.read(index + header), index + header),
      async *entries() {
        let index = -1
        for (const record of records) {
          if (++index < header) continue
          try {
            yield record instanceof Error ? record : parse(record, index)
          } catch (error) {
            yield error as Error
          }
        }
      },
      close: async () => records.close(),
    }
    await refuseAllBad(samples)
    return fileDataset(spec, samples)
  } catch (error) {
    records.close()
    throw error
  }
}

function formatOf(kind: DataKind, records: TextRecords): LabelFormat {
  if (kind === 'iiit5k') return labelFormats.tags
  if (kind === 'icdar' || kind === 'tsv' || kind === 'jsonl' || kind === 'mjsynth') return labelFormats[kind]
  try {
    return csvFormat(records.read(headerRow(records)))
  } catch (error) {
    throw new Error(`${records.path}: ${(error as Error).message}`)
  }
}

/** A file of another format than its kind says is noticed at once. */
async function refuseAllBad(samples: FileSamples): Promise<void> {
  let first: Error | null = null
  for await (const entry of samples.entries()) {
    if (!(entry instanceof Error)) return
    first ??= entry
  }
  if (first) throw first
}

/** docTR: one JSON object of names and words, the images in a folder `images` beside it. Parsed whole, as JSON must be. */
async function readDoctr(path: string): Promise<{ folder: string; entries: Entry[] }> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path}: ${error.code === 'ENOENT' ? 'no such file of labels' : error.message}`)
  })
  let value: unknown
  try {
    value = JSON.parse(decodeFile(bytes))
  } catch (error) {
    const { message } = error as Error
    throw new Error(`${path}: ${error instanceof SyntaxError ? `is no JSON: ${message}` : message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path}: must hold one object of file names and words`)
  const foreign = recognizeForeign(`{"${Object.keys(value)[0]}"`, 'jsonl')
  if (foreign) throw new Error(`${path}: ${foreign}`)
  const entries = Object.entries(value as Record<string, unknown>).map(([file, label]) => {
    if (typeof label !== 'string') {
      const photograph =
        typeof label === 'object' && label && 'polygons' in label
          ? ': it has polygons, where words lie in a photograph; this takes crops'
          : ''
      throw new Error(`${path}: the word of "${file.slice(0, 80)}" is no text${photograph}`)
    }
    return { file, label }
  })
  if (entries.length === 0) throw new Error(`${path}: has no samples`)
  return { folder: join(dirname(path), 'images'), entries }
}

/** A folder whose files' names are their labels: see `labelToName`. */
async function listFolder(folder: string): Promise<{ folder: string; entries: Entry[] }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${folder}: ${error.code === 'ENOENT' ? 'no such folder' : error.message}`)
  })
  const entries = names
    .filter((name) => IMAGE_NAME.test(name))
    .sort()
    .map((file) => ({ file, label: nameToLabel(basename(file, extname(file))) }))
  if (entries.length === 0) throw new Error(`${folder}: holds no image`)
  return { folder, entries }
}

/** The field's LMDB: `num-samples`, `image-000000001`, `label-000000001`, …, numbered from 1. */
async function openLmdb(spec: DataSpec): Promise<Dataset> {
  const { path, weight = 1 } = spec
  const database = new LmdbReader(await findLmdb(path))
  const length = Number(database.get('num-samples')?.toString() ?? Number.NaN)
  if (!Number.isInteger(length) || length < 1) {
    database.close()
    throw new Error(`${path}: its key "num-samples" is missing or no count`)
  }
  const value = (kind: 'image' | 'label', index: number) => {
    const key = lmdbKey(kind, index)
    const bytes = database.get(key)
    if (!bytes) throw new Error(`${path}: says it has ${length} samples, but has no "${key}"`)
    return bytes
  }
  try {
    value('label', length - 1)
    if (database.get(lmdbKey('label', length)))
      throw new Error(`${path}: says it has ${length} samples, but has a "${lmdbKey('label', length)}" too`)
  } catch (error) {
    database.close()
    throw error
  }
  const nameOf = (index: number) => `${path}, ${lmdbKey('image', index)}`
  const label = async (index: number) => {
    const bytes = value('label', index)
    try {
      return decodeBytes(bytes)
    } catch (error) {
      throw new Error(`${path}, ${lmdbKey('label', index)}: ${(error as Error).message}`)
    }
  }
  return {
    name: `lmdb:${path}`,
    weight,
    length,
    inSplit: splitOf(spec),
    nameOf,
    file: async (index) => lmdbKey('image', index),
    label,
    async *labels() {
      for (let index = 0; index < length; index++) yield await label(index).catch((error: Error) => error)
    },
    bytes: async (index) => value('image', index),
    image: async (index) => decodeImage(value('image', index), nameOf(index)),
    close: async () => database.close(),
  }
}

export function lmdbKey(kind: 'image' | 'label', index: number): string {
  return `${kind}-${String(index + 1).padStart(9, '0')}`
}

/** Word crops with their labels, in the field's formats, read one by one. (Node) */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { decodeImage } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { LmdbReader } from './lmdb.ts'

export const dataKinds = ['iiit5k', 'icdar', 'tsv', 'lmdb'] as const
export type DataKind = (typeof dataKinds)[number]

/** Where a data set lies, `KIND:PATH` on the command line. */
export interface DataSpec {
  readonly kind: DataKind
  readonly path: string
}

export interface Dataset {
  /** The spec that opened it. */
  readonly name: string
  readonly length: number
  label(index: number): string
  /** Decodes one image; rejects with a message that names it. */
  image(index: number): Promise<RgbImage>
  close(): Promise<void>
}

export const splits = ['train', 'validation', 'all'] as const
export type Split = (typeof splits)[number]

/** Every fifth line, from the first, is validation; the others are training. */
export function inSplit(index: number, split: Split): boolean {
  return split === 'all' || (index % 5 === 0) === (split === 'validation')
}

export function parseDataSpec(text: string): DataSpec {
  const colon = text.indexOf(':')
  const kind = dataKinds.find((name) => name === text.slice(0, colon))
  const path = text.slice(colon + 1)
  if (!kind || !path) {
    throw new Error(`"${text}" is no data set: give KIND:PATH, KIND one of ${dataKinds.join(', ')}`)
  }
  return { kind, path }
}

/** Opens a data set: reads its labels, not its images. Errors name the file and the line. */
export async function openDataset(spec: DataSpec): Promise<Dataset> {
  if (spec.kind === 'lmdb') return openLmdbDataset(spec)
  const { labelFile, imageFolder, parse } = layoutOf(spec)
  const entries = parseLines(labelFile, await readLabels(labelFile), parse)
  return {
    name: `${spec.kind}:${spec.path}`,
    length: entries.length,
    label: (index) => entries[index]!.label,
    image: (index) => decodeImage(join(imageFolder, entries[index]!.file)),
    close: async () => {},
  }
}

interface Entry {
  readonly file: string
  readonly label: string
}
type ParseLine = (line: string) => Entry | null

function layoutOf({ kind, path }: DataSpec): { labelFile: string; imageFolder: string; parse: ParseLine } {
  if (kind === 'iiit5k') {
    // DIR/train stands for the images in DIR/train and their words in DIR/train.tags, whose paths start at DIR.
    const folder = dirname(path)
    return { labelFile: join(folder, `${basename(path)}.tags`), imageFolder: folder, parse: parseTag }
  }
  return { labelFile: path, imageFolder: dirname(path), parse: kind === 'icdar' ? parseIcdar : parseTsv }
}

/** `train/1009_2.png You` */
function parseTag(line: string): Entry | null {
  const space = line.indexOf(' ')
  return space > 0 && space < line.length - 1 ? { file: line.slice(0, space), label: line.slice(space + 1) } : null
}

/** `word_1.png, "Genaxis Theatre"`: a quote inside the word is written \" */
function parseIcdar(line: string): Entry | null {
  const match = /^\s*([^,]+?)\s*,\s*"(.*)"\s*$/.exec(line)
  return match ? { file: match[1]!, label: match[2]!.replace(/\\(["\\])/g, '$1') } : null
}

/** `path<TAB>word` */
function parseTsv(line: string): Entry | null {
  const tab = line.indexOf('\t')
  return tab > 0 && tab < line.length - 1 ? { file: line.slice(0, tab), label: line.slice(tab + 1) } : null
}

async function readLabels(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Error(`${file}: ${missing ? 'no such file of labels' : (error as Error).message}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error(`${file}: is not UTF-8 text`)
  }
}

function parseLines(file: string, text: string, parse: ParseLine): Entry[] {
  const entries: Entry[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const entry = parse(line)
    if (!entry) throw new Error(`${file}, line ${index + 1}: no file and word in "${line.slice(0, 80)}"`)
    entries.push(entry)
  }
  if (entries.length === 0) throw new Error(`${file}: has no samples`)
  return entries
}

/** The field's LMDB: `num-samples`, `image-000000001`, `label-000000001`, …, numbered from 1. */
async function openLmdbDataset({ path }: DataSpec): Promise<Dataset> {
  const found = await stat(path).catch(() => null)
  if (!found) throw new Error(`${path}: no such LMDB`)
  const database = new LmdbReader(found.isDirectory() ? join(path, 'data.mdb') : path)
  const length = Number(database.get('num-samples')?.toString() ?? Number.NaN)
  if (!Number.isInteger(length) || length < 1) {
    database.close()
    throw new Error(`${path}: its key "num-samples" is missing or no count`)
  }
  const key = (kind: string, index: number) => `${kind}-${String(index + 1).padStart(9, '0')}`
  const value = (kind: string, index: number) => {
    const bytes = database.get(key(kind, index))
    if (!bytes) throw new Error(`${path}: says it has ${length} samples, but has no "${key(kind, index)}"`)
    return bytes
  }
  value('label', length - 1)
  return {
    name: `lmdb:${path}`,
    length,
    label: (index) => value('label', index).toString('utf8'),
    image: async (index) => {
      try {
        return await decodeImage(value('image', index))
      } catch (error) {
        throw new Error(`${path}, ${key('image', index)}: ${(error as Error).message}`)
      }
    },
    close: async () => database.close(),
  }
}

/** Writes word crops with their labels in the field's formats, one by one; the set appears whole or not at all. (Node) */
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type DataSpec, listNames, lmdbKey } from './dataset.ts'
import { CSV_HEADER, csvFormat, type LabelFormat, labelFormats, labelToName } from './label-formats.ts'
import { LmdbWriter } from './lmdb-writer.ts'

export interface NewSample {
  readonly label: string
  /** The image file's bytes, which are kept as they are. */
  readonly bytes: Uint8Array
  /** What else JSONL shall say of it; other formats have no room. */
  readonly details?: object
  /** The list that it goes to where the format has lists; training unless given. */
  readonly split?: 'train' | 'validation'
}

/** The format cannot hold this sample's label; others can still be added. */
export class LabelError extends Error {
  override readonly name = 'LabelError'
}

export interface DatasetWriter {
  /** Rejects with a `LabelError` a label that the format cannot hold; nothing is added then. */
  add(sample: NewSample): Promise<void>
  /** Puts the set in its place. */
  finish(): Promise<void>
  /** Takes away what was written. */
  abandon(): Promise<void>
}

/** Where the samples go while they are written. */
interface Sink {
  add(sample: NewSample, index: number): Promise<void>
  finish(): Promise<void>
  abandon(): Promise<void>
}

/**
 * Begins a data set in a folder that does not exist yet or is empty: that of the spec's path for `lmdb`, `folder` and `lists`, that
 * of its label file for the others. It is built beside the folder and renamed at the end.
 */
export async function createDataset(spec: DataSpec): Promise<DatasetWriter> {
  if (spec.kind === 'mjsynth') throw new Error(`mjsynth:${spec.path}: MJSynth is read, not written; give another kind`)
  const isFolder = spec.kind === 'lmdb' || spec.kind === 'folder' || spec.kind === 'lists'
  const folder = isFolder ? spec.path : dirname(spec.path)
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new Error(`${folder}: ${error.code === 'ENOTDIR' ? 'is a file, not a folder' : error.message}`)
  })
  if (present && present.length > 0)
    throw new Error(`${folder}: holds files already; a data set is written to a folder of its own`)
  const aside = `${folder.replace(/\/+$/, '')}.partial`
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { recursive: true })
  const sink = await openSink(spec, aside)
  let count = 0
  return {
    async add(sample) {
      await sink.add(sample, count)
      count++
    },
    async finish() {
      await sink.finish()
      if (present) await rmdir(folder)
      await rename(aside, folder)
    },
    async abandon() {
      await sink.abandon()
      await rm(aside, { recursive: true, force: true })
    },
  }
}

async function openSink({ kind, path }: DataSpec, folder: string): Promise<Sink> {
  if (kind === 'lmdb') return lmdbSink(folder)
  if (kind === 'folder') return folderSink(folder)
  if (kind === 'lists') return listsSink(folder)
  if (kind === 'doctr') return doctrSink(folder, basename(path))
  if (kind === 'iiit5k')
    return labelFileSink(folder, { name: `${basename(path)}.tags`, images: basename(path), format: labelFormats.tags })
  const format = kind === 'csv' ? csvFormat(CSV_HEADER) : labelFormats[kind]
  return labelFileSink(folder, {
    name: basename(path),
    images: 'images',
    format,
    header: kind === 'csv' ? CSV_HEADER : '',
  })
}

interface LabelFileOptions {
  readonly name: string
  /** Folder of the images. */
  readonly images: string
  readonly format: LabelFormat
  readonly header?: string
}

async function labelFileSink(folder: string, { name, images, format, header = '' }: LabelFileOptions): Promise<Sink> {
  await mkdir(join(folder, images), { recursive: true })
  const file = await open(join(folder, name), 'wx')
  await file.write(header)
  return {
    async add({ label, bytes, details }, index) {
      const image = `${images}/${imageName(index, bytes)}`
      const line = format.format({ file: image, label, ...(details && { details }) })
      if (line === null) throw new LabelError(`${name} cannot hold the label ${show(label)}`)
      await writeNew(join(folder, image), bytes)
      await file.write(line)
    },
    async finish() {
      await file.sync()
      await file.close()
    },
    abandon: () => file.close(),
  }
}

async function listsSink(folder: string): Promise<Sink> {
  const open = (name: string) => labelFileSink(folder, { name, images: 'images', format: labelFormats.tsv })
  const sinks = { train: await open(listNames.train), validation: await open(listNames.validation) }
  return {
    add: (sample, index) => sinks[sample.split ?? 'train'].add(sample, index),
    async finish() {
      await sinks.train.finish()
      await sinks.validation.finish()
    },
    async abandon() {
      await sinks.train.abandon()
      await sinks.validation.abandon()
    },
  }
}

async function doctrSink(folder: string, name: string): Promise<Sink> {
  await mkdir(join(folder, 'images'))
  const file = await open(join(folder, name), 'wx')
  await file.write('{')
  return {
    async add({ label, bytes }, index) {
      const image = imageName(index, bytes)
      await writeNew(join(folder, 'images', image), bytes)
      await file.write(`${index > 0 ? ',' : ''}\n  ${JSON.stringify(image)}: ${JSON.stringify(label)}`)
    },
    async finish() {
      await file.write('\n}\n')
      await file.sync()
      await file.close()
    },
    abandon: () => file.close(),
  }
}

function folderSink(folder: string): Sink {
  /** How often a label has come; case is ignored because some file systems do. */
  const seen = new Map<string, number>()
  return {
    async add({ label, bytes }) {
      const number = (seen.get(label.toLowerCase()) ?? 0) + 1
      const name = labelToName(label, number)
      if (name === null) throw new LabelError(`no file can be named after the label ${show(label)}`)
      await writeNew(join(folder, `${name}.${imageEnding(bytes)}`), bytes)
      seen.set(label.toLowerCase(), number)
    },
    finish: async () => {},
    abandon: async () => {},
  }
}

/** Keys must come in order, and all images come before all labels: labels wait in a file of their own. */
async function lmdbSink(folder: string): Promise<Sink> {
  const database = await LmdbWriter.create(join(folder, 'data.mdb'))
  const waiting = join(folder, 'labels')
  const labels = await open(waiting, 'wx+')
  let count = 0
  return {
    async add({ label, bytes }, index) {
      await database.put(lmdbKey('image', index), bytes)
      const text = Buffer.from(label)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(text.length)
      await labels.write(Buffer.concat([length, text]))
      count = index + 1
    },
    async finish() {
      for await (const [index, label] of readBack(labels, count)) await database.put(lmdbKey('label', index), label)
      await database.put('num-samples', Buffer.from(String(count)))
      await database.finish()
      await labels.close()
      await rm(waiting)
    },
    async abandon() {
      await database.abandon()
      await labels.close()
    },
  }
}

async function* readBack(file: FileHandle, count: number): AsyncGenerator<[number, Buffer]> {
  const CHUNK = 1 << 20
  let [chunk, place, position] = [Buffer.alloc(0), 0, 0]
  const take = async (length: number): Promise<Buffer> => {
    if (place + length > chunk.length) {
      chunk = Buffer.alloc(Math.max(CHUNK, length))
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
      chunk = chunk.subarray(0, bytesRead)
      place = 0
    }
    position += length
    place += length
    return chunk.subarray(place - length, place)
  }
  for (let index = 0; index < count; index++) {
    const length = (await take(4)).readUInt32LE()
    yield [index, await take(length)]
  }
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
}

function imageName(index: number, bytes: Uint8Array): string {
  return `${String(index + 1).padStart(9, '0')}.${imageEnding(bytes)}`
}

const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['png', /^\x89PNG/],
  ['jpg', /^\xff\xd8\xff/],
  ['gif', /^GIF8/],
  ['bmp', /^BM/],
  ['webp', /^RIFF.{4}WEBP/s],
  ['tiff', /^(II\*\0|MM\0\*)/],
  ['avif', /^.{4}ftypavi/s],
]

/** A file's ending by its first bytes; `img` where they say nothing. */
function imageEnding(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  return SIGNATURES.find(([, pattern]) => pattern.test(head))?.[0] ?? 'img'
}

function show(label: string): string {
  return `${JSON.stringify(label.slice(0, 60))}${label.length > 60 ? ` (${label.length} characters)` : ''}`
}

/** The images that a command is to read: files, folders, patterns, standard input. */
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { glob, isDynamicPattern } from 'tinyglobby'
import { IMAGE_NAME } from '../image/decode.ts'
import { looksLikeImages, splitImages } from '../image/image-stream.ts'
import { isNoPath } from '../recognize/image-source.ts'
import { type ProgressLine, progressLine } from './progress.ts'

/** The path of an image, or an image of standard input with its number for a name. */
export type Source = string | File

export const nameOf = (source: Source) => (typeof source === 'string' ? source : source.name)

/**
 * Files as they are named, the images of folders at any depth in the order of their names, those of patterns that the shell
 * left as they are, and what comes on standard input.
 */
export async function* findImages(files: readonly string[]): AsyncGenerator<Source> {
  for (const file of files) {
    if (file === '-') {
      yield* readStandardInput()
      continue
    }
    if (isNoPath(file)) {
      yield file
      continue
    }
    const found = await stat(file).catch(() => null)
    if (found?.isDirectory()) {
      const names = (await readdir(file, { recursive: true })).filter((name) => IMAGE_NAME.test(name)).sort()
      if (names.length === 0) complain(`${file}: holds no image`)
      for (const name of names) yield join(file, name)
    } else if (found === null && isDynamicPattern(file)) {
      const paths = (await glob(file, { absolute: isAbsolute(file) })).filter((path) => IMAGE_NAME.test(path)).sort()
      if (paths.length === 0) complain(`${file}: no image matches`)
      yield* paths
    } else yield file
  }
}

/** Images one after another, `stdin:1`, `stdin:2` and so on; or the lines of a text, each a path. */
async function* readStandardInput(): AsyncGenerator<Source> {
  const chunks: AsyncIterator<Uint8Array> = process.stdin[Symbol.asyncIterator]()
  const { value: first } = await chunks.next()
  if (first === undefined) {
    complain('standard input: holds nothing')
    return
  }
  const all = (async function* () {
    yield first
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  })()
  if (!looksLikeImages(first)) {
    for await (const line of createInterface({ input: Readable.from(all) })) if (line !== '') yield line
    return
  }
  let count = 0
  for await (const bytes of splitImages(all)) yield new File([bytes], `stdin:${++count}`)
}

export interface FoundImages {
  readonly images: AsyncIterable<Source> | readonly Source[]
  /** Null where none is shown. */
  readonly progress: ProgressLine | null
}

interface ProgressOptions {
  /** Whether what is printed comes at the end, so that a line of progress may stand before it. */
  readonly atEnd: boolean
  /** As many take no while. */
  readonly few: number
  /** What is counted: `words`, `photographs`. */
  readonly what: string
}

/**
 * A line of progress where there are more than a few, and nothing is printed on the same terminal meanwhile. Paths on standard
 * input come while others are read: how many there will be nobody knows.
 */
export async function findWithProgress(
  files: readonly string[],
  { atEnd, few, what }: ProgressOptions,
): Promise<FoundImages> {
  const isFree = process.stderr.isTTY && (atEnd || !process.stdout.isTTY)
  if (!isFree || files.includes('-')) return { images: findImages(files), progress: null }
  const images: Source[] = []
  for await (const path of findImages(files)) images.push(path)
  return { images, progress: images.length > few ? progressLine(images.length, what) : null }
}

/** Says what is wrong, and that the command failed. */
export function complain(message: string): void {
  console.error(`safl: ${message}`)
  process.exitCode = 1
}

/** The images that `safl queue enqueue` puts into a queue. */

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { FILE_KEYS } from '../data/csv-rows.ts'
import { openDataset } from '../data/dataset.ts'
import type { JobImage } from '../queue/job.ts'
import { isNoPath } from '../recognize/image-source.ts'
import { findImages } from './find-images.ts'

/**
 * Of files, folders and patterns as `findImages` has them, of `lmdb:PATH` and of `jsonl:FILE`, one after another. With `bytes`
 * their content comes along; that of an LMDB and of standard input always does.
 */
export async function* queuedImages(sources: readonly string[], bytes: boolean): AsyncGenerator<JobImage> {
  for (const source of sources) {
    if (source.startsWith('lmdb:')) {
      yield* lmdbImages(source.slice('lmdb:'.length))
      continue
    }
    const found = source.startsWith('jsonl:') ? listedImages(source.slice('jsonl:'.length)) : findImages([source])
    for await (const image of found) {
      if (typeof image !== 'string')
        yield { name: image.name, base64: Buffer.from(await image.arrayBuffer()).toString('base64') }
      else yield bytes ? await withBytes(image) : { name: image }
    }
  }
}

async function withBytes(name: string): Promise<JobImage> {
  // What is no path has its reason from the recogniser.
  if (isNoPath(name)) return { name }
  try {
    return { name, base64: (await readFile(name)).toString('base64') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { name, error: `${name}: ${code === 'ENOENT' ? 'no such file' : message}` }
  }
}

async function* lmdbImages(path: string): AsyncGenerator<JobImage> {
  const dataset = await openDataset({ kind: 'lmdb', path })
  try {
    for (let index = 0; index < dataset.length; index++) {
      const name = dataset.nameOf(index)
      try {
        yield { name, base64: Buffer.from(await dataset.bytes(index)).toString('base64') }
      } catch (error) {
        yield { name, error: (error as Error).message }
      }
    }
  } finally {
    await dataset.close()
  }
}

/** Lines are JSON texts, each a path, or objects with one; relative to the list's folder. */
async function* listedImages(list: string): AsyncGenerator<string> {
  const input = createReadStream(list)
  let number = 0
  try {
    for await (const line of createInterface({ input })) {
      number++
      if (line.trim() === '') continue
      const path = pathOf(line)
      if (path === null)
        throw new Error(
          `${list}, line ${number}: names no file; a line is {"path": "a.png"}, with one of ${FILE_KEYS.join(', ')}`,
        )
      const isRelative = !isNoPath(path)
      yield isRelative ? relativeTo(list, path) : path
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === 'ENOENT' ? new Error(`${list}: no such list`) : error
  }
}

function relativeTo(list: string, path: string): string {
  const folder = dirname(list)
  return folder === '.' || isAbsolute(path) ? path : join(folder, path)
}

function pathOf(line: string): string | null {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'string') return value
    if (typeof value !== 'object' || value === null) return null
    const fields = new Map(Object.entries(value))
    return FILE_KEYS.map((key) => fields.get(key)).find((each) => typeof each === 'string' && each !== '') ?? null
  } catch {
    return null
  }
}

/** Reads the images of one job. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ImageSource } from '../recognize/image-source.ts'
import type { SceneTextRecognizer } from '../recognize/recognizer.ts'
import type { JobImage, JobRecord } from './job.ts'
import type { RunPlan } from './run.ts'

/** What a file system may answer now and not in a second. */
const PASSING: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'ECONNRESET',
  'EHOSTDOWN',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOMEM',
  'ENOTCONN',
  'ESTALE',
  'ETIMEDOUT',
])

export interface JobReading {
  readonly images: readonly JobImage[]
  readonly plan: RunPlan
  /** Whether nobody will try again: what may pass is then the image's own error. */
  readonly isLast: boolean
}

/**
 * A record of each image: one that cannot be read has its reason, and the others are read. Rejects, unless it is the last try,
 * with what may pass: a file system that does not answer, or that has not one of the files, as one that is not mounted.
 */
export async function readJob(
  recognizer: Pick<SceneTextRecognizer, 'recognizeStream'>,
  { images, plan, isLast }: JobReading,
): Promise<JobRecord[]> {
  const records = new Array<JobRecord>(images.length)
  const places: number[] = []
  const missing: string[] = []
  const open = async (name: string): Promise<ImageSource> => {
    const path = resolve(plan.folder, name)
    try {
      return new File([await readFile(path)], name)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (PASSING.has(code) && !isLast) throw new Error(`${name}: cannot be read now (${code})`)
      if (code === 'ENOENT') missing.push(name)
      // The recogniser says what is wrong with it.
      return code === 'ENOENT' ? name : path
    }
  }
  const sources = async function* (): AsyncGenerator<ImageSource> {
    for (const [place, { name, base64, error }] of images.entries()) {
      if (error !== undefined) {
        records[place] = { path: name, error }
        continue
      }
      const source = base64 === undefined ? await open(name) : new File([Buffer.from(base64, 'base64')], name)
      places.push(place)
      yield source
    }
  }
  let count = 0
  for await (const each of recognizer.recognizeStream(sources(), plan.reading)) {
    const place = places[count++]!
    const { name: path } = images[place]!
    if ('recognition' in each) records[place] = { path, ...each.recognition }
    else {
      const whole = resolve(plan.folder, path)
      const { message } = each.error
      records[place] = { path, error: message.startsWith(whole) ? `${path}${message.slice(whole.length)}` : message }
    }
  }
  if (missing.length > 1 && missing.length === images.length && !isLast)
    throw new Error(`${missing[0]}: no such file, and none of the ${images.length} files of its job`)
  return records
}

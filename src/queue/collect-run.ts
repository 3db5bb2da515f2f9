/** Writes what was read of a run, in the order of its images, to a file of JSON lines. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type JobData, type JobRecord, jobId } from './job.ts'
import { LineFile } from './line-file.ts'
import { type RunPlan, RunStore } from './run.ts'

export interface CollectOptions {
  readonly redis: Redis
  readonly queue: string
  readonly run: string
  /** Lines that are there already are not written again. */
  readonly file: string
  /** Whether to wait for what is not read yet. */
  readonly follow: boolean
  /** Whether to take from Redis what is on the disk, and the run when all is. */
  readonly remove: boolean
  readonly signal: AbortSignal
  /** Told how many lines the file has, of how many; null where images are still being enqueued. */
  readonly onProgress?: (lines: number, images: number | null) => void
}

export interface Collected {
  /** Lines of the file. */
  readonly lines: number
  /** Images of the run so far. */
  readonly images: number
  /** Whether the file has all, and no more will come. */
  readonly isWhole: boolean
  /** Images that could not be read, of those that this call wrote. */
  readonly failures: number
}

/** Jobs whose results are asked for together, and how long to wait where the next has none, milliseconds. */
const [MOST_JOBS, PAUSE] = [64, 200]

/** What every line begins with. */
const LINE = '{"path":"'

/** Rejects where there is no such run, or the file is of another one. */
export async function collectRun(options: CollectOptions): Promise<Collected> {
  const { redis, queue: name, run, file } = options
  const store = new RunStore(redis, name)
  const plan = await store.plan(run)
  if (plan === null) throw new Error(unknownRun(options, await store.list()))
  const queue = new Queue<JobData>(name, { connection: redis })
  queue.on('error', () => {})
  const lines = await LineFile.open(file)
  try {
    return await new Collector(options, { store, queue, plan, lines }).all()
  } finally {
    await lines.close()
    await queue.close()
  }
}

interface Parts {
  readonly store: RunStore
  readonly queue: Queue<JobData>
  readonly plan: RunPlan
  readonly lines: LineFile
}

class Collector {
  private readonly options: CollectOptions
  private readonly parts: Parts
  private failures = 0

  constructor(options: CollectOptions, parts: Parts) {
    this.options = options
    this.parts = parts
  }

  async all(): Promise<Collected> {
    const { run, follow, remove, signal, onProgress } = this.options
    const { store, lines } = this.parts
    await this.checkFile()
    while (true) {
      const { jobs, images, isWhole } = await store.state(run)
      const written = await this.writeNext(jobs)
      onProgress?.(lines.count, isWhole ? images : null)
      const isDone = isWhole && lines.count === images
      if (isDone || signal.aborted || (written === 0 && !follow)) {
        await lines.sync()
        if (isDone && remove) await this.removeAll(jobs)
        return { lines: lines.count, images, isWhole: isDone, failures: this.failures }
      }
      if (written === 0) await sleep(PAUSE, undefined, { signal }).catch(() => {})
    }
  }

  /** Results of the next jobs, up to the first that has none. Gives how many lines were written. */
  private async writeNext(jobs: number): Promise<number> {
    const { lines, plan } = this.parts
    const first = Math.floor(lines.count / plan.jobSize)
    const numbers = Array.from({ length: Math.min(MOST_JOBS, jobs - first) }, (_, place) => first + place)
    const results = await this.results(numbers)
    const texts: string[] = []
    let skipped = lines.count % plan.jobSize
    for (const records of results) {
      for (const record of records.slice(skipped)) {
        if ('error' in record) this.failures++
        texts.push(JSON.stringify(record))
      }
      skipped = 0
    }
    await lines.append(texts)
    if (this.options.remove && texts.length > 0) await this.removeBefore(first)
    return texts.length
  }

  private async results(numbers: readonly number[]): Promise<JobRecord[][]> {
    if (numbers.length === 0) return []
    const { redis, run } = this.options
    const { queue } = this.parts
    const asked = redis.pipeline()
    for (const number of numbers)
      asked.hmget(queue.toKey(jobId(run, number)), 'timestamp', 'finishedOn', 'returnvalue', 'failedReason')
    const found: JobRecord[][] = []
    for (const [place, [error, fields]] of (await asked.exec())!.entries()) {
      if (error) throw error
      const [timestamp, finishedOn, value, reason] = fields as (string | null)[]
      const id = jobId(run, numbers[place]!)
      if (!timestamp) throw new Error(`--run ${run}: its job ${id} is not in Redis any more; enqueue a run anew`)
      if (!finishedOn) break
      found.push(value ? (JSON.parse(value) as JobRecord[]) : await this.failed(id, reason ?? 'failed'))
    }
    return found
  }

  /** Of a job that was given up every image has the reason. */
  private async failed(id: string, reason: string): Promise<JobRecord[]> {
    const { queue } = this.parts
    const { images } = JSON.parse((await this.options.redis.hget(queue.toKey(id), 'data'))!) as JobData
    return images.map(({ name, error }) => ({ path: name, error: error ?? `${name}: ${reason}` }))
  }

  /** That the file is a beginning of the run's: its last line is of the run's image in its place. */
  private async checkFile(): Promise<void> {
    const { lines, plan, store } = this.parts
    // Somebody may have named a picture.
    if (!lines.begun.startsWith(LINE.slice(0, lines.begun.length)))
      throw new Error(this.foreign('what comes after its last whole line is no line of a run'))
    if (lines.count === 0) return
    const { images, isWhole } = await store.state(this.options.run)
    if (lines.count > images) throw new Error(this.foreign(`it has ${lines.count} lines, the run ${images} images`))
    // A call that was to remove the run may have been ended when all its jobs were gone.
    if (this.options.remove && isWhole && lines.count === images) return
    const place = lines.count - 1
    const [records] = await this.results([Math.floor(place / plan.jobSize)])
    const expected = records?.[place % plan.jobSize]
    if (expected === undefined || JSON.stringify(expected) !== lines.last)
      throw new Error(this.foreign(`line ${lines.count} is not what was read of the run's image ${lines.count}`))
  }

  private foreign(why: string): string {
    const { file, run } = this.options
    return `${file}: is no beginning of run ${run}: ${why}; name another file`
  }

  private removed = 0

  /** The last job of the file stays, by which a later call knows it. */
  private async removeBefore(end: number): Promise<void> {
    await this.parts.lines.sync()
    await this.remove(this.removed, end)
    this.removed = Math.max(this.removed, end)
  }

  private async removeAll(jobs: number): Promise<void> {
    const { run } = this.options
    await this.remove(this.removed, jobs)
    await this.parts.store.forget(run)
  }

  private async remove(start: number, end: number): Promise<void> {
    const { queue } = this.parts
    for (let from = start; from < end; from += MOST_JOBS) {
      const numbers = Array.from({ length: Math.min(MOST_JOBS, end - from) }, (_, place) => from + place)
      await Promise.all(numbers.map((number) => queue.remove(jobId(this.options.run, number))))
    }
  }
}

function unknownRun({ run, queue }: CollectOptions, known: readonly string[]): string {
  const others =
    known.length > 0 ? `it has ${known.slice(0, 10).join(', ')}` : 'it has none; safl queue enqueue begins one'
  return `--run ${run}: the queue ${queue} has no such run; ${others}`
}

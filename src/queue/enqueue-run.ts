/** Puts the images of a run into the queue. */
import { createHash } from 'node:crypto'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type JobData, type JobImage, jobOptions } from './job.ts'
import { pack, type RunPlan, type RunState, RunStore } from './run.ts'

export interface EnqueueOptions {
  readonly redis: Redis
  readonly queue: string
  readonly run: string
  readonly plan: RunPlan
  readonly images: AsyncIterable<JobImage> | Iterable<JobImage>
  /** Told how many images are in the queue. */
  readonly onProgress?: (images: number) => void
}

export interface Enqueued {
  readonly images: number
  readonly jobs: number
  /** Images that were in the queue before. */
  readonly before: number
}

/** Jobs that are sent together, and how many characters of them at most. */
const [MOST_JOBS, MOST_CHARACTERS] = [200, 8_000_000]

/**
 * In the order of the images. What is in the queue from an earlier call is not put there again: a call that was ended goes on.
 * Rejects where the run was begun with other images or options.
 */
export async function enqueueRun(options: EnqueueOptions): Promise<Enqueued> {
  const { redis, queue: name, run, plan } = options
  const store = new RunStore(redis, name)
  checkSame(run, plan, await store.begin(run, plan))
  const queue = new Queue<JobData>(name, { connection: redis })
  queue.on('error', () => {})
  try {
    const state = await store.state(run)
    const done = await new Enqueuer(options, { store, queue, state }).all()
    if (done.images === 0) throw new Error(`--run ${run}: there is no image to read; nothing was enqueued`)
    await store.finish(run)
    return { ...done, before: state.images }
  } catch (error) {
    // What failed before its first image leaves no run behind.
    if ((await store.state(run)).images === 0) await store.forget(run)
    throw error
  } finally {
    await queue.close()
  }
}

interface Target {
  readonly store: RunStore
  readonly queue: Queue<JobData>
  /** Where an earlier call came to. */
  readonly state: RunState
}

class Enqueuer {
  private readonly options: EnqueueOptions
  private readonly target: Target
  private readonly hash = createHash('sha256')
  private group: JobImage[] = []
  private waiting: JobImage[][] = []
  private characters = 0
  private images = 0
  private jobs = 0

  constructor(options: EnqueueOptions, target: Target) {
    this.options = options
    this.target = target
  }

  async all(): Promise<{ images: number; jobs: number }> {
    const { state } = this.target
    for await (const image of this.options.images) {
      this.images++
      this.hash.update(`${image.name}\n${image.base64 ?? ''}\n`)
      if (this.images <= state.images) {
        if (this.images === state.images) this.checkBefore()
        continue
      }
      // A last job that is not full ends a run, also where an earlier call was ended before it said so.
      if (state.isWhole || state.images % this.options.plan.jobSize > 0) this.refuse()
      this.group.push(image)
      this.characters += image.name.length + (image.base64?.length ?? 0)
      if (this.group.length === this.options.plan.jobSize) await this.close()
    }
    if (this.images < state.images) this.refuse()
    if (this.group.length > 0) await this.close()
    await this.send()
    return { images: this.images, jobs: this.jobs }
  }

  private checkBefore(): void {
    const { state } = this.target
    if (this.digest() !== state.digest) this.refuse()
    this.jobs = state.jobs
  }

  private digest(): string {
    return this.hash.copy().digest('hex')
  }

  private async close(): Promise<void> {
    this.waiting.push(this.group)
    this.group = []
    if (this.waiting.length >= MOST_JOBS || this.characters >= MOST_CHARACTERS) await this.send()
  }

  /** First the jobs, then how far they go: what is sent twice has the same ids, and is there once. */
  private async send(): Promise<void> {
    if (this.waiting.length === 0) return
    const { run, onProgress } = this.options
    const jobs = this.waiting.map((images, place) => ({
      name: 'read',
      data: { run, images },
      opts: jobOptions(run, this.jobs + place),
    }))
    await this.target.queue.addBulk(jobs)
    this.jobs += jobs.length
    this.waiting = []
    this.characters = 0
    await this.target.store.advance(run, { jobs: this.jobs, images: this.images, digest: this.digest() })
    onProgress?.(this.images)
  }

  private refuse(): never {
    throw new Error(
      `--run ${this.options.run}: has other images in the queue, of an earlier call; give this one another name`,
    )
  }
}

function checkSame(run: string, plan: RunPlan, before: RunPlan): void {
  const flat = ({ load, reading, ...others }: RunPlan) => ({ ...others, ...load, ...reading })
  const [now, then] = [plan, before].map((each) => Object.entries(flat(JSON.parse(pack(each)))))
  const texts = new Map(then!.map(([name, value]) => [name, JSON.stringify(value)]))
  const added = now!.find(([name, value]) => texts.get(name) !== JSON.stringify(value))
  const left = then!.find(([name]) => !now!.some(([other]) => other === name))
  const [other] = added ?? left ?? []
  if (other !== undefined) throw new Error(`--run ${run}: was begun with another ${other}; give this one another name`)
}

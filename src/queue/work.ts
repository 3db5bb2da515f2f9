/** A worker: reads jobs of a queue, whatever run they belong to, until it is told to stop. */
import { MetricsTime, WaitingError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { SaflError } from '../error.ts'
import { ATTEMPTS, type JobData, type JobRecord, MOST_STALLS } from './job.ts'
import { readJob } from './read-job.ts'
import { LoadError, RecognizerShelf } from './recognizer-shelf.ts'
import { type RunPlan, RunStore } from './run.ts'

export interface WorkOptions {
  readonly redis: Redis
  readonly queue: string
  /** Jobs that are read at once, each by a recogniser of its own. */
  readonly concurrency: number
  /** Of the runtime, for each of these. */
  readonly threads: number
  /** How long after a worker is gone its jobs go to another, seconds. */
  readonly stalledAfter: number
  /** Told of what goes wrong and is tried again. */
  readonly onTrouble: (message: string) => void
}

export interface QueueWorker {
  /** Images that were read, or found to be none. */
  readonly images: number
  /** Rejects where this machine cannot read what is in the queue. */
  readonly failed: Promise<never>
  /** Takes no more, finishes what it has, and frees everything. */
  stop(): Promise<void>
}

/** Runs whose plans, with lexicons, are kept in memory. */
const KEPT_PLANS = 8

export function startWork(options: WorkOptions): QueueWorker {
  const { redis, queue, concurrency, threads, stalledAfter, onTrouble } = options
  const shelf = new RecognizerShelf(threads)
  const plans = new PlanCache(new RunStore(redis, queue))
  let images = 0
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})
  const worker = new Worker<JobData, JobRecord[]>(
    queue,
    async (job, token) => {
      try {
        const plan = await plans.get(job.data.run)
        const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? ATTEMPTS)
        const records = await shelf.use(plan.load, (recognizer) =>
          readJob(recognizer, { images: job.data.images, plan, isLast }),
        )
        images += records.length
        return records
      } catch (error) {
        if (!(error instanceof LoadError)) throw error
        // Another machine may have what this one lacks.
        void worker.pause(true)
        await job.moveToWait(token)
        fail(new Error(`run ${job.data.run}: cannot be read here: ${error.message}`))
        throw new WaitingError()
      }
    },
    {
      connection: redis,
      concurrency,
      lockDuration: stalledAfter * 1000,
      stalledInterval: stalledAfter * 1000,
      maxStalledCount: MOST_STALLS,
      metrics: { maxDataPoints: MetricsTime.ONE_WEEK },
    },
  )
  worker.on('error', (error) => onTrouble(error.message))
  worker.on('failed', (job, error) => onTrouble(`job ${job?.id}: ${error.message}`))
  return {
    get images() {
      return images
    },
    failed,
    async stop() {
      await worker.close()
      await shelf.dispose()
    },
  }
}

class PlanCache {
  private readonly store: RunStore
  private readonly plans = new Map<string, RunPlan>()

  constructor(store: RunStore) {
    this.store = store
  }

  /** Rejects with a `LoadError` where the run's options are none of this version. */
  async get(run: string): Promise<RunPlan> {
    const known = this.plans.get(run)
    if (known) return known
    const plan = await this.store.plan(run).catch((error: unknown) => {
      throw error instanceof SaflError ? new LoadError(error.message) : error
    })
    if (plan === null) throw new Error(`run ${run}: nothing is known of it`)
    this.plans.set(run, plan)
    if (this.plans.size > KEPT_PLANS) this.plans.delete(this.plans.keys().next().value!)
    return plan
  }
}

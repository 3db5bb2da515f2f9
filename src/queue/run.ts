/** A run: images that are read alike, with a name. What is known of it, beside its jobs, is a hash in Redis. */
import type { Redis } from 'ioredis'
import { checkLoadOptions, checkRecognizeOptions } from '../recognize/check-options.ts'
import type { LoadOptions, RecognizeOptions } from '../recognize/reading-options.ts'

/** What a worker loads. */
export type RunLoad = Pick<LoadOptions, 'preset' | 'decoder' | 'precision'> & { readonly model?: string }
/** How it reads. */
export type RunReading = Omit<RecognizeOptions, 'signal' | 'geometry' | 'attention'>

/** What stays as it is from the first job on. */
export interface RunPlan {
  /** What names of images are relative to. */
  readonly folder: string
  /** Images of a job; the last has what is left. */
  readonly jobSize: number
  /** Whether the queue holds the images themselves. */
  readonly bytes: boolean
  readonly load: RunLoad
  readonly reading: RunReading
}

/** How far its images are in the queue. */
export interface RunState {
  readonly jobs: number
  readonly images: number
  /** Of the names, and bytes where there are some, of all images so far. */
  readonly digest: string
  /** Whether there will be no more. */
  readonly isWhole: boolean
}

/** Never goes back, also where two put the same run into the queue at once. */
const ADVANCE = `
if tonumber(redis.call('HGET', KEYS[1], 'images') or '-1') > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'jobs', ARGV[1], 'images', ARGV[2], 'digest', ARGV[3])
return 1`

export class RunStore {
  private readonly redis: Redis
  private readonly queue: string

  constructor(redis: Redis, queue: string) {
    this.redis = redis
    this.queue = queue
  }

  /** The plan that stands in Redis: the given one where there was none. */
  async begin(run: string, plan: RunPlan): Promise<RunPlan> {
    await this.redis.hsetnx(this.key(run), 'plan', pack(plan))
    await this.redis.sadd(this.listKey, run)
    return (await this.plan(run))!
  }

  /** Null where there is no such run. Its options are checked by the recogniser's own rules. */
  async plan(run: string): Promise<RunPlan | null> {
    const text = await this.redis.hget(this.key(run), 'plan')
    if (text === null) return null
    const plan = unpack(text)
    checkLoadOptions(plan.load)
    checkRecognizeOptions(plan.reading)
    return plan
  }

  async state(run: string): Promise<RunState> {
    const [jobs, images, digest, whole] = await this.redis.hmget(this.key(run), 'jobs', 'images', 'digest', 'whole')
    return { jobs: Number(jobs ?? 0), images: Number(images ?? 0), digest: digest ?? '', isWhole: whole === '1' }
  }

  async advance(run: string, { jobs, images, digest }: Omit<RunState, 'isWhole'>): Promise<void> {
    await this.redis.eval(ADVANCE, 1, this.key(run), jobs, images, digest)
  }

  async finish(run: string): Promise<void> {
    await this.redis.hset(this.key(run), 'whole', '1')
  }

  /** Names of all runs of the queue. */
  async list(): Promise<string[]> {
    return (await this.redis.smembers(this.listKey)).sort()
  }

  /** Its jobs are not touched. */
  async forget(run: string): Promise<void> {
    await this.redis.del(this.key(run))
    await this.redis.srem(this.listKey, run)
  }

  private key(run: string): string {
    return `safl:${this.queue}:run:${run}`
  }

  private get listKey(): string {
    return `safl:${this.queue}:runs`
  }
}

/** A prior is a map, which JSON has none of. */
export function pack(plan: RunPlan): string {
  return JSON.stringify(plan, (_, value) => (value instanceof Map ? { map: [...value] } : value))
}

function unpack(text: string): RunPlan {
  const isMap = (value: unknown): value is { map: [string, number][] } =>
    typeof value === 'object' && value !== null && Array.isArray((value as { map?: unknown }).map)
  return JSON.parse(text, (_, value) => (isMap(value) ? new Map(value.map) : value)) as RunPlan
}

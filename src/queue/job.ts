/** What stands in a queue: jobs of several images each, of runs by their names. */
import type { JobsOptions } from 'bullmq'
import type { Recognition } from '../recognize/recognition.ts'

/** An image of a job: a file by its path, the bytes of one, or why there are none. */
export interface JobImage {
  /** As it was named, relative to the run's folder. */
  readonly name: string
  readonly base64?: string
  readonly error?: string
}

export interface JobData {
  readonly run: string
  readonly images: readonly JobImage[]
}

/** What comes out, in the order of the job's images: the lines of `safl recognize --jsonl`. */
export type JobRecord = ({ readonly path: string } & Recognition) | { readonly path: string; readonly error: string }

/** Times that a job is begun where what hinders it can pass, and what it waits before the second, milliseconds. */
export const ATTEMPTS = 5
const FIRST_WAIT = 1_000

/** Times that a job may be in the hands of a worker that ends: then its images are given up, as they may be the reason. */
export const MOST_STALLS = 5

/** The same for the same image of the same run: a queue takes no job twice. Numbers alone are the queue's own. */
export const jobId = (run: string, number: number) => `${run}.${number}`

export const jobOptions = (run: string, number: number): JobsOptions => ({
  jobId: jobId(run, number),
  attempts: ATTEMPTS,
  backoff: { type: 'exponential', delay: FIRST_WAIT, jitter: 0.5 },
})

/** Throws where a run or a queue has no name that keys and ids can hold. */
export function checkName(option: string, name: string): void {
  if (!/^[\w-][\w.-]{0,99}$/.test(name))
    throw new Error(`${option} ${name}: must be up to 100 letters, digits, dots, dashes and underscores`)
}

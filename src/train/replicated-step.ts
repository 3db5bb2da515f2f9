/**
 * Data parallelism on a CPU: a batch is cut into as many parts as the model has replicas, each in a thread of its own, and
 * the step's gradient is the mean of theirs. Threads that share every product wait for each other at each of them; replicas
 * meet once a step. Batch norm sees a part of the batch, as in every training on several devices. (Node)
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import * as runtime from 'onnxruntime-node'
import type { AnyPreset, Preset } from '../config.ts'
import { deriveSeed } from '../random.ts'
import { startThread, workerEntry } from '../start-thread.ts'
import type { TaskBatch, TaskLosses } from './task.ts'
import type { LossesOf } from './tasks.ts'
import { type StepInput, type StepResult, TrainingStep } from './training-step.ts'
import { addTimes } from './vector-kernel.ts'

/** What a replica's thread starts with. The vectors are shared memory: weights and statistics in, the others out. */
export interface ReplicaOptions {
  readonly preset: AnyPreset
  readonly threads: number
  readonly weights: Float32Array
  readonly statistics: Float32Array
  readonly gradient: Float32Array
  readonly newStatistics: Float32Array
}

/** To the thread: a part of a batch; null ends it. */
export type ReplicaRequest = { readonly batch: TaskBatch; readonly step: number } | null
export type ReplicaReply = { readonly losses: TaskLosses } | { readonly error: string }

/** A preset's training step on the CPU; `threads` of the runtime in all, by default as many as there are cores. */
export function openTrainingStep<P extends AnyPreset = Preset>(preset: P, threads?: number): TrainingStep<P> {
  return preset.training.replicas > 1
    ? new ReplicatedStep(preset, { threads: threads ?? availableParallelism() })
    : new TrainingStep(preset, runtime, threads === undefined ? {} : { threads })
}

export interface ReplicatedOptions {
  /** Of the runtime, for all replicas. */
  readonly threads: number
  /** Which of the preset's replicas these are; all when absent. */
  readonly which?: { readonly first: number; readonly count: number }
}

export class ReplicatedStep<P extends AnyPreset> extends TrainingStep<P> {
  private readonly replicas: readonly Replica[]
  private readonly weights: Float32Array
  private readonly oldStatistics: Float32Array
  private readonly meanGradient: Float32Array

  constructor(preset: P, { threads, which = { first: 0, count: preset.training.replicas } }: ReplicatedOptions) {
    super(preset, runtime)
    const { first, count } = which
    this.weights = shared(this.parameterCount)
    this.oldStatistics = shared(this.statisticCount)
    this.meanGradient = new Float32Array(this.parameterCount)
    this.replicas = Array.from(
      { length: count },
      (_, place) =>
        new Replica({
          preset: replicaPreset(preset, first + place),
          threads: Math.max(1, Math.floor(threads / count)),
          weights: this.weights,
          statistics: this.oldStatistics,
          gradient: shared(this.parameterCount),
          newStatistics: shared(this.statisticCount),
        }),
    )
  }

  override async run({ weights, statistics, batch, step }: StepInput<P>): Promise<StepResult<P>> {
    this.weights.set(weights)
    this.oldStatistics.set(statistics)
    const count = this.replicas.length
    const replies = await Promise.all(
      this.replicas.map((replica, place) => replica.run({ batch: this.task.part(batch, place, count), step })),
    )
    const losses = replies.map((reply) => {
      if ('error' in reply) throw new Error(reply.error)
      return reply.losses as unknown as Readonly<Record<string, number>>
    })
    const means = this.task.lossNames.map((name) => [name, losses.reduce((sum, each) => sum + each[name]!, 0) / count])
    return {
      ...(Object.fromEntries(means) as unknown as LossesOf<P>),
      gradient: meanOf(
        this.replicas.map(({ gradient }) => gradient),
        this.meanGradient,
      ),
      statistics: meanOf(
        this.replicas.map(({ newStatistics }) => newStatistics),
        new Float32Array(this.statisticCount),
      ),
    }
  }

  override async dispose(): Promise<void> {
    await super.dispose()
    await Promise.all(this.replicas.map((replica) => replica.close()))
  }
}

/** What one replica computes by: each draws dropout masks of its own. */
export function replicaPreset<P extends AnyPreset>(preset: P, replica: number): P {
  return { ...preset, training: { ...preset.training, seed: deriveSeed(preset.training.seed, replica) } }
}

/** One thread, which answers one request at a time. */
class Replica {
  readonly gradient: Float32Array
  readonly newStatistics: Float32Array
  private readonly worker: Worker
  private readonly ended: Promise<unknown>
  private settle: (reply: ReplicaReply) => void = () => {}
  private failure: ReplicaReply | null = null

  constructor(options: ReplicaOptions) {
    this.gradient = options.gradient
    this.newStatistics = options.newStatistics
    this.worker = startThread(workerEntry(import.meta.url, 'replica-worker'), options)
    this.ended = once(this.worker, 'exit')
    this.worker.on('message', (reply: ReplicaReply) => this.settle(reply))
    this.worker.on('error', ({ message }) => {
      this.failure = { error: message }
      this.settle(this.failure)
    })
  }

  async run(request: ReplicaRequest): Promise<ReplicaReply> {
    const answered = new Promise<ReplicaReply>((resolve) => {
      this.settle = resolve
      this.worker.postMessage(request)
    })
    return this.failure ?? (await answered)
  }

  async close(): Promise<void> {
    this.worker.postMessage(null satisfies ReplicaRequest)
    await this.ended
  }
}

function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))
}

/**
 * The mean of vectors, in the place of `mean`; overwrites the others. Pairs are added up, then pairs of these: so two ranks
 * with half of the replicas each come to the same sums.
 */
function meanOf([first, ...others]: readonly Float32Array[], mean: Float32Array): Float32Array {
  mean.set(first!)
  const sums = [mean, ...others]
  const { length } = sums
  for (let apart = 1; apart < length; apart *= 2) {
    const share = 2 * apart >= length ? 1 / length : 1
    for (let place = 0; place + apart < length; place += 2 * apart)
      addTimes({ sum: sums[place]!, other: sums[place + apart]! }, { share })
  }
  return mean
}

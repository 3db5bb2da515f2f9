/**
 * Data parallelism on CPUs: a batch is cut into as many parts as the model has replicas, each in a thread of its own, and
 * the step's gradient is the mean of theirs. Threads that share every product wait for each other at each of them; replicas
 * meet once a step. Batch norm sees a part of the batch, as in every training on several devices. Several machines share the
 * replicas, as many each. (Node)
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import * as runtime from 'onnxruntime-node'
import type { AnyPreset, Preset } from '../config.ts'
import { startThread, workerEntry } from '../start-thread.ts'
import { type Communicator, exchange } from './communicator.ts'
import { Muon } from './muon.ts'
import type { TaskBatch, TaskLosses } from './task.ts'
import type { LossesOf } from './tasks.ts'
import { type StepInput, type StepResult, type StepVectors, TrainingStep } from './training-step.ts'
import { addTimes } from './vector-kernel.ts'

/** What a replica's thread starts with. The vectors are shared memory: weights and statistics in, the others out. */
export interface ReplicaOptions {
  readonly preset: AnyPreset
  readonly replica: number
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
    ? new ReplicatedStep(preset, threads ?? availableParallelism())
    : new TrainingStep(preset, runtime, threads === undefined ? {} : { threads })
}

export interface DistributedOptions {
  readonly communicator: Communicator
  /** Of the runtime, on this rank; by default its share of this machine's cores. */
  readonly threads?: number | undefined
}

/**
 * The step of one of several ranks, which is given its share of every batch and computes what one process with all replicas
 * would. Throws where the ranks cannot share them alike.
 */
export function openDistributedStep<P extends AnyPreset>(
  preset: P,
  { communicator, threads }: DistributedOptions,
): TrainingStep<P> {
  const { size, onThisMachine } = communicator
  const { replicas } = preset.training
  if (replicas % size !== 0)
    throw new Error(
      `training.replicas: ${replicas} ${replicas === 1 ? 'part' : 'parts'} of a batch cannot be shared by ${size} ranks alike; give --set training.replicas=${size}, or a multiple of it, and a training.batchSize that it divides`,
    )
  const own = threads ?? Math.max(1, Math.floor(availableParallelism() / onThisMachine))
  return size === 1 ? openTrainingStep(preset, own) : new ReplicatedStep(preset, own, communicator)
}

class ReplicatedStep<P extends AnyPreset> extends TrainingStep<P> {
  private readonly replicas: readonly Replica[]
  /** Of all ranks. */
  private readonly replicaCount: number
  private readonly weights: Float32Array
  private readonly oldStatistics: Float32Array
  /** Of gradient and statistics, one after the other. */
  private readonly means: Float32Array
  private readonly threads: number
  private readonly communicator: Communicator | null

  constructor(preset: P, threads: number, communicator: Communicator | null = null) {
    super(preset, runtime)
    const { rank, size } = communicator ?? { rank: 0, size: 1 }
    this.replicaCount = preset.training.replicas
    const own = this.replicaCount / size
    this.threads = threads
    this.communicator = communicator
    this.weights = shared(this.parameterCount)
    this.oldStatistics = shared(this.statisticCount)
    this.means = new Float32Array(this.parameterCount + this.statisticCount)
    this.replicas = Array.from(
      { length: own },
      (_, place) =>
        new Replica({
          preset,
          replica: rank * own + place,
          threads: Math.max(1, Math.floor(threads / own)),
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
    const own = this.replicas.length
    const replies = await Promise.all(
      this.replicas.map((replica, place) => replica.run({ batch: this.task.part(batch, place, own), step })),
    )
    const losses = this.ofAllRanks(
      this.task.shapeKey(batch),
      replies.map((reply) => {
        if ('error' in reply) throw new Error(reply.error)
        const values = reply.losses as unknown as Readonly<Record<string, number>>
        return this.task.lossNames.map((name) => values[name]!)
      }),
    )
    const means = this.task.lossNames.map((name, place) => {
      return [name, losses.reduce((sum, each) => sum + each[place]!, 0) / this.replicaCount]
    })
    return {
      ...(Object.fromEntries(means) as unknown as LossesOf<P>),
      ...this.meanVectors(),
    }
  }

  /** The losses of every replica, in the order of the task's names: those of this rank's among all. */
  private ofAllRanks(shape: string, losses: readonly number[][]): readonly number[][] {
    if (!this.communicator) return losses
    // JSON holds no number that is not finite.
    const said = exchange(this.communicator, { shape, losses: losses.map((each) => each.map(String)) })
    const other = said.findIndex((each) => each.shape !== said[0]!.shape)
    if (other > 0)
      throw new Error(
        `rank ${other} drew a batch of the form ${said[other]!.shape}, rank 0 of ${said[0]!.shape}: words, fonts and photographs must be the same for all ranks`,
      )
    return said.flatMap((each) => each.losses.map((texts) => texts.map(Number)))
  }

  private meanVectors(): StepVectors {
    const { means, communicator, replicas, replicaCount } = this
    const [gradient, statistics] = [means.subarray(0, this.parameterCount), means.subarray(this.parameterCount)]
    const share = communicator ? 1 : 1 / replicaCount
    addUp(
      replicas.map((replica) => replica.gradient),
      { sum: gradient, share },
    )
    addUp(
      replicas.map((replica) => replica.newStatistics),
      { sum: statistics, share },
    )
    if (communicator) {
      communicator.sum(means)
      // Twice the sum, halved.
      addTimes({ sum: means, other: means }, { share: 0.5 / replicaCount })
    }
    return { gradient, statistics }
  }

  protected override openMuon(): Muon {
    const { communicator, threads } = this
    return new Muon(this.parameters, runtime, communicator ? { communicator, threads } : {})
  }

  override async dispose(): Promise<void> {
    await super.dispose()
    await Promise.all(this.replicas.map((replica) => replica.close()))
  }
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

/** (first + second + …) · share. */
function addUp(
  [first, ...others]: readonly Float32Array[],
  { sum, share }: { readonly sum: Float32Array; readonly share: number },
): void {
  sum.set(first!)
  for (const [index, other] of others.entries())
    addTimes({ sum, other }, { share: index === others.length - 1 ? share : 1 })
}

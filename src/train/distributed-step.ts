/**
 * Data parallelism on several machines: the ranks share a preset's replicas, as many each, and the step's gradient is the mean
 * of theirs. Each then takes the same step of the optimizer, so that all hold the same weights. (Node)
 */
import { availableParallelism } from 'node:os'
import * as runtime from 'onnxruntime-node'
import type { AnyPreset } from '../config.ts'
import { type Communicator, exchange } from './communicator.ts'
import { Muon } from './muon.ts'
import { openTrainingStep, ReplicatedStep, replicaPreset } from './replicated-step.ts'
import type { LossesOf } from './tasks.ts'
import { type StepInput, type StepResult, TrainingStep } from './training-step.ts'
import { addTimes } from './vector-kernel.ts'

export interface DistributedOptions {
  readonly communicator: Communicator
  /** Of the runtime, on this rank; by default its share of this machine's cores. */
  readonly threads?: number | undefined
}

/**
 * The step of one of several ranks, which is given its part of every batch and computes what one process with all replicas
 * would. Throws where the ranks cannot share the replicas alike.
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
  return size === 1 ? openTrainingStep(preset, own) : new DistributedStep(preset, { communicator, threads: own })
}

class DistributedStep<P extends AnyPreset> extends TrainingStep<P> {
  private readonly communicator: Communicator
  private readonly threads: number
  /** Null where this rank has one replica, which this thread computes. */
  private readonly replicas: ReplicatedStep<P> | null

  constructor(preset: P, { communicator, threads }: DistributedOptions & { readonly threads: number }) {
    const { rank, size } = communicator
    const count = preset.training.replicas / size
    const first = rank * count
    super(replicaPreset(preset, first), runtime, { threads })
    this.communicator = communicator
    this.threads = threads
    this.replicas = count > 1 ? new ReplicatedStep(preset, { threads, which: { first, count } }) : null
  }

  override async run(input: StepInput<P>): Promise<StepResult<P>> {
    const { gradient, statistics, ...losses } = await (this.replicas ? this.replicas.run(input) : super.run(input))
    const shape = this.task.shapeKey(input.batch)
    const means = this.meanLosses(shape, losses as unknown as Readonly<Record<string, number>>)
    return { ...means, gradient: this.mean(gradient), statistics: this.mean(statistics) }
  }

  private meanLosses(shape: string, losses: Readonly<Record<string, number>>): LossesOf<P> {
    // JSON holds no number that is not finite.
    const values = this.task.lossNames.map((name) => String(losses[name]))
    const said = exchange(this.communicator, { shape, values })
    const other = said.findIndex((each) => each.shape !== shape)
    if (other >= 0)
      throw new Error(
        `this rank drew a batch of the form ${shape}, rank ${other} one of ${said[other]!.shape}: words, fonts and photographs must be the same for all ranks`,
      )
    const means = this.task.lossNames.map((name, place) => {
      return [name, said.reduce((sum, each) => sum + Number(each.values[place]), 0) / said.length]
    })
    return Object.fromEntries(means) as unknown as LossesOf<P>
  }

  /** Of all ranks' vectors, in the place of this one's. */
  private mean(values: Float32Array): Float32Array {
    this.communicator.sum(values)
    // Twice the sum, halved.
    addTimes({ sum: values, other: values }, { share: 0.5 / this.communicator.size })
    return values
  }

  protected override openMuon(): Muon {
    const { communicator, threads } = this
    return new Muon(this.parameters, runtime, { communicator, threads })
  }

  override async dispose(): Promise<void> {
    await super.dispose()
    await this.replicas?.dispose()
  }
}

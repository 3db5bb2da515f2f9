/** The training loop: batches in, a better state out. Files, console and clock are the caller's. */
import type { Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import type { TrainingState } from './checkpoint.ts'
import { adamUpdate, averageDecay } from './optimizer.ts'
import { learningRate } from './schedule.ts'
import type { StepInput, StepResult } from './training-step.ts'

export interface Trainable {
  readonly decayRanges: readonly { readonly offset: number; readonly length: number }[]
  initialState(seed: number): { weights: Float32Array; statistics: Float32Array }
  run(input: StepInput): Promise<StepResult>
}

export interface StepReport {
  /** Steps done, this one included. */
  readonly step: number
  readonly loss: number
  readonly columnLoss: number
  readonly ctcLoss: number
  readonly rate: number
  readonly norm: number
  readonly batch: TrainingBatch
}

export interface TrainOptions {
  readonly model: Trainable
  readonly preset: Preset
  readonly batches: { next(): Promise<TrainingBatch> }
  /** Changed in place, step by step. */
  readonly state: TrainingState
  /** Called after every step, when the state is whole; what it returns is awaited. */
  readonly onStep: (report: StepReport) => void | Promise<void>
  /** Ends training after the step in progress. */
  readonly signal: AbortSignal
}

/** The loss is not finite: the state is that before the step. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError'
}

export function initialState(model: Trainable, seed: number): TrainingState {
  const { weights, statistics } = model.initialState(seed)
  return {
    weights,
    statistics,
    moment1: new Float32Array(weights.length),
    moment2: new Float32Array(weights.length),
    average: weights.slice(),
    averageStatistics: statistics.slice(),
    step: 0,
    samples: 0,
    seconds: 0,
  }
}

/** Trains until the preset's last step or the signal. Batch number and step number go together. */
export async function train({ model, preset, batches, state, onStep, signal }: TrainOptions): Promise<void> {
  const { training } = preset
  const { decayRanges } = model
  while (state.step < training.steps && !signal.aborted) {
    const batch = await batches.next()
    const step = state.step + 1
    const result = await model.run({ weights: state.weights, statistics: state.statistics, batch, step })
    if (!Number.isFinite(result.loss)) {
      throw new NonFiniteLossError(`the loss is ${result.loss} at step ${step}, batch ${batch.index}`)
    }
    const rate = learningRate(training, preset.model.transformer.width, step)
    const norm = adamUpdate(state, result.gradient, { settings: training, step, rate, decayRanges })
    state.statistics.set(result.statistics)
    const keep = averageDecay(training.averageDecay, step)
    for (let index = 0; index < state.statistics.length; index++) {
      state.averageStatistics[index] = keep * state.averageStatistics[index]! + (1 - keep) * state.statistics[index]!
    }
    state.step = step
    state.samples += batch.size
    await onStep({ step, loss: result.loss, columnLoss: result.columnLoss, ctcLoss: result.ctcLoss, rate, norm, batch })
  }
}

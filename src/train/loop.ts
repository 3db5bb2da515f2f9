/** The training loop: batches in, a better state out. Files, console and clock are the caller's. */
import type { Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import { shapeKey } from './batch-shape.ts'
import type { TrainingState } from './checkpoint.ts'
import type { ManySteps, StepOutcome } from './many-steps.ts'
import { averageDecay, type OptimizerState } from './optimizer.ts'
import { learningRate } from './schedule.ts'
import type { StepInput, StepResult } from './training-step.ts'

export interface Trainable {
  initialState(seed: number): { weights: Float32Array; statistics: Float32Array }
  run(input: StepInput): Promise<StepResult>
  update(state: OptimizerState, gradient: Float32Array, at: { step: number; rate: number }): Promise<number>
}

export interface StepReport extends StepOutcome {
  /** Steps done, this one included. */
  readonly step: number
  readonly batch: TrainingBatch
}

export interface TrainOptions {
  readonly model: Trainable
  /** Takes the steps in groups, on another device; without it they are taken one by one, the optimizer in JavaScript. */
  readonly manySteps?: ManySteps
  readonly preset: Preset
  readonly batches: { next(): Promise<TrainingBatch> }
  /** Changed in place, step by step. */
  readonly state: TrainingState
  /** Called after every step, or group of steps, when the state is whole; what it returns is awaited. */
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
export async function train(options: TrainOptions): Promise<void> {
  const { model, manySteps, preset, batches, state, onStep, signal } = options
  // Read anew each time: `onStep` may move the end.
  const { training } = preset
  let waiting: TrainingBatch | null = null
  while (state.step < training.steps && !signal.aborted) {
    const group = [waiting ?? (await batches.next())]
    waiting = null
    const most = Math.min(manySteps?.stepsPerRun ?? 1, training.steps - state.step)
    while (group.length < most && !waiting) {
      const next = await batches.next()
      if (shapeKey(next) === shapeKey(group[0]!)) group.push(next)
      else waiting = next
    }
    const first = state.step + 1
    const outcomes = manySteps
      ? await manySteps.advance(state, group)
      : [await stepOnHost(model, preset, { state, batch: group[0]! })]
    for (const [index, { loss, norm }] of outcomes.entries()) {
      if (Number.isFinite(loss) && Number.isFinite(norm)) continue
      // The steps before it are done.
      count(state, group.slice(0, index))
      throw new NonFiniteLossError(`the loss is ${loss} at step ${first + index}, batch ${group[index]!.index}`)
    }
    count(state, group)
    for (const [index, outcome] of outcomes.entries())
      await onStep({ ...outcome, step: first + index, batch: group[index]! })
  }
}

function count(state: TrainingState, done: readonly TrainingBatch[]): void {
  state.step += done.length
  for (const { size } of done) state.samples += size
}

async function stepOnHost(
  model: Trainable,
  preset: Preset,
  { state, batch }: { state: TrainingState; batch: TrainingBatch },
): Promise<StepOutcome> {
  const { training } = preset
  const step = state.step + 1
  const { gradient, statistics, ...losses } = await model.run({
    weights: state.weights,
    statistics: state.statistics,
    batch,
    step,
  })
  const rate = learningRate(training, preset.model.transformer.width, step)
  if (!Number.isFinite(losses.loss)) return { ...losses, rate, norm: Number.NaN }
  const norm = await model.update(state, gradient, { step, rate })
  state.statistics.set(statistics)
  const keep = averageDecay(training.averageDecay, step)
  for (let index = 0; index < state.statistics.length; index++) {
    state.averageStatistics[index] = keep * state.averageStatistics[index]! + (1 - keep) * state.statistics[index]!
  }
  return { ...losses, rate, norm }
}

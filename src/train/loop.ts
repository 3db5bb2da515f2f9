/** The training loop: batches in, a better state out. Files, console and clock are the caller's. */
import type { AnyPreset, Preset } from '../config.ts'
import type { TrainingState } from './checkpoint.ts'
import type { ManySteps, StepOutcome } from './many-steps.ts'
import { averageDecay, type OptimizerState } from './optimizer.ts'
import { rateAt } from './schedule.ts'
import type { TaskBatch, TrainingTask } from './task.ts'
import type { BatchOf, LossesOf } from './tasks.ts'
import type { StepInput, StepResult } from './training-step.ts'

export interface Trainable<P extends AnyPreset = Preset> {
  readonly task: Pick<TrainingTask<BatchOf<P>, LossesOf<P>>, 'shapeKey'>
  initialState(seed: number): { weights: Float32Array; statistics: Float32Array }
  run(input: StepInput<P>): Promise<StepResult<P>>
  update(state: OptimizerState, gradient: Float32Array, at: { step: number; rate: number }): Promise<number>
}

export type StepReport<P extends AnyPreset = Preset> = StepOutcome<P> & {
  /** Steps done, this one included. */
  readonly step: number
  readonly batch: BatchOf<P>
}

export interface TrainOptions<P extends AnyPreset = Preset> {
  readonly model: Trainable<P>
  /** Takes the steps in groups, on another device; without it they are taken one by one, the optimizer in JavaScript. */
  readonly manySteps?: ManySteps<P>
  readonly preset: P
  readonly batches: { next(): Promise<BatchOf<P>> }
  /** Ranks that each take as many samples of a batch as `batches` gives; 1 when absent. */
  readonly ranks?: number
  /** Changed in place, step by step. */
  readonly state: TrainingState
  /** Called after every step, or group of steps, when the state is whole; what it returns is awaited. */
  readonly onStep: (report: StepReport<P>) => void | Promise<void>
  /** Ends training after the step in progress. */
  readonly signal: AbortSignal
}

/** The loss is not finite: the state is that before the step. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError'
}

export function initialState(model: Pick<Trainable, 'initialState'>, seed: number): TrainingState {
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
export async function train<P extends AnyPreset>(options: TrainOptions<P>): Promise<void> {
  const { model, manySteps, preset, batches, ranks = 1, state, onStep, signal } = options
  // Read anew each time: `onStep` may move the end.
  const { training } = preset
  let waiting: BatchOf<P> | null = null
  while (state.step < training.steps && !signal.aborted) {
    const group: BatchOf<P>[] = [waiting ?? (await batches.next())]
    waiting = null
    const most = Math.min(manySteps?.stepsPerRun ?? 1, training.steps - state.step)
    while (group.length < most && !waiting) {
      const next = await batches.next()
      if (model.task.shapeKey(next) === model.task.shapeKey(group[0]!)) group.push(next)
      else waiting = next
    }
    const first = state.step + 1
    const outcomes = manySteps
      ? await manySteps.advance(state, group)
      : [await stepOnHost(model, preset, { state, batch: group[0]! })]
    for (const [index, { loss, norm }] of outcomes.entries()) {
      if (Number.isFinite(loss) && Number.isFinite(norm)) continue
      // The steps before it are done.
      count(state, group.slice(0, index), ranks)
      throw new NonFiniteLossError(`the loss is ${loss} at step ${first + index}, batch ${group[index]!.index}`)
    }
    count(state, group, ranks)
    for (const [index, outcome] of outcomes.entries())
      await onStep(Object.assign({}, outcome, { step: first + index, batch: group[index]! }))
  }
}

function count(state: TrainingState, done: readonly TaskBatch[], ranks: number): void {
  state.step += done.length
  for (const { size } of done) state.samples += size * ranks
}

async function stepOnHost<P extends AnyPreset>(
  model: Trainable<P>,
  preset: P,
  { state, batch }: { state: TrainingState; batch: BatchOf<P> },
): Promise<StepOutcome<P>> {
  const { training } = preset
  const step = state.step + 1
  const { gradient, statistics, ...rest } = await model.run({
    weights: state.weights,
    statistics: state.statistics,
    batch,
    step,
  })
  const losses = rest as unknown as LossesOf<P>
  const rate = rateAt(preset, step)
  if (!Number.isFinite(losses.loss)) return Object.assign(losses, { rate, norm: Number.NaN })
  const norm = await model.update(state, gradient, { step, rate })
  state.statistics.set(statistics)
  const keep = averageDecay(training.averageDecay, step)
  for (let index = 0; index < state.statistics.length; index++) {
    state.averageStatistics[index] = keep * state.averageStatistics[index]! + (1 - keep) * state.statistics[index]!
  }
  return Object.assign(losses, { rate, norm })
}

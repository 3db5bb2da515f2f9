/** The training loop: batches in, a better state out. Files, console and clock are the caller's. */
import type { AnyPreset, Preset } from '../config.ts'
import type { TrainingState } from './checkpoint.ts'
import type { ManySteps, StepOutcome } from './many-steps.ts'
import { averageDecay, type OptimizerState } from './optimizer.ts'
import { rateAt } from './schedule.ts'
import type { TaskBatch, TrainingTask } from './task.ts'
import type { BatchOf, LossesOf } from './tasks.ts'
import type { StepInput, StepResult } from './training-step.ts'
import { addTimes } from './vector-kernel.ts'

export interface Trainable<P extends AnyPreset = Preset> {
  readonly task: Pick<TrainingTask<BatchOf<P>, LossesOf<P>>, 'shapeKey'>
  initialState(seed: number): { weights: Float32Array; statistics: Float32Array }
  run(input: StepInput<P>): Promise<StepResult<P>>
  update(state: OptimizerState, gradient: Float32Array, at: { step: number; rate: number }): Promise<number>
}

export type StepReport<P extends AnyPreset = Preset> = StepOutcome<P> & {
  /** Steps done, this one included. */
  readonly step: number
  /** What it learned from. */
  readonly batches: readonly BatchOf<P>[]
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

/** Trains until the preset's last step or the signal. Step n learns from the batches whose numbers are n's in the stream. */
export async function train<P extends AnyPreset>(options: TrainOptions<P>): Promise<void> {
  const { model, manySteps, preset, batches, ranks = 1, state, onStep, signal } = options
  // Read anew each time: `onStep` may move the end.
  const { training } = preset
  let waiting: BatchOf<P> | null = null
  while (state.step < training.steps && !signal.aborted) {
    const group: BatchOf<P>[] = [waiting ?? (await batches.next())]
    waiting = null
    const most = manySteps ? Math.min(manySteps.stepsPerRun, training.steps - state.step) : training.accumulate
    while (group.length < most && !waiting) {
      const next = await batches.next()
      // A device's steps have one graph; on the host each batch has its own.
      if (!manySteps || model.task.shapeKey(next) === model.task.shapeKey(group[0]!)) group.push(next)
      else waiting = next
    }
    const first = state.step + 1
    const outcomes = manySteps
      ? await manySteps.advance(state, group)
      : [await stepOnHost(model, preset, { state, batches: group })]
    const ofStep = manySteps ? group.map((batch) => [batch]) : [group]
    for (const [index, { loss, norm }] of outcomes.entries()) {
      if (Number.isFinite(loss) && Number.isFinite(norm)) continue
      // The steps before it are done.
      count(state, ofStep.slice(0, index), ranks)
      throw new NonFiniteLossError(`the loss is ${loss} at step ${first + index}, batch ${ofStep[index]![0]!.index}`)
    }
    count(state, ofStep, ranks)
    for (const [index, outcome] of outcomes.entries())
      await onStep(Object.assign({}, outcome, { step: first + index, batches: ofStep[index]! }))
  }
}

function count(state: TrainingState, done: readonly (readonly TaskBatch[])[], ranks: number): void {
  state.step += done.length
  for (const { size } of done.flat()) state.samples += size * ranks
}

/** One step from the mean gradient of its batches; each moves the running statistics. */
async function stepOnHost<P extends AnyPreset>(
  model: Trainable<P>,
  preset: P,
  { state, batches }: { state: TrainingState; batches: readonly BatchOf<P>[] },
): Promise<StepOutcome<P>> {
  const { training } = preset
  const step = state.step + 1
  const rate = rateAt(preset, step)
  const { weights } = state
  const count = batches.length
  let { statistics } = state
  let sum: Float32Array = new Float32Array()
  const means: Record<string, number> = {}
  for (const [place, batch] of batches.entries()) {
    // Dropout's masks are a batch's own.
    const number = state.step * count + place + 1
    const { gradient, statistics: measured, ...losses } = await model.run({ weights, statistics, batch, step: number })
    for (const [name, loss] of Object.entries(losses)) means[name] = (means[name] ?? 0) + (loss as number) / count
    statistics = measured
    // The next run overwrites its gradient.
    if (place === 0) sum = count === 1 ? gradient : gradient.slice()
    else addTimes({ sum, other: gradient }, { share: place === count - 1 ? 1 / count : 1 })
  }
  const losses = means as unknown as LossesOf<P>
  if (!Number.isFinite(losses.loss)) return Object.assign(losses, { rate, norm: Number.NaN })
  const norm = await model.update(state, sum, { step, rate })
  state.statistics.set(statistics)
  const keep = averageDecay(training.averageDecay, step)
  for (let index = 0; index < state.statistics.length; index++) {
    state.averageStatistics[index] = keep * state.averageStatistics[index]! + (1 - keep) * state.statistics[index]!
  }
  return Object.assign(losses, { rate, norm })
}

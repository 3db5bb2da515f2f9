/** The optimizers as nodes of a graph: what `optimizer.ts` and `muon.ts` do in JavaScript, for steps that stay on a device. */
import type { TrainingSettings } from '../config.ts'
import {
  add,
  clamp,
  concatenate,
  divide,
  expand,
  multiply,
  slice,
  split,
  squareRoot,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'
import { isMatrix, matrixStep, stretchesOf } from './muon.ts'
import { averageDecay } from './optimizer.ts'
import type { TrainingStep } from './training-step.ts'

/** Numbers that differ from step to step: Adam's step size, the correction of its second moment, averaging, decay, rate. */
export const SCHEDULE = 5

/** The numbers of one step, from 1. */
export function scheduleOf(
  { beta1, beta2, averageDecay: decay, weightDecay }: TrainingSettings,
  step: number,
  rate: number,
): number[] {
  return [
    rate / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
    averageDecay(decay, step),
    1 - rate * weightDecay,
    rate,
  ]
}

interface OptimizerInputs {
  readonly before: readonly Tensor[]
  readonly step: { readonly gradient: Tensor; readonly statistics: Tensor }
  /** The numbers of `scheduleOf`. */
  readonly schedule: Tensor
}

/** What a `TrainingStep`'s `update` does in JavaScript, as nodes of the graph. */
export function optimize(
  settings: TrainingSettings,
  model: TrainingStep,
  { before, step, schedule }: OptimizerInputs,
): { norm: Tensor; state: Tensor[] } {
  const { beta1, beta2, epsilon, weightDecay, clip, momentum } = settings
  const [weights, moment1, moment2, average, , averageStatistics] = before as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const [size, correction, keep, decay, rate] = Array.from({ length: SCHEDULE }, (_, place) =>
    slice(schedule, { axis: 0, start: place, end: place + 1 }),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const norm = squareRoot(sum(multiply(step.gradient, step.gradient), { axes: [0], keepDimensions: true }))
  const slope = multiply(step.gradient, clamp(divide(clip, add(norm, 1e-6)), 0, 1))
  const kept = weightDecay > 0 ? multiply(weights, decayFactors(model, decay)) : weights
  const adam: Move = ([weight, first, second, descent]) => {
    const newFirst = add(multiply(first, beta1), multiply(descent, 1 - beta1))
    const newSecond = add(multiply(second, beta2), multiply(multiply(descent, descent), 1 - beta2))
    const move = divide(multiply(newFirst, size), add(multiply(squareRoot(newSecond), correction), epsilon))
    return [subtract(weight, move), newFirst, newSecond]
  }
  const vectors: Parts = [kept, moment1, moment2, slope]
  const moved = settings.optimizer === 'adam' ? adam(vectors) : inStretches(vectors, model, { adam, momentum, rate })
  const mix = (old: Tensor, fresh: Tensor) => add(multiply(old, keep), multiply(fresh, subtract(1, keep)))
  return {
    norm,
    state: [...moved, mix(average, moved[0]), step.statistics, mix(averageStatistics, step.statistics)],
  }
}

/** Of the weights, their first and second moments, the gradient. */
type Parts = [Tensor, Tensor, Tensor, Tensor]
type Move = (parts: Parts) => [Tensor, Tensor, Tensor]

/** Moves the stretches of matrices by Muon, the others by Adam. */
function inStretches(
  vectors: Parts,
  model: TrainingStep,
  { adam, momentum, rate }: { adam: Move; momentum: number; rate: Tensor },
): [Tensor, Tensor, Tensor] {
  const stretches = stretchesOf(model.parameters)
  const sizes = stretches.map(({ length }) => length)
  const parts = vectors.map((vector) => split(vector, { axis: 0, sizes }))
  const moved = stretches.map((stretch, place) => {
    const own = parts.map((each) => each[place]!) as Parts
    if (!isMatrix(stretch)) return adam(own)
    const [weight, moment, second, slope] = own
    const ahead = (old: Tensor) => add(multiply(old, momentum), multiply(slope, 1 - momentum))
    const next = ahead(moment)
    return [subtract(weight, multiply(matrixStep(ahead(next), stretch), rate)), next, second] as const
  })
  return [0, 1, 2].map((vector) =>
    concatenate(
      moved.map((each) => each[vector]!),
      { axis: 0 },
    ),
  ) as [Tensor, Tensor, Tensor]
}

/** [P]: the decay factor over the stretches that decay, 1 elsewhere. */
function decayFactors(model: TrainingStep, decay: Tensor): Tensor {
  const parts: Tensor[] = []
  let end = 0
  const one = decay.graph.constant(Float32Array.of(1), [1])
  for (const { offset, length } of [...model.decayRanges, { offset: model.parameterCount, length: 0 }]) {
    if (offset > end) parts.push(expand(one, [offset - end]))
    if (length > 0) parts.push(expand(decay, [length]))
    end = offset + length
  }
  return concatenate(parts, { axis: 0 })
}

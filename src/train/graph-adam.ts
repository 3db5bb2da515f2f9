/** Adam as nodes of a graph: what `optimizer.ts` does in JavaScript, for steps that stay on a device. */
import type { TrainingSettings } from '../config.ts'
import {
  add,
  clamp,
  concatenate,
  divide,
  expand,
  multiply,
  slice,
  squareRoot,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'
import { averageDecay } from './optimizer.ts'
import type { TrainingStep } from './training-step.ts'

/** Numbers that differ from step to step: Adam's step size, the correction of its second moment, averaging, decay. */
export const SCHEDULE = 4

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
  ]
}

interface AdamInputs {
  readonly before: readonly Tensor[]
  readonly step: { readonly gradient: Tensor; readonly statistics: Tensor }
  /** The four numbers of `scheduleOf`. */
  readonly schedule: Tensor
}

/** What `adamUpdate` does in JavaScript, as nodes of the graph. */
export function adam(settings: TrainingSettings, model: TrainingStep, { before, step, schedule }: AdamInputs) {
  const { beta1, beta2, epsilon, weightDecay, clip } = settings
  const [weights, moment1, moment2, average, , averageStatistics] = before as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const [size, correction, keep, decay] = [0, 1, 2, 3].map((place) =>
    slice(schedule, { axis: 0, start: place, end: place + 1 }),
  ) as [Tensor, Tensor, Tensor, Tensor]
  const norm = squareRoot(sum(multiply(step.gradient, step.gradient), { axes: [0], keepDimensions: true }))
  const slope = multiply(step.gradient, clamp(divide(clip, add(norm, 1e-6)), 0, 1))
  const first = add(multiply(moment1, beta1), multiply(slope, 1 - beta1))
  const second = add(multiply(moment2, beta2), multiply(multiply(slope, slope), 1 - beta2))
  const kept = weightDecay > 0 ? multiply(weights, decayFactors(model, decay)) : weights
  const moved = subtract(kept, divide(multiply(first, size), add(multiply(squareRoot(second), correction), epsilon)))
  const mix = (old: Tensor, fresh: Tensor) => add(multiply(old, keep), multiply(fresh, subtract(1, keep)))
  return {
    norm,
    state: [moved, first, second, mix(average, moved), step.statistics, mix(averageStatistics, step.statistics)],
  }
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

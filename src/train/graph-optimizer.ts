/**
 * The optimizers as nodes of a graph: what `optimizer.ts` and `muon.ts` do in JavaScript, for steps that stay on a device. What
 * both have in common stands in `optimizer-rules.ts`; roundings differ, as sums here are ordered by what a graph does fast.
 */
import type { AnyTrainingSettings } from '../config.ts'
import type { TensorSpec } from '../model/scope.ts'
import {
  add,
  clamp,
  concatenate,
  divide,
  multiply,
  slice,
  squareRoot,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'
import {
  decays,
  isMatrix,
  LEAST_NORM,
  type MatrixStretch,
  placed,
  type Stretch,
  stepNumbers,
  stretchesOf,
} from './optimizer-rules.ts'
import { matrixStep } from './orthogonal-step.ts'

/** Numbers that differ from step to step: Adam's step size, the correction of its second moment, averaging, decay, rate. */
export const SCHEDULE = 5

/** The numbers of one step, from 1. */
export function scheduleOf(settings: AnyTrainingSettings, step: number, rate: number): number[] {
  const { firstShare, secondRoot, keep, decay } = stepNumbers(settings, step, rate)
  return [rate / firstShare, 1 / secondRoot, keep, decay, rate]
}

/**
 * A part of the weights that moves as one: a matrix or filter, or all vectors (biases, gains) one after another. A device
 * splits and joins millions of numbers slowly, and a few hundred tensors one by one slowly too.
 */
export interface WeightPart {
  /** Which of the parameters it holds. */
  readonly members: readonly number[]
  readonly specs: readonly TensorSpec[]
  /** Where its tensors lie in the flat weights, in their order. */
  readonly stretches: readonly Stretch[]
  readonly length: number
  /** Set where Muon moves it; Adam moves the others. */
  readonly matrix: MatrixStretch | null
  readonly decays: boolean
}

/** The parts of all weights. */
export function weightParts({ optimizer }: AnyTrainingSettings, parameters: readonly TensorSpec[]): WeightPart[] {
  const matrices = new Map(
    stretchesOf(parameters)
      .filter(isMatrix)
      .map((stretch) => [stretch.offset, stretch]),
  )
  const all = placed(parameters).map((each, member) => ({ ...each, member }))
  const part = (members: typeof all, matrix: MatrixStretch | null = null): WeightPart => ({
    members: members.map(({ member }) => member),
    specs: members.map(({ spec }) => spec),
    stretches: members.map(({ stretch }) => stretch),
    length: members.reduce((total, { stretch }) => total + stretch.length, 0),
    matrix,
    decays: members.some(({ spec }) => decays(spec)),
  })
  return [
    part(all.filter(({ spec }) => !decays(spec))),
    ...all
      .filter(({ spec }) => decays(spec))
      .map((each) => part([each], optimizer === 'muon' ? matrices.get(each.stretch.offset) : null)),
  ]
}

/** A part's weights, moments, moving average and gradient, flat; what Muon moves has no second moment. */
export interface PartTensors {
  readonly weights: Tensor
  readonly moment1: Tensor
  readonly moment2: Tensor | null
  readonly average: Tensor
}

/** What a `TrainingStep`'s `update` does in JavaScript, as nodes of the graph; `schedule` are the numbers of `scheduleOf`. */
export function optimize(
  settings: AnyTrainingSettings,
  parts: readonly WeightPart[],
  { before, gradients, schedule }: { before: readonly PartTensors[]; gradients: readonly Tensor[]; schedule: Tensor },
): { norm: Tensor; after: PartTensors[] } {
  const { beta1, beta2, epsilon, weightDecay, clip, momentum } = settings
  const [size, correction, keep, decay, rate] = Array.from({ length: SCHEDULE }, (_, place) =>
    slice(schedule, { axis: 0, start: place, end: place + 1 }),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const squares = gradients.map((slope) => sum(multiply(slope, slope), { axes: [0], keepDimensions: true }))
  const norm = squareRoot(sum(concatenate(squares, { axis: 0 }), { axes: [0], keepDimensions: true }))
  const scale = clamp(divide(clip, add(norm, LEAST_NORM)), 0, 1)
  const after = parts.map((part, place) => {
    const { weights, moment1, moment2, average } = before[place]!
    const slope = multiply(gradients[place]!, scale)
    const kept = part.decays && weightDecay > 0 ? multiply(weights, decay) : weights
    const moved = () => {
      if (part.matrix) {
        const ahead = (old: Tensor) => add(multiply(old, momentum), multiply(slope, 1 - momentum))
        const first = ahead(moment1)
        return { move: multiply(matrixStep(ahead(first), part.matrix), rate), first, second: null }
      }
      const first = add(multiply(moment1, beta1), multiply(slope, 1 - beta1))
      const second = add(multiply(moment2!, beta2), multiply(multiply(slope, slope), 1 - beta2))
      const root = add(multiply(squareRoot(second), correction), epsilon)
      return { move: divide(multiply(first, size), root), first, second }
    }
    const { move, first, second } = moved()
    const next = subtract(kept, move)
    return { weights: next, moment1: first, moment2: second, average: mixed(average, next, keep) }
  })
  return { norm, after }
}

/** A moving average's next value. */
export function mixed(old: Tensor, fresh: Tensor, keep: Tensor): Tensor {
  return add(multiply(old, keep), multiply(fresh, subtract(1, keep)))
}

/** The number of a `schedule` by which moving averages keep what they were. */
export function keptShare(schedule: Tensor): Tensor {
  return slice(schedule, { axis: 0, start: 2, end: 3 })
}

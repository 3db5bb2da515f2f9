/**
 * What the optimizers do alike in JavaScript (`optimizer.ts`, `muon.ts`) and as nodes of a graph (`graph-optimizer.ts`):
 * which weights move by which rule, and the numbers of a step. Only the arithmetic over the weights is written in both.
 */
import type { TrainingSettings } from '../config.ts'
import type { TensorSpec } from '../model/scope.ts'
import { sizeOf } from '../tensor/index.ts'

/** A part of the flat vectors. */
export interface Stretch {
  readonly offset: number
  readonly length: number
}

/** The numbers of a vector that lie in a stretch, not copied. */
export function part(vector: Float32Array, { offset, length }: Stretch): Float32Array {
  return vector.subarray(offset, offset + length)
}

/** A stretch of the flat weights that holds matrices of one shape, one after another. */
export interface MatrixStretch extends Stretch {
  readonly count: number
  readonly rows: number
  readonly columns: number
}

/** Where each parameter lies in the flat weights: one after another. */
export function placed(parameters: readonly TensorSpec[]): { spec: TensorSpec; stretch: Stretch }[] {
  let end = 0
  return parameters.map((spec) => {
    const offset = end
    const length = sizeOf(spec.shape)
    end += length
    return { spec, stretch: { offset, length } }
  })
}

/** Whether weight decay shrinks a parameter: matrices and filters, not the vectors of biases and gains. */
export function decays({ shape }: TensorSpec): boolean {
  return shape.length > 1
}

/**
 * Embeddings, layers whose outputs mean something by themselves (scores of characters, places of points), and depthwise
 * filters, each of which sees a channel alone.
 */
const OUTER = /(tgt_embedding|decoder\.fc|guidance|ctc|stn_fc2|depthwise|^head)\.weight$/
/** Tensors in which several matrices lie one above another: queries, keys and values; the gates of recurrent layers. */
const STACKED = [
  { names: /in_proj_weight$/, count: 3 },
  { names: /\.lstm\.weight_/, count: 4 },
  { names: /\.gru\.weight_/, count: 3 },
]

/** The flat weights from first to last, in stretches: the matrices between hidden layers, and what lies between those. */
export function stretchesOf(parameters: readonly TensorSpec[]): (Stretch | MatrixStretch)[] {
  const stretches: (Stretch | MatrixStretch)[] = []
  for (const { spec, stretch } of placed(parameters)) {
    const { name, shape } = spec
    const { offset, length } = stretch
    const last = stretches.at(-1)
    if (shape.length > 1 && !OUTER.test(name)) {
      // A filter has a row for each output channel.
      const count = STACKED.find(({ names }) => names.test(name))?.count ?? 1
      const rows = shape[0]! / count
      stretches.push({ offset, length, count, rows, columns: length / count / rows })
    } else if (last && !isMatrix(last)) {
      stretches[stretches.length - 1] = { offset: last.offset, length: last.length + length }
    } else stretches.push(stretch)
  }
  return stretches
}

export function isMatrix(stretch: Stretch | MatrixStretch): stretch is MatrixStretch {
  return 'rows' in stretch
}

/** The numbers of one step that weights move by. */
export interface StepNumbers {
  readonly rate: number
  /** 1 − β₁ᵗ, by which Adam's first moment, which began at 0, falls short after t steps. */
  readonly firstShare: number
  /** √(1 − β₂ᵗ), the same of the second moment's root. */
  readonly secondRoot: number
  /** What the moving average of the weights keeps of itself. */
  readonly keep: number
  /** What weights that decay are multiplied with. */
  readonly decay: number
}

/** The numbers of step `step`, from 1. */
export function stepNumbers(
  {
    beta1,
    beta2,
    averageDecay: decay,
    weightDecay,
  }: Pick<TrainingSettings, 'beta1' | 'beta2' | 'averageDecay' | 'weightDecay'>,
  step: number,
  rate: number,
): StepNumbers {
  return {
    rate,
    firstShare: 1 - beta1 ** step,
    secondRoot: Math.sqrt(1 - beta2 ** step),
    keep: averageDecay(decay, step),
    decay: 1 - rate * weightDecay,
  }
}

/** Decay of the moving average: small at first, so that it does not remember the initial weights. */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, step / (step + 9))
}

/** Keeps a gradient of zeros from a division by 0. */
export const LEAST_NORM = 1e-6

/** What a gradient of this norm is multiplied with, so that its norm is at most `clip`. */
export function clipScale(norm: number, clip: number): number {
  return Math.min(1, clip / (norm + LEAST_NORM))
}

/** Adam on flat vectors, in one pass over them. */
import type { TrainingSettings } from '../config.ts'
import { averageDecay, clipScale, part, type Stretch, stepNumbers } from './optimizer-rules.ts'
import { moveByAdam } from './vector-kernel.ts'

export { averageDecay, part, type Stretch }

export interface OptimizerState {
  readonly weights: Float32Array
  readonly moment1: Float32Array
  readonly moment2: Float32Array
  /** Moving average of the weights. */
  readonly average: Float32Array
}

export interface Clipping {
  readonly norm: number
  /** What the gradient's numbers are scaled by, so that its norm is at most the limit. */
  readonly scale: number
}

export interface UpdateOptions {
  readonly settings: Pick<TrainingSettings, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay' | 'clip' | 'averageDecay'>
  /** 1 for the first update. */
  readonly step: number
  readonly rate: number
  /** Stretches of the weights that decay; all others do not. */
  readonly decayRanges: readonly Stretch[]
  /** What `clipped` gives of the gradient, where that is known. */
  readonly clipping?: Clipping
  /** Where Adam moves the weights, everywhere when absent. */
  readonly stretches?: readonly Stretch[]
}

/** The gradient is not finite: nothing was changed. */
export class NonFiniteGradientError extends Error {
  override readonly name = 'NonFiniteGradientError'
}

/**
 * Clips the gradient to a global norm and takes one step of Adam (Kingma and Ba, arXiv 1412.6980) with bias correction
 * and decoupled weight decay (arXiv 1711.05101). Changes the state in place and returns the gradient's norm.
 */
export function adamUpdate(state: OptimizerState, gradient: Float32Array, options: UpdateOptions): number {
  const { weights, moment1, moment2, average } = state
  const { settings, step, decayRanges } = options
  const { beta1, beta2, epsilon, weightDecay, clip } = settings
  const { rate, firstShare, secondRoot, keep, decay } = stepNumbers(settings, step, options.rate)
  const { norm, scale } = options.clipping ?? clipped(gradient, clip, step)
  if (weightDecay > 0) {
    for (const { offset, length } of decayRanges) {
      for (let index = offset; index < offset + length; index++) weights[index]! *= decay
    }
  }
  const scalars = {
    beta1,
    beta2,
    share1: (1 - beta1) * scale,
    share2: (1 - beta2) * scale * scale,
    size: (rate * secondRoot) / firstShare,
    floor: epsilon * secondRoot,
    forget: 1 - keep,
  }
  for (const stretch of options.stretches ?? [{ offset: 0, length: weights.length }]) {
    const of = (vector: Float32Array) => part(vector, stretch)
    moveByAdam(
      { slope: of(gradient), first: of(moment1), second: of(moment2), weight: of(weights), average: of(average) },
      scalars,
    )
  }
  return norm
}

/** The gradient's norm, and what keeps it within `clip`. */
export function clipped(gradient: Float32Array, clip: number, step: number): Clipping {
  const norm = euclideanNorm(gradient)
  if (!Number.isFinite(norm)) throw new NonFiniteGradientError(`the gradient's norm is ${norm} at step ${step}`)
  return { norm, scale: clipScale(norm, clip) }
}

/** In steps of four, which do not wait for each other's sums. */
function euclideanNorm(values: Float32Array): number {
  let squares = 0
  const whole = values.length - (values.length % 4)
  for (let index = 0; index < whole; index += 4) {
    const a = values[index]!
    const b = values[index + 1]!
    const c = values[index + 2]!
    const d = values[index + 3]!
    squares += a * a + b * b + (c * c + d * d)
  }
  for (let index = whole; index < values.length; index++) squares += values[index]! * values[index]!
  return Math.sqrt(squares)
}

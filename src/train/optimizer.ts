/** Adam on flat vectors, in one pass over them. */
import type { TrainingSettings } from '../config.ts'

export interface OptimizerState {
  readonly weights: Float32Array
  readonly moment1: Float32Array
  readonly moment2: Float32Array
  /** Moving average of the weights. */
  readonly average: Float32Array
}

export interface UpdateOptions {
  readonly settings: Pick<TrainingSettings, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay' | 'clip' | 'averageDecay'>
  /** 1 for the first update. */
  readonly step: number
  readonly rate: number
  /** Stretches of the weights that decay; all others do not. */
  readonly decayRanges: readonly { readonly offset: number; readonly length: number }[]
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
  const { settings, step, rate, decayRanges } = options
  const { beta1, beta2, epsilon, weightDecay, clip } = settings
  let squares = 0
  for (let index = 0; index < gradient.length; index++) squares += gradient[index]! * gradient[index]!
  const norm = Math.sqrt(squares)
  if (!Number.isFinite(norm)) throw new NonFiniteGradientError(`the gradient's norm is ${norm} at step ${step}`)
  const scale = Math.min(1, clip / (norm + 1e-6))
  const size = rate / (1 - beta1 ** step)
  const correction = 1 / Math.sqrt(1 - beta2 ** step)
  if (weightDecay > 0) {
    for (const { offset, length } of decayRanges) {
      for (let index = offset; index < offset + length; index++) weights[index]! *= 1 - rate * weightDecay
    }
  }
  const keep = averageDecay(settings.averageDecay, step)
  for (let index = 0; index < weights.length; index++) {
    const slope = gradient[index]! * scale
    const first = beta1 * moment1[index]! + (1 - beta1) * slope
    const second = beta2 * moment2[index]! + (1 - beta2) * slope * slope
    moment1[index] = first
    moment2[index] = second
    const weight = weights[index]! - (size * first) / (Math.sqrt(second) * correction + epsilon)
    weights[index] = weight
    average[index] = keep * average[index]! + (1 - keep) * weight
  }
  return norm
}

/** Decay of the moving average: small at first, so that it does not remember the initial weights. */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, step / (step + 9))
}

/** Adam on flat vectors, in one pass over them. */
import type { TrainingSettings } from '../config.ts'

/** A part of the flat vectors. */
export interface Stretch {
  readonly offset: number
  readonly length: number
}

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
  const { settings, step, rate, decayRanges } = options
  const { beta1, beta2, epsilon, weightDecay, clip } = settings
  const { norm, scale } = options.clipping ?? clipped(gradient, clip, step)
  if (weightDecay > 0) {
    for (const { offset, length } of decayRanges) {
      for (let index = offset; index < offset + length; index++) weights[index]! *= 1 - rate * weightDecay
    }
  }
  const correction = Math.sqrt(1 - beta2 ** step)
  const size = (rate * correction) / (1 - beta1 ** step)
  const floor = epsilon * correction
  const share1 = (1 - beta1) * scale
  const share2 = (1 - beta2) * scale * scale
  const forget = 1 - averageDecay(settings.averageDecay, step)
  // Constants and the length outside the loop count: once any buffer of the process was transferred to a thread, as
  // batches are, V8 checks every access to every typed array.
  for (const { offset, length } of options.stretches ?? [{ offset: 0, length: weights.length }]) {
    const end = offset + length
    for (let index = offset; index < end; index++) {
      const slope = gradient[index]!
      const first = beta1 * moment1[index]! + share1 * slope
      const second = beta2 * moment2[index]! + share2 * (slope * slope)
      moment1[index] = first
      moment2[index] = second
      const weight = weights[index]! - (size * first) / (Math.sqrt(second) + floor)
      weights[index] = weight
      const old = average[index]!
      average[index] = old + forget * (weight - old)
    }
  }
  return norm
}

/** The gradient's norm, and what keeps it within `clip`. */
export function clipped(gradient: Float32Array, clip: number, step: number): Clipping {
  const norm = euclideanNorm(gradient)
  if (!Number.isFinite(norm)) throw new NonFiniteGradientError(`the gradient's norm is ${norm} at step ${step}`)
  return { norm, scale: Math.min(1, clip / (norm + 1e-6)) }
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

/** Decay of the moving average: small at first, so that it does not remember the initial weights. */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, step / (step + 9))
}

/**
 * Focal loss over the characters of words (Lin et al., arXiv 1708.02002; SAFL, section III-C):
 * FL = −α (1 − p)^γ log p, p the probability of the right character. γ = 0 and α = 1 is cross-entropy.
 */
import { PADDING } from '../charset.ts'
import {
  add,
  cast,
  clamp,
  detach,
  divide,
  equal,
  exponential,
  logSoftmax,
  multiply,
  power,
  reshape,
  select,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'

export interface FocalOptions {
  readonly alpha: number
  readonly gamma: number
}

/**
 * `logits[B, T, C]` and `targets[B, T]` (int32; the end symbol closes a word, padding follows) → the loss, one element:
 * summed over every character up to and with the end symbol, divided by the batch.
 */
export function focalLoss(logits_BTC: Tensor, targets_BT: Tensor, options: FocalOptions): Tensor {
  const [batch, steps] = logits_BTC.shape as [number, number]
  const padded = cast(equal(targets_BT, PADDING), 'float32')
  const logProbability = pickClass(logSoftmax(logits_BTC), reshape(targets_BT, [batch, steps, 1]))
  const losses = multiply(focalTerm(logProbability, options), subtract(1, padded))
  return divide(sum(losses), batch)
}

/** `values[..., C]` at integer `classes[..., 1]`: [...]. */
export function pickClass(values: Tensor, classes: Tensor): Tensor {
  const count = values.shape[values.shape.length - 1]!
  const ids = values.graph.constant(
    Int32Array.from({ length: count }, (_, id) => id),
    [count],
  )
  return sum(multiply(values, cast(equal(classes, ids), 'float32')), { axes: [-1] })
}

/**
 * −α (1 − p)^γ log p of log p. Its derivative, α (1 − p)^γ (γ p · log p / (1 − p) − 1), is written so that it stays
 * finite as p → 1, where log p / (1 − p) → −1, for every γ.
 */
function focalTerm(logP: Tensor, { alpha, gamma }: FocalOptions): Tensor {
  if (gamma === 0) return multiply(logP, -alpha)
  // The tape would differentiate (1 − p)^γ into an infinite power for γ < 1: this operator has its own pullback.
  const fixed = detach(logP)
  const p = exponential(fixed)
  const rest = clamp(subtract(1, p), 0, 1)
  const weight = multiply(power(rest, gamma), alpha)
  const output = detach(multiply(multiply(weight, fixed), -1))
  logP.graph.record('focalTerm', [logP], [output], ([dy]) => {
    const certain = equal(rest, 0)
    const ratio = select(certain, -1, divide(fixed, select(certain, 1, rest)))
    const derivative = multiply(weight, add(multiply(multiply(p, ratio), gamma), -1))
    return [multiply(dy!, derivative)]
  })
  return output
}

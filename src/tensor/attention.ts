/** Scaled dot-product attention, composed of differentiable operators, and masks for dropout. */
import { add, multiply } from './elementwise.ts'
import { emit, ShapeError, type Tensor } from './graph.ts'
import { matrixProduct, swapLast } from './matrix.ts'
import { softmax } from './normalization.ts'

export interface AttentionOptions {
  /** Queries [B, heads, T, d]. */
  readonly query: Tensor
  /** Keys [B, heads, S, d]. */
  readonly key: Tensor
  /** Values [B, heads, S, d]. */
  readonly value: Tensor
  /** Added to the scores [B, heads, T, S] by broadcasting; -Infinity or a large negative number hides a place. */
  readonly mask?: Tensor | undefined
  /** Applied to the weights, for dropout. */
  readonly onWeights?: (weights: Tensor) => Tensor
}

/** softmax(query · keyᵀ / sqrt(d) + mask) · value, [B, heads, T, d] (Vaswani et al., arXiv 1706.03762, equation 1). */
export function attention({ query, key, value, mask, onWeights }: AttentionOptions): {
  output: Tensor
  weights: Tensor
} {
  const width = query.shape[query.shape.length - 1]!
  const scaled = multiply(query, 1 / Math.sqrt(width))
  const scores = matrixProduct(scaled, swapLast(key))
  const weights = softmax(mask ? add(scores, mask) : scores)
  return { output: matrixProduct(onWeights ? onWeights(weights) : weights, value), weights }
}

/**
 * What dropout multiplies by: 0 where the noise is at most `rate`, 1 / (1 - rate) elsewhere. The noise, uniform in [0, 1),
 * is fed from outside, so that a seed and a step number reproduce a mask.
 */
export function dropoutMask(noise: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new ShapeError('dropoutMask', `rate ${rate} is outside [0, 1)`)
  // 0 up to the rate and 1 above, as in `relu`: one pass, where a comparison and a choice take as long as thirty.
  const steepness = 2 ** 60
  const kept = emit('HardSigmoid', [noise], noise.shape, {
    attributes: { alpha: { float: steepness }, beta: { float: -steepness * rate } },
  })
  return multiply(kept, 1 / (1 - rate))
}

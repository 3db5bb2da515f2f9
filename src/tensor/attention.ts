/** Scaled dot-product attention and dropout, composed of differentiable operators. */
import { add, greaterOrEqual, multiply, select } from './elementwise.ts'
import { ShapeError, sameShape, type Tensor } from './graph.ts'
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
 * Zeroes the elements whose noise lies below `rate` and scales the others by 1 / (1 - rate). The noise, uniform in
 * [0, 1) and of x's shape, is fed from outside, so that a seed and a step number reproduce a mask.
 */
export function dropout(x: Tensor, options: { rate: number; noise: Tensor }): Tensor {
  const { rate, noise } = options
  if (!(rate >= 0 && rate < 1)) throw new ShapeError('dropout', `rate ${rate} is outside [0, 1)`)
  if (!sameShape(x.shape, noise.shape)) throw new ShapeError('dropout', 'noise has another shape', [x, noise])
  return multiply(x, select(greaterOrEqual(noise, rate), 1 / (1 - rate), 0))
}

/**
 * Operators of ONNX Runtime beyond ONNX's own, each one node for what takes several there: for graphs that no other runtime
 * runs. None has a gradient.
 */
import { emit, type Tensor } from './graph.ts'

const DOMAIN = 'com.microsoft'

/** `x[..., D]` times `weight[D, E]`, both of 8 bits, and a bias. */
export interface WholeProduct {
  /** uint8, and what one of it and its zero stand for. */
  readonly x: Tensor
  readonly step: Tensor
  readonly zero: Tensor
  /** int8, and the same of each column, [E]. */
  readonly weight: Tensor
  readonly steps: Tensor
  readonly zeros: Tensor
  /** [E]. */
  readonly bias: Tensor
}

/** → [..., E], float32. */
export function wholeLinear({ x, step, zero, weight, steps, zeros, bias }: WholeProduct): Tensor {
  const shape = [...x.shape.slice(0, -1), weight.shape[1]!]
  return emit(`${DOMAIN}.MatMulIntegerToFloat`, [x, weight, step, steps, zero, zeros, bias], shape)
}

/** `x[B, T, D]` attends to itself, and is not projected again, [B, T, D]; the product is that of queries, keys and values, E = 3D. */
export function wholeSelfAttention(
  { x, step, zero, weight, steps, zeros, bias }: WholeProduct,
  { heads, isCausal }: { heads: number; isCausal: boolean },
): Tensor {
  return emit(`${DOMAIN}.QAttention`, [x, weight, bias, step, steps, null, zero, zeros], x.shape, {
    attributes: { num_heads: heads, unidirectional: Number(isCausal) },
  })
}

/** Queries [B, T, D] attend to keys and values [B, heads, S, d] → [B, T, D]. */
export function headedAttention(query: Tensor, { key, value }: { key: Tensor; value: Tensor }): Tensor {
  return emit(`${DOMAIN}.MultiHeadAttention`, [query, key, value], query.shape, {
    attributes: { num_heads: key.shape[1]! },
  })
}

/** `layerNorm` of the sum of x[B, T, D] and `added`. */
export function sumLayerNorm(options: {
  readonly x: Tensor
  readonly added: Tensor
  readonly scale: Tensor
  readonly bias: Tensor
  readonly epsilon: number
}): Tensor {
  const { x, added, scale, bias, epsilon } = options
  return emit(`${DOMAIN}.SkipLayerNormalization`, [x, added, scale, bias], x.shape, {
    attributes: { epsilon: { float: epsilon } },
  })
}

/** Matrix products, forward and gradient side by side. */
import { add, broadcastShape, unbroadcast } from './elementwise.ts'
import { emit, requireType, ShapeError, sizeOf, type Tensor } from './graph.ts'
import { reshape, transpose } from './layout.ts'

/** `a[..., M, K]` times `b[..., K, N]`; leading axes broadcast. Both have at least two axes. */
export function matrixProduct(a: Tensor, b: Tensor): Tensor {
  requireType('matrixProduct', 'float32', a, b)
  const [rankA, rankB] = [a.shape.length, b.shape.length]
  if (rankA < 2 || rankB < 2 || a.shape[rankA - 1] !== b.shape[rankB - 2]) {
    throw new ShapeError('matrixProduct', 'inner sizes differ', [a, b])
  }
  const lead = broadcastShape(
    'matrixProduct',
    { ...a, shape: a.shape.slice(0, -2) },
    { ...b, shape: b.shape.slice(0, -2) },
  )
  const output = emit('MatMul', [a, b], [...lead, a.shape[rankA - 2]!, b.shape[rankB - 1]!])
  a.graph.record('matrixProduct', [a, b], [output], ([dy], [needA, needB]) => [
    needA ? unbroadcast(matrixProduct(dy!, swapLast(b)), a.shape) : undefined,
    needB ? unbroadcast(matrixProduct(swapLast(a), dy!), b.shape) : undefined,
  ])
  return output
}

/** Swaps the last two axes. */
export function swapLast(x: Tensor): Tensor {
  const rank = x.shape.length
  return transpose(
    x,
    [...x.shape.keys()].map((axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2)),
  )
}

/** `x[..., D]`, `weight[E, D]` and `bias[E]` give `x · weightᵀ + bias`, `[..., E]`: PyTorch's layout of a linear layer. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  requireType('linear', 'float32', x, weight, bias)
  const inner = x.shape[x.shape.length - 1]
  const [outer, expected] = weight.shape
  if (weight.shape.length !== 2 || x.shape.length < 2 || inner !== expected || sizeOf(bias.shape) !== outer) {
    throw new ShapeError('linear', 'takes x [..., D], weight [E, D], bias [E]', [x, weight, bias])
  }
  if (x.shape.some((size) => size < 0)) return add(matrixProduct(x, transpose(weight, [1, 0])), bias)
  const rows = sizeOf(x.shape) / inner!
  const flat = reshape(x, [rows, inner!])
  const output = emit('Gemm', [flat, weight, bias], [rows, outer!], { attributes: { transB: 1 } })
  const { graph } = x
  graph.record('linear', [flat, weight, bias], [output], ([dy], [needX, needWeight, needBias]) => [
    needX ? emit('MatMul', [dy!, weight], flat.shape) : undefined,
    needWeight ? emit('Gemm', [dy!, flat], weight.shape, { attributes: { transA: 1 } }) : undefined,
    needBias ? unbroadcast(dy!, bias.shape) : undefined,
  ])
  return reshape(output, [...x.shape.slice(0, -1), outer!])
}

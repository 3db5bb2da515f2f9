/** Reductions along axes, forward and gradient side by side. */
import { divide, equal, multiply, select } from './elementwise.ts'
import { emit, requireType, resolveAxis, type Shape, ShapeError, sizeOf, type Tensor } from './graph.ts'
import { expand, reshape } from './layout.ts'

export interface ReduceOptions {
  /** Axes to reduce; all when absent. */
  readonly axes?: readonly number[]
  /** Keep the reduced axes with size 1. */
  readonly keepDimensions?: boolean
}

function reduce(operator: string, onnx: string, x: Tensor, options: ReduceOptions) {
  requireType(operator, 'float32', x)
  const axes = (options.axes ?? x.shape.map((_, axis) => axis)).map((axis) => resolveAxis(operator, x, axis))
  if (new Set(axes).size !== axes.length)
    throw new ShapeError(operator, `an axis is named twice: ${axes.join(', ')}`, [x])
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const shape = options.keepDimensions ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
  const output = axes.length
    ? emit(onnx, [x, x.graph.integers(axes)], shape, { attributes: { keepdims: options.keepDimensions ? 1 : 0 } })
    : emit('Identity', [x], shape)
  return { output, kept: kept as Shape, count: sizeOf(axes.map((axis) => x.shape[axis]!)) }
}

export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { output, kept } = reduce('sum', 'ReduceSum', x, options)
  x.graph.record('sum', [x], [output], ([dy]) => [expand(reshape(dy!, kept), x.shape)])
  return output
}

export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { output, kept, count } = reduce('mean', 'ReduceMean', x, options)
  x.graph.record('mean', [x], [output], ([dy]) => [expand(reshape(divide(dy!, count), kept), x.shape)])
  return output
}

/** The largest value along the axes; equal maxima share the gradient evenly, as in PyTorch's `amax`. */
export function maximum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { output, kept } = reduce('maximum', 'ReduceMax', x, options)
  const axes = options.axes ?? x.shape.map((_, axis) => axis)
  x.graph.record('maximum', [x], [output], ([dy]) => {
    const mask = select(equal(x, reshape(output, kept)), 1, 0)
    const share = divide(reshape(dy!, kept), sum(mask, { axes, keepDimensions: true }))
    return [multiply(mask, share)]
  })
  return output
}

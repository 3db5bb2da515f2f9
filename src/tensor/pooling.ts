/** 2x2 and 2x1 max pooling, subsampling and doubling of images. */
import { multiply } from './elementwise.ts'
import { emit, requireType, ShapeError, strided, type Tensor } from './graph.ts'
import { reshape, slice } from './layout.ts'
import { maximum } from './reduction.ts'

/** Down and across. */
export type Pair = readonly [number, number]

/** Which axes go down and across: [2, 3] in [N, C, H, W], [0, 2] in [H, C, W, N]. */
export type ImageAxes = readonly [2, 3] | readonly [0, 2]

/** Without a gradient: largest of each 2x2 square of `x[N, C, H, W]`, H and W even. */
export function maxPool2x2(x: Tensor): Tensor {
  return emit('MaxPool', [x], halvedShape(x, [2, 3]), { attributes: { kernel_shape: [2, 2], strides: [2, 2] } })
}

/** The shape of an image of half as many rows and columns; throws where their numbers are odd. */
export function halvedShape(x: Tensor, axes: ImageAxes): number[] {
  requireType('maxPool2x2', 'float32', x)
  const isOdd = (axis: number) => x.shape[axis]! > 0 && x.shape[axis]! % 2 !== 0
  if (x.shape.length !== 4 || axes.some(isOdd))
    throw new ShapeError('maxPool2x2', 'takes an image with even H and W', [x])
  return x.shape.map((length, axis) => (axis === axes[0] || axis === axes[1] ? strided(length, 2) : length))
}

/** An image without its last row or column where their number is odd: what pooling leaves out. */
export function evenSized(x: Tensor, axes: ImageAxes = [2, 3]): Tensor {
  return axes.reduce((even: Tensor, axis) => {
    const size = even.shape[axis]!
    return size > 0 ? slice(even, { axis, end: size - (size % 2) }) : even
  }, x)
}

/** Larger of every two rows of `x[N, C, H, W]` (or `x[H, C, W, N]`, by `axes`), H even; equal ones share the gradient. */
export function maxPoolRows(x: Tensor, axes: ImageAxes = [2, 3]): Tensor {
  requireType('maxPoolRows', 'float32', x)
  const [down] = axes
  const height = x.shape[down]!
  if (x.shape.length !== 4 || height < 0 || height % 2 !== 0)
    throw new ShapeError('maxPoolRows', 'takes an image with even H', [x])
  if (x.shape.every((size) => size > 0))
    return maximum(reshape(x, x.shape.toSpliced(down, 1, height / 2, 2)), { axes: [down + 1] })
  if (down !== 2) throw new ShapeError('maxPoolRows', 'takes [N, C, H, W] where a size is known at run time', [x])
  return emit('MaxPool', [x], x.shape.with(2, height / 2), { attributes: { kernel_shape: [2, 1], strides: [2, 1] } })
}

/** Every `stride[0]`-th row and `stride[1]`-th column: what a 1x1 convolution with that stride reads. */
export function subsample(x: Tensor, stride: Pair, [down, across]: ImageAxes = [2, 3]): Tensor {
  return slice(slice(x, { axis: down, step: stride[0] }), { axis: across, step: stride[1] })
}

/** `x[N, C, H, W]` at twice its height and width, every pixel four times. */
export function upsample2x2(x: Tensor): Tensor {
  requireType('upsample2x2', 'float32', x)
  if (x.shape.length !== 4) throw new ShapeError('upsample2x2', 'takes an image', [x])
  const shape = x.shape.map((size, axis) => (axis < 2 ? size : strided(size, 0.5)))
  const scales = x.graph.constant(Float32Array.of(1, 1, 2, 2), [4])
  const output = emit('Resize', [x, null, scales], shape, {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  })
  x.graph.record('upsample2x2', [x], [output], ([dy]) => {
    const means = emit('AveragePool', [dy!], x.shape, { attributes: { kernel_shape: [2, 2], strides: [2, 2] } })
    return [multiply(means, 4)]
  })
  return output
}

/** 2x2 and 2x1 max pooling, subsampling and doubling of images, forward and gradient side by side. */
import { equal, multiply, select } from './elementwise.ts'
import { emit, requireType, ShapeError, sameShape, strided, type Tensor } from './graph.ts'
import { concatenate, reshape, slice } from './layout.ts'
import { maximum } from './reduction.ts'

/** Down and across. */
export type Pair = readonly [number, number]

/** Which axes go down and across: [2, 3] in [N, C, H, W], [0, 2] in [H, C, W, N]. */
export type ImageAxes = readonly [2, 3] | readonly [0, 2]

/** `size` rows and columns of an image from `start` by `step`, without a gradient: both axes in one pass. */
export function everyCell(
  x: Tensor,
  { start, step, size, axes = [2, 3] }: { start: Pair; step: Pair; size: Pair; axes?: ImageAxes },
): Tensor {
  const shape = x.shape.map((length, axis) => (axis === axes[0] ? size[0] : axis === axes[1] ? size[1] : length))
  if (sameShape(x.shape, shape)) return x
  const { graph } = x
  const ends = ([0, 1] as const).map((side) => start[side] + (size[side] - 1) * step[side] + 1)
  return emit('Slice', [x, ...[start, ends, axes, step].map((values) => graph.integers(values))], shape)
}

/**
 * Largest of each 2x2 square of `x[N, C, H, W]` (or `x[H, C, W, N]`, by `axes`), H and W even; among equals the first
 * takes the gradient, as in PyTorch.
 */
export function maxPool2x2(x: Tensor, axes: ImageAxes = [2, 3]): Tensor {
  requireType('maxPool2x2', 'float32', x)
  const [height, width] = axes.map((axis) => x.shape[axis]!) as [number, number]
  const isOdd = (size: number) => size > 0 && size % 2 !== 0
  if (x.shape.length !== 4 || isOdd(height) || isOdd(width)) {
    throw new ShapeError('maxPool2x2', 'takes an image with even H and W', [x])
  }
  const size = [strided(height, 2), strided(width, 2)] as const
  const shape = x.shape.map((length, axis) => (axis === axes[0] || axis === axes[1] ? strided(length, 2) : length))
  const corner = (cell: number) => everyCell(x, { start: [cell >> 1, cell & 1], step: [2, 2], size, axes })
  const corners = axes[0] === 0 ? [0, 1, 2, 3].map(corner) : undefined
  const output = corners
    ? emit('Max', corners, shape)
    : emit('MaxPool', [x], shape, { attributes: { kernel_shape: [2, 2], strides: [2, 2] } })
  x.graph.record('maxPool2x2', [x], [output], ([dy]) => {
    let remaining = dy!
    const cells = [0, 1, 2, 3].map((cell) => {
      const here = cell < 3 ? equal(corners?.[cell] ?? corner(cell), output) : null
      const part = here ? select(here, remaining, 0) : remaining
      if (here) remaining = select(here, 0, remaining)
      return part
    })
    const rows = [0, 2].map((cell) => interleave(cells.slice(cell, cell + 2), axes[1]))
    return [interleave(rows, axes[0])]
  })
  return output
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

/** Puts tensors of one shape together so that their indices along the axis take turns. */
function interleave(tensors: readonly Tensor[], axis: number): Tensor {
  const { shape } = tensors[0]!
  const apart = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]
  const joined = concatenate(
    tensors.map((tensor) => reshape(tensor, apart)),
    { axis: axis + 1 },
  )
  return reshape(
    joined,
    shape.map((length, place) => (place === axis ? length * tensors.length : length)),
  )
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

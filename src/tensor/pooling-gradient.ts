/** 2x2 max pooling with its gradient, and the places of an image that it and others' gradients take. */
import { equal, select } from './elementwise.ts'
import { emit, sameShape, type Tensor } from './graph.ts'
import { concatenate, reshape } from './layout.ts'
import { halvedShape, type ImageAxes, type Pair } from './pooling.ts'

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
export function maxPool2x2Training(x: Tensor, axes: ImageAxes = [2, 3]): Tensor {
  const shape = halvedShape(x, axes)
  const size = axes.map((axis) => shape[axis]!) as [number, number]
  const corner = (cell: number) => everyCell(x, { start: [cell >> 1, cell & 1], step: [2, 2], size, axes })
  const corners = [0, 1, 2, 3].map(corner)
  const output = emit('Max', corners, shape)
  x.graph.record('maxPool2x2', [x], [output], ([dy]) => {
    let remaining = dy!
    const cells = corners.map((values, cell) => {
      if (cell === 3) return remaining
      const here = equal(values, output)
      const part = select(here, remaining, 0)
      remaining = select(here, 0, remaining)
      return part
    })
    const rows = [0, 2].map((cell) => interleave(cells.slice(cell, cell + 2), axes[1]))
    return [interleave(rows, axes[0])]
  })
  return output
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

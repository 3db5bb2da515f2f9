/** Bilinear sampling of an image at the points of a grid, with its gradient to the grid. */
import { add, cast, clamp, detach, equal, floor, multiply, select, subtract } from './elementwise.ts'
import { emit, requireType, ShapeError, type Tensor } from './graph.ts'
import { concatenate, expand, reshape, split, transpose } from './layout.ts'
import { sum } from './reduction.ts'

/**
 * `image[N, C, H, W]` sampled at `grid[N, 2, H', W']` (a plane of x, a plane of y; -1 and 1 are the centres of the
 * outermost pixels) gives `[N, C, H', W']`, for points within the image, where it does not matter what lies outside:
 * ONNX Runtime is faster with zeros than with the border's values.
 */
export function gridSample(image: Tensor, grid: Tensor): Tensor {
  return emit('GridSample', [image, transpose(grid, [0, 2, 3, 1])], sampledShape(image, grid), {
    attributes: { align_corners: 1, mode: 'bilinear', padding_mode: 'zeros' },
  })
}

/**
 * The same with a gradient to the grid, and none to the image: composed, because the gradient needs the same four corners.
 * Points outside take the border's value: PyTorch's `grid_sample` with `align_corners=True` and `padding_mode='border'` but
 * for the order of the grid's axes.
 */
export function gridSampleTraining(image: Tensor, grid: Tensor): Tensor {
  const shape = sampledShape(image, grid)
  const [batch, channels, outHeight, outWidth] = shape as [number, number, number, number]
  const [, , height, width] = image.shape as [number, number, number, number]
  const points = outHeight * outWidth
  const planes = reshape(detach(grid), [batch, 2, points])
  const [x, y] = split(planes, { axis: 1, sizes: [1, 1] }).map((plane, axis) => place(plane, axis ? height : width))
  const corners = cornerValues(image, x!, y!)
  const weights = concatenate(
    [
      multiply(x!.toUpper, y!.toUpper),
      multiply(x!.share, y!.toUpper),
      multiply(x!.toUpper, y!.share),
      multiply(x!.share, y!.share),
    ],
    { axis: 1 },
  )
  const byCorner = multiply(corners, reshape(weights, [batch, 1, 4, points]))
  const output = reshape(sum(byCorner, { axes: [2] }), shape)
  image.graph.record('gridSample', [image, grid], [output], ([dy], [needImage]) => {
    if (needImage) throw new ShapeError('gridSample', 'has no gradient to its image', [image])
    const upstream = reshape(dy!, [batch, channels, 1, points])
    const byPixel = sum(multiply(corners, upstream), { axes: [1] })
    const [a, b, c, d] = split(byPixel, { axis: 1, sizes: [1, 1, 1, 1] }) as [Tensor, Tensor, Tensor, Tensor]
    const slope = (from: Tensor[], to: Tensor[], across: Place, along: Place) => {
      const near = multiply(subtract(to[0]!, from[0]!), across.toUpper)
      const far = multiply(subtract(to[1]!, from[1]!), across.share)
      return select(along.inside, multiply(add(near, far), (along.size - 1) / 2), 0)
    }
    const slopes = concatenate([slope([a, c], [b, d], y!, x!), slope([a, b], [c, d], x!, y!)], { axis: 1 })
    return [undefined, reshape(slopes, grid.shape)]
  })
  return output
}

function sampledShape(image: Tensor, grid: Tensor): number[] {
  requireType('gridSample', 'float32', image, grid)
  const [batch, channels, height, width] = image.shape as [number, number, number, number]
  const [gridBatch, coordinates, ...size] = grid.shape
  if (image.shape.length !== 4 || grid.shape.length !== 4 || coordinates !== 2 || batch !== gridBatch) {
    throw new ShapeError('gridSample', 'takes image [N, C, H, W] and grid [N, 2, H, W]', [image, grid])
  }
  if (height < 2 || (width >= 0 && width < 2))
    throw new ShapeError('gridSample', 'the image needs two rows and two columns', [image])
  return [batch, channels, ...size]
}

/** Where points lie along one side of an image: between pixel `lower` and the next, `share` of the way. */
interface Place {
  readonly size: number
  readonly lower: Tensor
  readonly share: Tensor
  /** 1 - share. */
  readonly toUpper: Tensor
  /** Whether moving a point changes its sample. */
  readonly inside: Tensor
}

function place(coordinate: Tensor, size: number): Place {
  const position = multiply(add(coordinate, 1), (size - 1) / 2)
  const within = clamp(position, 0, size - 1)
  const lower = clamp(floor(within), 0, size - 2)
  const share = subtract(within, lower)
  const inside = equal(position, clamp(position, 1e-6, size - 1 - 1e-6))
  return { size, lower, share, toUpper: subtract(1, share), inside }
}

/** The pixels around each point, row by row: [N, C, 4, points]. */
function cornerValues(image: Tensor, x: Place, y: Place): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number]
  const points = x.lower.shape[2]!
  // A point that has become NaN must reach the loss, which is checked, and not lie outside the image.
  const last = image.graph.scalar((height - 1) * width - 2, 'int32')
  const bound = (operator: string, limit: Tensor, value: Tensor) =>
    emit(operator, [value, limit], value.shape, { type: 'int32' })
  const index = cast(add(multiply(y.lower, width), x.lower), 'int32')
  const first = bound('Max', image.graph.scalar(0, 'int32'), bound('Min', last, index))
  const offsets = image.graph.constant(Int32Array.of(0, 1, width, width + 1), [1, 4, 1])
  const indices = emit('Add', [first, offsets], [batch, 4, points], { type: 'int32' })
  const everyChannel = expand(reshape(indices, [batch, 1, 4 * points]), [batch, channels, 4 * points])
  const pixels = reshape(image, [batch, channels, height * width])
  const found = emit('GatherElements', [pixels, everyChannel], everyChannel.shape, { attributes: { axis: 2 } })
  return reshape(found, [batch, channels, 4, points])
}

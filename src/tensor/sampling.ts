/** Bilinear sampling of an image at the points of a grid, with its gradient to the grid. */
import { add, clamp, divide, equal, floor, multiply, select, subtract } from './elementwise.ts'
import { emit, requireType, ShapeError, type Tensor } from './graph.ts'
import { concatenate, reshape, slice } from './layout.ts'
import { sum } from './reduction.ts'

/**
 * `image[N, C, H, W]` sampled at `grid[N, H', W', 2]` (x, then y; -1 and 1 are the centres of the outermost pixels) gives
 * `[N, C, H', W']`. Points outside take the border's value. PyTorch's `grid_sample` with `align_corners=True` and
 * `padding_mode='border'`, of which the image's gradient is left out: the image must not be differentiated.
 */
export function gridSample(image: Tensor, grid: Tensor): Tensor {
  requireType('gridSample', 'float32', image, grid)
  const [batch, channels, height, width] = image.shape as [number, number, number, number]
  const [gridBatch, outHeight, outWidth, coordinates] = grid.shape as [number, number, number, number]
  if (image.shape.length !== 4 || grid.shape.length !== 4 || coordinates !== 2 || batch !== gridBatch) {
    throw new ShapeError('gridSample', 'takes image [N, C, H, W] and grid [N, H, W, 2]', [image, grid])
  }
  if (height < 2 || width < 2) throw new ShapeError('gridSample', 'the image needs two rows and two columns', [image])
  const sample = (points: Tensor) =>
    emit('GridSample', [image, points], [batch, channels, outHeight, outWidth], {
      attributes: { align_corners: 1, mode: 'bilinear', padding_mode: 'border' },
    })
  const output = sample(grid)
  image.graph.record('gridSample', [image, grid], [output], ([dy], [needImage]) => {
    if (needImage) throw new ShapeError('gridSample', 'has no gradient to its image', [image])
    // Between two columns of pixels the sample is linear in x: its slope is the difference of samples taken on them.
    const slopes = ([0, 1] as const).map((axis) => {
      const size = axis === 0 ? width : height
      const parts = [0, 1].map((index) => slice(grid, { axis: 3, start: index, end: index + 1 }))
      const position = multiply(add(parts[axis]!, 1), (size - 1) / 2)
      const lower = clamp(floor(position), 0, size - 2)
      const at = (pixel: Tensor) => {
        const replaced = subtract(divide(pixel, (size - 1) / 2), 1)
        return sample(concatenate(axis === 0 ? [replaced, parts[1]!] : [parts[0]!, replaced], { axis: 3 }))
      }
      const slope = sum(multiply(subtract(at(add(lower, 1)), at(lower)), dy!), { axes: [1] })
      const inside = reshape(equal(position, clamp(position, 1e-6, size - 1 - 1e-6)), [batch, outHeight, outWidth])
      const scaled = select(inside, multiply(slope, (size - 1) / 2), 0)
      return reshape(scaled, [batch, outHeight, outWidth, 1])
    })
    return [undefined, concatenate(slopes, { axis: 3 })]
  })
  return output
}

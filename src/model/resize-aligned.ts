import { emit, matrixProduct, type Tensor, transpose } from '../tensor/index.ts'

/**
 * Bilinear resizing with aligned corners, `x[B, C, H, W]` → `[B, C, height, width]`, as two matrix products; by ONNX's own
 * operator where W is known at run time alone.
 */
export function resizeAligned(x: Tensor, height: number, width: number): Tensor {
  const [batch, channels, oldHeight, oldWidth] = x.shape as [number, number, number, number]
  if (oldWidth < 0) {
    return emit('Resize', [x, null, null, x.graph.integers([height, width])], [batch, channels, height, width], {
      attributes: { axes: [2, 3], mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    })
  }
  const interpolation = (from: number, to: number) => {
    const matrix = new Float32Array(to * from)
    for (let index = 0; index < to; index++) {
      const place = to === 1 ? 0 : (index * (from - 1)) / (to - 1)
      const lower = Math.min(Math.floor(place), from - 2)
      matrix[index * from + lower] = 1 - (place - lower)
      matrix[index * from + lower + 1] = place - lower
    }
    return x.graph.constant(matrix, [to, from])
  }
  const rows = matrixProduct(interpolation(oldHeight, height), x)
  return matrixProduct(rows, transpose(interpolation(oldWidth, width), [1, 0]))
}

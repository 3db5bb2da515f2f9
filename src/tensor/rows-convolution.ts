/**
 * Convolution for training: images as [H, C, W, N], rows outermost and the batch innermost, so that a layer is a few
 * matrix products over the whole batch and nothing between layers is ever transposed. Batch norm fits as it is: channels
 * are axis 1 here too.
 */
import type { ConvolutionOptions } from './convolution.ts'
import { unbroadcast } from './elementwise.ts'
import { emit, requireType, ShapeError, sizeOf, type Tensor } from './graph.ts'
import { reshape, slice, transpose } from './layout.ts'
import { matrixProduct, swapLast } from './matrix.ts'
import { rowScheme } from './row-scheme.ts'

/** `x[H, C, W, N]` with `weight[O, C, kh, kw]` gives `[H', O, W', N]`: `convolution` in the other layout, without groups. */
export function rowsConvolution(x: Tensor, weight: Tensor, options: Omit<ConvolutionOptions, 'groups'> = {}): Tensor {
  const { stride = [1, 1], padding = [0, 0] } = options
  requireType('rowsConvolution', 'float32', x, weight)
  if (x.shape.length !== 4 || weight.shape.length !== 4 || x.shape[1] !== weight.shape[1] || x.shape.some((n) => n < 0))
    throw new ShapeError('rowsConvolution', 'takes x [H, C, W, N] of known sizes and weight [O, C, kh, kw]', [
      x,
      weight,
    ])
  const [height, channels, width, batch] = x.shape as [number, number, number, number]
  const [filters, , kernelHeight, kernelWidth] = weight.shape as [number, number, number, number]
  if (kernelHeight * kernelWidth * stride[0] * stride[1] === 1 && padding[0] + padding[1] === 0) {
    const product = matrixProduct(reshape(weight, [filters, channels]), reshape(x, [height, channels, width * batch]))
    return reshape(product, [height, filters, width, batch])
  }
  const scheme = rowScheme({ height, kernel: kernelHeight, stride: stride[0], padding: padding[0] })
  const across = { stride: stride[1], padding: padding[1] }
  const rows = scheme.input ? combineRows(scheme.input, x) : x
  const { outHeight, products } = scheme
  if (scheme.kind === 'direct') {
    const [from, to] = scheme.taps
    const byRow = transpose(slice(weight, { axis: 2, start: from, end: to }), [0, 2, 1, 3])
    const inner = (to - from) * channels
    return widthConvolution(
      reshape(rows, [outHeight, inner, width, batch]),
      reshape(byRow, [filters, inner, kernelWidth]),
      across,
    )
  }
  const kernels = combineRows(scheme.weight, transpose(weight, [2, 0, 1, 3]))
  const groups = rows.shape[0]! / products
  const output = widthConvolution(reshape(rows, [groups, products, channels, width, batch]), kernels, across)
  const [outWidth] = output.shape.slice(3) as [number]
  const inner = filters * outWidth * batch
  const combined = matrixProduct(constantMatrix(x, scheme.output), reshape(output, [groups, products, inner]))
  return reshape(combined, [outHeight, filters, outWidth, batch])
}

/** Sums of the first axis' parts by a constant matrix [R, H]: `x[H, ...]` → `[R, ...]`. */
function combineRows(matrix: readonly (readonly number[])[], x: Tensor): Tensor {
  const [height, ...rest] = x.shape as [number, ...number[]]
  const product = matrixProduct(constantMatrix(x, matrix), reshape(x, [height, sizeOf(rest)]))
  return reshape(product, [matrix.length, ...rest])
}

function constantMatrix({ graph }: Tensor, rows: readonly (readonly number[])[]): Tensor {
  return graph.constant(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length])
}

/** `x[..., C, W, N]` with `weight[..., O, C, k]` gives `[..., O, W', N]`; leading axes broadcast. */
function widthConvolution(x: Tensor, weight: Tensor, across: { stride: number; padding: number }): Tensor {
  const { stride, padding } = across
  const lead = x.shape.slice(0, -3)
  const [channels, width, batch] = x.shape.slice(-3) as [number, number, number]
  const [filters, , taps] = weight.shape.slice(-3) as [number, number, number]
  const outWidth = Math.floor((width + 2 * padding - taps) / stride) + 1
  const columns = gatherColumns(x, { taps, width: outWidth }, (tap, place) => place * stride + tap - padding)
  const flat = reshape(weight, [...weight.shape.slice(0, -2), channels * taps])
  const product = emit('MatMul', [flat, columns], [...lead, filters, outWidth * batch])
  x.graph.record('widthConvolution', [x, flat], [product], ([dy], [needX, needWeight]) => {
    const slope = dy!
    if (!needX) return [undefined, needWeight ? weightGradient(slope, columns, flat) : undefined]
    // What each input place gave to the output, tap by tap; nothing where the stride passed it over.
    const byPlace = gatherColumns(
      reshape(slope, [...lead, filters, outWidth, batch]),
      { taps, width },
      (tap, place) => {
        return (place + padding - tap) / stride
      },
    )
    const rank = weight.shape.length
    const order = [...weight.shape.keys()].map((axis) => [rank - 2, rank - 3][axis - rank + 3] ?? axis)
    const swapped = transpose(weight, order)
    const back = reshape(swapped, [...swapped.shape.slice(0, -2), filters * taps])
    const dx = emit('MatMul', [back, byPlace], [...lead, channels, width * batch])
    return [reshape(dx, x.shape), needWeight ? weightGradient(slope, columns, flat) : undefined]
  })
  return reshape(product, [...lead, filters, outWidth, batch])
}

function weightGradient(dy: Tensor, columns: Tensor, weight: Tensor): Tensor {
  return unbroadcast(matrixProduct(dy, swapLast(columns)), weight.shape)
}

/**
 * `x[..., C, W, N]` → `[..., C · taps, W' · N]`: for each tap and place of the result the column of x that `source` names;
 * zeros where there is none. Not recorded.
 */
function gatherColumns(
  x: Tensor,
  size: { taps: number; width: number },
  source: (tap: number, place: number) => number,
): Tensor {
  const [channels, width, batch] = x.shape.slice(-3) as [number, number, number]
  const lead = x.shape.slice(0, -3)
  const count = size.taps * size.width
  const places = Array.from({ length: count }, (_, index) => {
    const place = source(Math.floor(index / size.width), index % size.width)
    return Number.isInteger(place) && place >= 0 && place < width ? place : width
  })
  const { graph } = x
  const ends = x.shape.map((_, axis) => (axis === x.shape.length - 2 ? 1 : 0))
  const padded = places.includes(width)
    ? emit('Pad', [x, graph.integers([...ends.map(() => 0), ...ends])], [...lead, channels, width + 1, batch])
    : x
  const found = emit('Gather', [padded, graph.integers(places)], [...lead, channels, count, batch], {
    attributes: { axis: x.shape.length - 2 },
  })
  const shape = [...lead, channels * size.taps, size.width * batch]
  return emit('Reshape', [found, graph.integers(shape)], shape)
}

/**
 * Convolution for training: images as [H, C, W, N], rows outermost and the batch innermost, so that a layer is a few
 * matrix products over the whole batch and nothing between layers is ever transposed. Batch norm fits as it is: channels
 * are axis 1 here too.
 */
import type { ConvolutionOptions } from './convolution.ts'
import { unbroadcast } from './elementwise.ts'
import { emit, requireType, ShapeError, sizeOf, type Tensor } from './graph.ts'
import { reshape, transpose } from './layout.ts'
import { matrixProduct, swapLast } from './matrix.ts'
import { type Matrix, rowScheme } from './row-scheme.ts'

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
  const byTap = filterRows(scheme.weight, weight)
  if (scheme.kind === 'direct') {
    const inner = products * channels
    return widthConvolution(
      reshape(rows, [outHeight, inner, width, batch]),
      reshape(transpose(byTap, [1, 2, 0, 3]), [kernelWidth, filters, inner]),
      across,
    )
  }
  const groups = rows.shape[0]! / products
  const grouped = reshape(rows, [groups, products, channels, width, batch])
  const output = widthConvolution(grouped, byTap, across)
  const [outWidth] = output.shape.slice(3) as [number]
  const inner = filters * outWidth * batch
  const combined = matrixProduct(constantMatrix(x, scheme.output), reshape(output, [groups, products, inner]))
  return reshape(combined, [outHeight, filters, outWidth, batch])
}

/** Sums of the first axis' parts by a constant matrix [R, H]: `x[H, ...]` → `[R, ...]`. */
function combineRows(matrix: Matrix, x: Tensor): Tensor {
  const [height, ...rest] = x.shape as [number, ...number[]]
  const product = matrixProduct(constantMatrix(x, matrix), reshape(x, [height, sizeOf(rest)]))
  return reshape(product, [matrix.length, ...rest])
}

/**
 * Sums of the filters' rows by a constant matrix [R, kh]: `weight[O, C, kh, kw]` → `[R, kw, O, C]`. One product moves the
 * taps to the front besides, and one back: the runtime would join transposes into one of four axes, which is slow.
 */
function filterRows(matrix: Matrix, weight: Tensor): Tensor {
  const [filters, channels, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number]
  const [taps, count] = [kernelHeight * kernelWidth, filters * channels]
  const byTap = matrix.flatMap((row) =>
    Array.from({ length: kernelWidth }, (_, column) =>
      Array.from({ length: taps }, (_unused, tap) =>
        tap % kernelWidth === column ? row[Math.floor(tap / kernelWidth)]! : 0,
      ),
    ),
  )
  const sums = constantMatrix(weight, byTap)
  const flat = reshape(weight, [count, taps])
  const output = emit('Gemm', [sums, flat], [byTap.length, count], { attributes: { transB: 1 } })
  weight.graph.record('filterRows', [flat], [output], ([dy]) => [
    emit('Gemm', [dy!, sums], [count, taps], { attributes: { transA: 1 } }),
  ])
  return reshape(output, [matrix.length, kernelWidth, filters, channels])
}

function constantMatrix({ graph }: Tensor, rows: Matrix): Tensor {
  return graph.constant(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length])
}

/** `x[..., C, W, N]` with `weight[..., k, O, C]` gives `[..., O, W', N]`; leading axes broadcast. */
function widthConvolution(x: Tensor, weight: Tensor, across: { stride: number; padding: number }): Tensor {
  const { stride, padding } = across
  const lead = x.shape.slice(0, -3)
  const [channels, width, batch] = x.shape.slice(-3) as [number, number, number]
  const [taps, filters] = weight.shape.slice(-3) as [number, number, number]
  const outWidth = Math.floor((width + 2 * padding - taps) / stride) + 1
  const columns = gatherColumns(x, { taps, width: outWidth }, (tap, place) => place * stride + tap - padding)
  const outer = weight.shape.slice(0, -3)
  const forward = [...outer, filters, taps * channels]
  const byFilter = emit('Transpose', [weight], [...outer, filters, taps, channels], {
    attributes: { perm: swapTapsAndFilters(weight) },
  })
  const flat = emit('Reshape', [byFilter, x.graph.integers(forward)], forward)
  const product = emit('MatMul', [flat, columns], [...lead, filters, outWidth * batch])
  x.graph.record('widthConvolution', [x, weight], [product], ([dy], [needX, needWeight]) => {
    const slope = dy!
    return [needX ? inputGradient(slope) : undefined, needWeight ? weightGradient(slope) : undefined]
  })
  return reshape(product, [...lead, filters, outWidth, batch])

  /** What each input place gave to the output, tap by tap; nothing where the stride passed it over. */
  function inputGradient(dy: Tensor): Tensor {
    const places = reshape(dy, [...lead, filters, outWidth, batch])
    const byPlace = gatherColumns(places, { taps, width }, (tap, place) => (place + padding - tap) / stride)
    const back = swapLast(reshape(weight, [...outer, taps * filters, channels]))
    return reshape(emit('MatMul', [back, byPlace], [...lead, channels, width * batch]), x.shape)
  }

  function weightGradient(dy: Tensor): Tensor {
    const summed = unbroadcast(matrixProduct(dy, swapLast(columns)), forward)
    return transpose(reshape(summed, [...outer, filters, taps, channels]), swapTapsAndFilters(weight))
  }
}

function swapTapsAndFilters({ shape }: Tensor): number[] {
  const lead = [...shape.keys()].slice(0, -3)
  return [...lead, lead.length + 1, lead.length, lead.length + 2]
}

/**
 * `x[..., C, W, N]` → `[..., taps · C, W' · N]`: for each tap, channel and place of the result the column of x that
 * `source` names; zeros where there is none. Not recorded.
 */
function gatherColumns(
  x: Tensor,
  size: { taps: number; width: number },
  source: (tap: number, place: number) => number,
): Tensor {
  const [channels, width, batch] = x.shape.slice(-3) as [number, number, number]
  const lead = x.shape.slice(0, -3)
  const { graph } = x
  const count = channels * width
  const indices = Array.from({ length: size.taps * channels * size.width }, (_, index) => {
    const row = Math.floor(index / size.width)
    const place = source(Math.floor(row / channels), index % size.width)
    return Number.isInteger(place) && place >= 0 && place < width ? (row % channels) * width + place : count
  })
  const flat = emit('Reshape', [x, graph.integers([...lead, count, batch])], [...lead, count, batch])
  const ends = [...lead.map(() => 0), 1, 0]
  const padded = indices.includes(count)
    ? emit('Pad', [flat, graph.integers([...ends.map(() => 0), ...ends])], [...lead, count + 1, batch])
    : flat
  const found = emit('Gather', [padded, graph.integers(indices)], [...lead, indices.length, batch], {
    attributes: { axis: lead.length },
  })
  const shape = [...lead, size.taps * channels, size.width * batch]
  return emit('Reshape', [found, graph.integers(shape)], shape)
}

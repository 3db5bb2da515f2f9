/** Two-dimensional convolution over [N, C, H, W], forward and gradient side by side. */
import { emit, requireType, ShapeError, strided, type Tensor } from './graph.ts'
import { concatenate, reshape, slice, transpose } from './layout.ts'
import { matrixProduct, swapLast } from './matrix.ts'
import { everyCell, type Pair } from './pooling.ts'

export interface ConvolutionOptions {
  /** Step down and across, default [1, 1]. */
  readonly stride?: Pair
  /** Zeros on both sides, down and across, default [0, 0]; less than the kernel. */
  readonly padding?: Pair
  /** Channel groups; as many as channels makes it depthwise. */
  readonly groups?: number
}

/** `x[N, C, H, W]` with `weight[O, C / groups, kh, kw]` and an optional `bias[O]` gives `[N, O, H', W']`. */
export function convolution(x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvolutionOptions = {}): Tensor {
  const { stride = [1, 1], padding = [0, 0], groups = 1 } = options
  const operands = bias ? [x, weight, bias] : [x, weight]
  requireType('convolution', 'float32', ...operands)
  if (x.shape.length !== 4 || weight.shape.length !== 4)
    throw new ShapeError('convolution', 'takes 4-D tensors', operands)
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const [filters, groupChannels, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number]
  if (channels !== groupChannels * groups || filters % groups !== 0 || (bias && bias.shape[0] !== filters)) {
    throw new ShapeError('convolution', `channels do not fit ${groups} group(s)`, operands)
  }
  if (padding[0] >= kernelHeight || padding[1] >= kernelWidth) {
    throw new ShapeError('convolution', `padding ${padding.join('x')} is not below the kernel`, operands)
  }
  const down = { kernel: kernelHeight, stride: stride[0], padding: padding[0] }
  const outHeight = outputSize(height, down)
  const outWidth = outputSize(width, { kernel: kernelWidth, stride: stride[1], padding: padding[1] })
  const isEmpty = (size: number, out: number) => out === 0 || (size > 0 && out < 1)
  if (isEmpty(height, outHeight) || isEmpty(width, outWidth))
    throw new ShapeError('convolution', 'the kernel is larger than the image', operands)
  if (meetsEveryRow(height, down) && groups === 1 && !bias) {
    return convolutionOverRows(x, weight, { outHeight, stride, padding })
  }
  const output = emit('Conv', operands, [batch, filters, outHeight, outWidth], {
    attributes: {
      kernel_shape: [kernelHeight, kernelWidth],
      strides: stride,
      pads: [...padding, ...padding],
      group: groups,
    },
  })
  x.graph.record('convolution', operands, [output], ([dy], [needX, needWeight, needBias]) => [
    needX ? inputGradient(x, weight, dy!, { stride, padding, groups }) : undefined,
    needWeight ? weightGradient(x, weight, dy!, { stride, padding, groups }) : undefined,
    needBias
      ? emit('ReduceSum', [dy!, x.graph.integers([0, 2, 3])], [filters], { attributes: { keepdims: 0 } })
      : undefined,
  ])
  return output
}

/** One side of a convolution. */
export interface ConvolutionSide {
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

/** How many places of a side the kernel is put on. */
export function outputSize(size: number, { kernel, stride, padding }: ConvolutionSide): number {
  if (size < 0) {
    if (kernel === 2 * padding + 1) return strided(size, stride)
    throw new ShapeError('convolution', 'of a size that is known at run time needs a padding that keeps it')
  }
  return Math.floor((size + 2 * padding - kernel) / stride) + 1
}

/** Whether every output row sees every input row, by more than one row of the kernel. */
export function meetsEveryRow(height: number, side: ConvolutionSide): boolean {
  const { kernel, stride, padding } = side
  return kernel > 1 && height > 0 && (outputSize(height, side) - 1) * stride <= padding && height - 1 + padding < kernel
}

/**
 * The same convolution where the image is so low that every output row sees every input row: rows become channels, and
 * the filter taps that would only meet padding are never computed. A third of the work for one row, two thirds for two.
 */
function convolutionOverRows(
  x: Tensor,
  weight: Tensor,
  options: { outHeight: number; stride: Pair; padding: Pair },
): Tensor {
  const { outHeight, stride, padding } = options
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const [filters, , , kernelWidth] = weight.shape as [number, number, number, number]
  const fromRow = (outRow: number, row: number) => {
    const start = row - outRow * stride[0] + padding[0]
    return reshape(slice(weight, { axis: 2, start, end: start + 1 }), [filters, 1, channels, 1, kernelWidth])
  }
  const range = (count: number) => [...Array(count).keys()]
  const byOutRow = range(outHeight).map((outRow) =>
    concatenate(
      range(height).map((row) => fromRow(outRow, row)),
      { axis: 3 },
    ),
  )
  const folded = reshape(concatenate(byOutRow, { axis: 1 }), [filters * outHeight, channels * height, 1, kernelWidth])
  const output = convolution(reshape(x, [batch, channels * height, 1, width]), folded, null, {
    stride: [1, stride[1]],
    padding: [0, padding[1]],
  })
  return reshape(output, [batch, filters, outHeight, output.shape.at(-1)!])
}

/**
 * Without a stride, a convolution of the output's gradient with the flipped filters, channels and filters swapped (twice
 * as fast in ONNX Runtime as its transposed convolution); with one, the transposed convolution, which skips the zeros.
 */
function inputGradient(x: Tensor, weight: Tensor, dy: Tensor, options: Required<ConvolutionOptions>): Tensor {
  const { stride, padding, groups } = options
  const [filters, groupChannels, ...kernel] = weight.shape as [number, number, number, number]
  const [, channels, ...size] = x.shape as [number, number, number, number]
  const { graph } = x
  if (stride.some((step) => step > 1)) {
    // Rows and columns at the far end that no window reached.
    const missing = ([0, 1] as const).map((side) => {
      return size[side]! - ((dy.shape[side + 2]! - 1) * stride[side] - 2 * padding[side] + kernel[side]!)
    })
    return emit('ConvTranspose', [dy, weight], x.shape, {
      attributes: {
        kernel_shape: kernel,
        strides: stride,
        pads: [...padding, ...padding],
        output_padding: missing,
        group: groups,
      },
    })
  }
  const grouped = reshape(weight, [groups, filters / groups, groupChannels, ...kernel])
  const swapped =
    groups === 1
      ? transpose(weight, [1, 0, 2, 3])
      : reshape(transpose(grouped, [0, 2, 1, 3, 4]), [channels, filters / groups, ...kernel])
  const flipped = kernel.some((taps) => taps > 1)
    ? emit(
        'Slice',
        [
          swapped,
          graph.integers([-1, -1]),
          graph.integers([-1e9, -1e9]),
          graph.integers([2, 3]),
          graph.integers([-1, -1]),
        ],
        swapped.shape,
      )
    : swapped
  const ends = kernel.map((taps, side) => taps - 1 - padding[side as 0 | 1])
  return emit('Conv', [dy, flipped], x.shape, {
    attributes: { kernel_shape: kernel, strides: [1, 1], pads: [...ends, ...ends], group: groups },
  })
}

/** One matrix product of the output's gradient with the columns of x: every shift of x that a filter tap saw. */
function weightGradient(x: Tensor, weight: Tensor, dy: Tensor, options: Required<ConvolutionOptions>): Tensor {
  const { stride, padding, groups } = options
  const [filters, groupChannels, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number]
  const [batch, , outHeight, outWidth] = dy.shape as [number, number, number, number]
  const positions = batch * outHeight * outWidth
  const taps = kernelHeight * kernelWidth
  const { graph } = x
  const swapped = transpose(x, [1, 0, 2, 3])
  const [rows, columns] = padding
  const paddedShape = [swapped.shape[0]!, batch, x.shape[2]! + 2 * rows, x.shape[3]! + 2 * columns]
  const ends = graph.integers([0, 0, rows, columns, 0, 0, rows, columns])
  const padded = rows + columns > 0 ? emit('Pad', [swapped, ends], paddedShape) : swapped
  const shifts: Tensor[] = []
  for (let row = 0; row < kernelHeight; row++) {
    for (let column = 0; column < kernelWidth; column++) {
      shifts.push(everyCell(padded, { start: [row, column], step: stride, size: [outHeight, outWidth] }))
    }
  }
  const upstream = transpose(dy, [1, 0, 2, 3])
  const product =
    groups === 1
      ? emit(
          'Gemm',
          [
            reshape(upstream, [filters, positions]),
            reshape(concatenate(shifts, { axis: 0 }), [taps * groupChannels, positions]),
          ],
          [filters, taps * groupChannels],
          { attributes: { transB: 1 } },
        )
      : matrixProduct(
          reshape(upstream, [groups, filters / groups, positions]),
          swapLast(
            concatenate(
              shifts.map((shift) => reshape(shift, [groups, groupChannels, positions])),
              { axis: 1 },
            ),
          ),
        )
  const byTap = reshape(product, [filters, kernelHeight, kernelWidth, groupChannels])
  return transpose(byTap, [0, 3, 1, 2])
}

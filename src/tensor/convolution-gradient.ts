/** Convolution with its gradient. */
import { type ConvolutionOptions, convolutionNode, convolve } from './convolution.ts'
import { emit, type Tensor } from './graph.ts'
import { concatenate, reshape, transpose } from './layout.ts'
import { matrixProduct, swapLast } from './matrix.ts'
import { everyCell } from './pooling-gradient.ts'

/** As `convolution`, with a gradient to all its operands. */
export function convolutionTraining(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve(x, weight, bias, options, (operands, shape, how) => {
    const output = convolutionNode(operands, shape, how)
    const [image, filters] = operands as [Tensor, Tensor]
    image.graph.record('convolution', operands, [output], ([dy], [needX, needWeight, needBias]) => [
      needX ? inputGradient(image, filters, dy!, how) : undefined,
      needWeight ? weightGradient(image, filters, dy!, how) : undefined,
      needBias
        ? emit('ReduceSum', [dy!, image.graph.integers([0, 2, 3])], [shape[1]!], { attributes: { keepdims: 0 } })
        : undefined,
    ])
    return output
  })
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

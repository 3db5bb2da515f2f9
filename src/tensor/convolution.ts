/** Two-dimensional convolution over [N, C, H, W]; its gradient, which readers need not load, is in convolution-gradient.ts. */
import { emit, requireType, ShapeError, strided, type Tensor } from './graph.ts'
import { slice } from './layout.ts'
import type { Pair } from './pooling.ts'

export interface ConvolutionOptions {
  /** Step down and across, default [1, 1]. */
  readonly stride?: Pair
  /** Zeros on both sides, down and across, default [0, 0]; less than the kernel. */
  readonly padding?: Pair
  /** Channel groups; as many as channels makes it depthwise. */
  readonly groups?: number
}

/** Without a gradient: `x[N, C, H, W]` with `weight[O, C / groups, kh, kw]` and an optional `bias[O]` gives `[N, O, H', W']`. */
export function convolution(x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvolutionOptions = {}): Tensor {
  return convolve(x, weight, bias, options, (operands, shape, how) => {
    const output = convolutionNode(operands, shape, how)
    x.graph.record('convolution', operands, [output], () => {
      throw new ShapeError('convolution', 'has a gradient in training layers alone', operands)
    })
    return output
  })
}

/** One node: the operands `x`, `weight` and perhaps `bias` → an image of the shape. */
export type ConvolutionNode = (
  operands: readonly Tensor[],
  shape: readonly number[],
  options: Required<ConvolutionOptions>,
) => Tensor

export const convolutionNode: ConvolutionNode = (operands, shape, { stride, padding, groups }) =>
  emit('Conv', operands, shape, {
    attributes: {
      kernel_shape: operands[1]!.shape.slice(2),
      strides: stride,
      pads: [...padding, ...padding],
      group: groups,
    },
  })

/** A convolution by a node of the given kind. */
export function convolve(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvolutionOptions,
  node: ConvolutionNode,
): Tensor {
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
  const rows = rowsMet(height, down)
  if (rows < kernelHeight) {
    const met = slice(weight, { axis: 2, start: padding[0], end: padding[0] + rows })
    return convolve(x, met, bias, { stride, padding: [0, padding[1]], groups }, node)
  }
  return node(operands, [batch, filters, outHeight, outWidth], { stride, padding, groups })
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

/** How many rows of the kernel meet an image, from `padding` on where not all do: the others meet padding alone. */
export function rowsMet(height: number, side: ConvolutionSide): number {
  const { kernel, padding } = side
  return height > 0 && height + padding <= kernel && outputSize(height, side) === 1 ? height : kernel
}

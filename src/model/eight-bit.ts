/**
 * Reading in 8 bits (Jacob et al., arXiv 1712.05877): activations as whole numbers from 0 to 255 between bounds that were
 * measured before, weights from -127 to 127 with a scale for each output channel, batch norm folded into them. The graph
 * says where values are rounded; ONNX Runtime computes what lies between in whole numbers.
 */
import { SaflError } from '../error.ts'
import {
  BATCH_NORM_EPSILON,
  convolution,
  emit,
  type Graph,
  rowsMet,
  type Shape,
  type Tensor,
  type WholeProduct,
  wholeLinear,
  wholeSelfAttention,
} from '../tensor/index.ts'
import type { ConvolutionLayer } from './convolution-layer.ts'
import type { Weights } from './weights.ts'

/** The least and the largest value of each activation, by its name. */
export type Bounds = Readonly<Record<string, readonly [least: number, largest: number]>>

/** What layers that compute in 8 bits know. */
export interface EightBit {
  readonly weights: Weights
  readonly bounds: Bounds
}

/** The activation x rounded to one of 256 values between its bounds. */
export function rounded(eightBit: EightBit, name: string, x: Tensor): Tensor {
  const { values, step, zero } = wholeValues(eightBit, name, x)
  return emit('DequantizeLinear', [values, step, zero], x.shape)
}

/** The activation as whole numbers from 0 to 255, what one of them stands for, and which of them stands for 0. */
function wholeValues({ bounds }: EightBit, name: string, x: Tensor) {
  const found = bounds[name]
  if (!found)
    throw new SaflError('weights', `the weights lack the bounds of "${name}": they are read with precision float32`)
  const { graph } = x
  const [low, high] = [Math.min(found[0], 0), Math.max(found[1], 0)]
  const size = (high - low) / 255 || 1
  const [step, zero] = [graph.scalar(size), graph.scalar(Math.round(-low / size), 'uint8')]
  return { values: emit('QuantizeLinear', [x, step, zero], x.shape, { type: 'uint8' }), step, zero }
}

/** Numbers of a weight, each of its first axis with a scale of its own. */
interface Rows {
  readonly shape: Shape
  readonly data: Float32Array
  readonly name?: string
  /** Whether the rows become columns. */
  readonly turned?: boolean
  /** What each row is multiplied with before; 1 when absent. */
  readonly factors?: Float32Array
}

/** Rows as whole numbers from -127 to 127. */
export function wholeNumbers(graph: Graph, rows: Rows): Tensor {
  const { weight, steps, zeros } = wholeRows(graph, rows)
  return emit('DequantizeLinear', [weight, steps, zeros], weight.shape, { attributes: { axis: rows.turned ? 1 : 0 } })
}

function wholeRows(graph: Graph, { shape, data, name, turned = false, factors }: Rows) {
  const rows = shape[0]!
  const length = data.length / rows
  const scales = new Float32Array(rows)
  const whole = new Int8Array(data.length)
  const [across, down] = turned ? [rows, 1] : [1, length]
  for (let row = 0; row < rows; row++) {
    const factor = factors?.[row] ?? 1
    const [start, end] = [row * length, (row + 1) * length]
    let largest = 0
    for (let index = start; index < end; index++) {
      const size = Math.abs(data[index]!)
      if (size > largest) largest = size
    }
    const scale = Math.fround((largest * Math.abs(factor)) / 127) || 1
    scales[row] = scale
    // Rounded by cutting a positive number off: millions of weights are rounded before the first word is read.
    const share = factor / scale
    for (let index = start, place = row * down; index < end; index++, place += across)
      whole[place] = ((data[index]! * share + 128.5) | 0) - 128
  }
  return {
    weight: graph.constant(whole, turned ? [length, rows] : shape, name),
    steps: graph.constant(scales, [rows]),
    // The zero is the default, but ONNX Runtime up to 1.27 takes what lacks it for unsigned where it moves the node.
    zeros: graph.constant(new Int8Array(rows), [rows]),
  }
}

/** A convolution `x[B, C, H, W]` and its batch norm, as one convolution with a bias. */
export function eightBitConvolution({ weights }: EightBit, x: Tensor, layer: ConvolutionLayer): Tensor {
  const { names, filters, kernel, stride = [1, 1], padding = [0, 0] } = layer
  const [name, norm] = names
  const [, channels, height] = x.shape as [number, number, number, number]
  const [scale, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    valuesOf(weights, `${norm}.${part}`, filters),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const slope = scale.map((value, filter) => value / Math.sqrt(variance[filter]! + BATCH_NORM_EPSILON))
  const own = layer.bias && valuesOf(weights, `${name}.bias`, filters)
  const offset = bias.map((value, filter) => value + ((own ? own[filter]! : 0) - mean[filter]!) * slope[filter]!)
  const size = channels * kernel * kernel
  const weight = valuesOf(weights, `${name}.weight`, filters * size)
  const { graph } = x
  const rows = rowsMet(height, { kernel, stride: stride[0], padding: padding[0] })
  const plane = rows * kernel
  const met = rows < kernel ? new Float32Array(filters * channels * plane) : weight
  if (rows < kernel)
    for (let index = 0; index < filters * channels; index++) {
      const from = (index * kernel + padding[0]) * kernel
      met.set(weight.subarray(from, from + plane), index * plane)
    }
  const stored = wholeNumbers(graph, { shape: [filters, channels, rows, kernel], data: met, factors: slope })
  return convolution(x, stored, graph.constant(offset, [filters]), {
    stride,
    padding: [rows < kernel ? 0 : padding[0], padding[1]],
  })
}

/** `x[..., D]` → `[..., rows]`. */
export function eightBitLinear(eightBit: EightBit, x: Tensor, layer: EightBitLinear): Tensor {
  return wholeLinear(productOf(eightBit, x, layer))
}

/** `x[B, T, D]` attends to itself, → [B, T, D]; the layer is that of queries, keys and values. */
export function eightBitSelfAttention(
  eightBit: EightBit,
  x: Tensor,
  { heads, isCausal, ...layer }: EightBitLinear & { readonly heads: number; readonly isCausal: boolean },
): Tensor {
  return wholeSelfAttention(productOf(eightBit, x, layer), { heads, isCausal })
}

export interface EightBitLinear {
  /** Names of the weight [E, D] and the bias [E]. */
  readonly names: readonly [weight: string, bias: string]
  /** Name of the activation that it takes. */
  readonly taken: string
  /** E. */
  readonly outer: number
  /** Rows `from` on of the weight and the bias, all of them when absent. */
  readonly from?: number
  readonly rows?: number
}

function productOf(eightBit: EightBit, x: Tensor, layer: EightBitLinear): WholeProduct {
  const { names, taken, outer, from = 0, rows = outer } = layer
  const { graph, shape } = x
  const inner = shape.at(-1)!
  const { values, step, zero } = wholeValues(eightBit, taken, x)
  const weight = valuesOf(eightBit.weights, names[0], outer * inner).subarray(from * inner, (from + rows) * inner)
  const bias = valuesOf(eightBit.weights, names[1], outer).slice(from, from + rows)
  return {
    x: values,
    step,
    zero,
    ...wholeRows(graph, { shape: [rows, inner], data: weight, turned: true }),
    bias: graph.constant(bias, [rows]),
  }
}

function valuesOf(weights: Weights, name: string, count: number): Float32Array {
  const found = weights.get(name)
  if (found?.data.length !== count) throw new Error(`the weights lack "${name}" of ${count} values`)
  return found.data
}

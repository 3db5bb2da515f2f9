/**
 * Reading in 8 bits (Jacob et al., arXiv 1712.05877): activations as whole numbers from 0 to 255 between bounds that were
 * measured before, weights from -127 to 127 with a scale for each output channel, batch norm folded into them. The graph
 * says where values are rounded; ONNX Runtime computes what lies between in whole numbers.
 */
import {
  add,
  BATCH_NORM_EPSILON,
  convolution,
  emit,
  type Graph,
  matrixProduct,
  meetsEveryRow,
  outputSize,
  reshape,
  type Shape,
  type Tensor,
} from '../tensor/index.ts'
import type { ConvolutionLayer } from './convolution-layer.ts'
import type { Weights } from './weights.ts'

/** The least and the largest value of each activation, by its name. */
export type Bounds = Readonly<Record<string, readonly [least: number, largest: number]>>

/** x rounded to one of 256 values between the bounds, 0 among them. */
export function rounded(x: Tensor, [least, largest]: readonly [number, number]): Tensor {
  const { graph } = x
  const [low, high] = [Math.min(least, 0), Math.max(largest, 0)]
  const step = (high - low) / 255 || 1
  const parameters = [graph.scalar(step), graph.scalar(Math.round(-low / step), 'uint8')]
  const whole = emit('QuantizeLinear', [x, ...parameters], x.shape, { type: 'uint8' })
  return emit('DequantizeLinear', [whole, ...parameters], x.shape)
}

/** Rows along the first axis as whole numbers from -127 to 127, each with a scale of its own; `turned` into columns. */
export function wholeNumbers(
  graph: Graph,
  { shape, data, name, turned = false }: { shape: Shape; data: Float32Array; name?: string; turned?: boolean },
): Tensor {
  const rows = shape[0]!
  const length = data.length / rows
  const scales = new Float32Array(rows)
  const whole = new Int8Array(data.length)
  for (let row = 0, index = 0; row < rows; row++) {
    let largest = 0
    for (const value of data.subarray(index, index + length)) largest = Math.max(largest, Math.abs(value))
    const scale = Math.fround(largest / 127) || 1
    scales[row] = scale
    for (let count = 0; count < length; count++, index++)
      whole[turned ? count * rows + row : index] = Math.round(data[index]! / scale)
  }
  // The zero is the default, but ONNX Runtime up to 1.27 takes what lacks it for unsigned where it moves the node.
  const zeros = graph.constant(new Int8Array(rows), [rows])
  const out = turned ? [length, rows] : shape
  return emit('DequantizeLinear', [graph.constant(whole, out, name), graph.constant(scales, [rows]), zeros], out, {
    attributes: { axis: turned ? 1 : 0 },
  })
}

/** A convolution `x[B, C, H, W]` and its batch norm, as one convolution with a bias. */
export function eightBitConvolution(weights: Weights, x: Tensor, layer: ConvolutionLayer): Tensor {
  const { names, filters, kernel, stride = [1, 1], padding = [0, 0] } = layer
  const [name, norm] = names
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const [scale, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    valuesOf(weights, `${norm}.${part}`, filters),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const slope = scale.map((value, filter) => value / Math.sqrt(variance[filter]! + BATCH_NORM_EPSILON))
  const own = layer.bias && valuesOf(weights, `${name}.bias`, filters)
  const offset = bias.map((value, filter) => value + ((own ? own[filter]! : 0) - mean[filter]!) * slope[filter]!)
  const size = channels * kernel * kernel
  const weight = valuesOf(weights, `${name}.weight`, filters * size).slice()
  for (let filter = 0, index = 0; filter < filters; filter++)
    for (const end = index + size; index < end; index++) weight[index]! *= slope[filter]!
  const { graph } = x
  const shape = [filters, channels, kernel, kernel]
  const down = { kernel, stride: stride[0], padding: padding[0] }
  if (!meetsEveryRow(height, down)) {
    const stored = wholeNumbers(graph, { shape, data: weight })
    return convolution(x, stored, graph.constant(offset, [filters]), { stride, padding })
  }
  const outHeight = outputSize(height, down)
  // Rows as channels, as `convolution` does it: [filter, output row, channel, row, tap].
  const inner = channels * height * kernel
  const folded = new Float32Array(filters * outHeight * inner)
  for (let filter = 0; filter < filters; filter++)
    for (let outRow = 0; outRow < outHeight; outRow++)
      for (let channel = 0; channel < channels; channel++)
        for (let row = 0; row < height; row++) {
          const from = ((filter * channels + channel) * kernel + row - outRow * stride[0] + padding[0]) * kernel
          const to = (filter * outHeight + outRow) * inner + (channel * height + row) * kernel
          for (let tap = 0; tap < kernel; tap++) folded[to + tap] = weight[from + tap]!
        }
  const outputs = filters * outHeight
  const output = convolution(
    reshape(x, [batch, channels * height, 1, width]),
    wholeNumbers(graph, { shape: [outputs, channels * height, 1, kernel], data: folded }),
    graph.constant(
      Float32Array.from({ length: outputs }, (_, index) => offset[Math.floor(index / outHeight)]!),
      [outputs],
    ),
    { stride: [1, stride[1]], padding: [0, padding[1]] },
  )
  return reshape(output, [batch, filters, outHeight, output.shape.at(-1)!])
}

/** `x[..., D]` → `[..., rows]`, by rows `from` on of the weight `[E, D]` and the bias `[E]`. */
export function eightBitLinear(
  weights: Weights,
  x: Tensor,
  { names, outer, from = 0, rows = outer }: EightBitLinear,
): Tensor {
  const inner = x.shape.at(-1)!
  const weight = valuesOf(weights, names[0], outer * inner)
  const bias = valuesOf(weights, names[1], outer).slice(from, from + rows)
  const { graph } = x
  const own = weight.subarray(from * inner, (from + rows) * inner)
  const stored = wholeNumbers(graph, { shape: [rows, inner], data: own, turned: true })
  return add(matrixProduct(x, stored), graph.constant(bias, [rows]))
}

export interface EightBitLinear {
  readonly names: readonly [weight: string, bias: string]
  /** E. */
  readonly outer: number
  readonly from?: number
  readonly rows?: number
}

function valuesOf(weights: Weights, name: string, count: number): Float32Array {
  const found = weights.get(name)
  if (found?.data.length !== count) throw new Error(`the weights lack "${name}" of ${count} values`)
  return found.data
}

/** Layers with weights: each reads its tensors from the scope by the names of PyTorch's modules. */

import {
  add,
  attention,
  batchNormInference,
  convolution,
  headedAttention,
  LAYER_NORM_EPSILON,
  layerNorm,
  linear,
  maxPool2x2,
  reshape,
  slice,
  split,
  subtract,
  sumLayerNorm,
  type Tensor,
  transpose,
} from '../tensor/index.ts'
import type { ConvolutionLayer } from './convolution-layer.ts'
import { eightBitConvolution, eightBitLinear, eightBitSelfAttention } from './eight-bit.ts'
import { asPlaces } from './feature-map.ts'
import { constant, type Initializer, kaimingFanOut, xavierUniform } from './init.ts'
import type { Scope } from './scope.ts'

/** Share of a batch's statistics that enters the running ones, PyTorch's default. */
export const STATISTICS_MOMENTUM = 0.1

/**
 * How images lie: [B, C, H, W] in reading, where layers are ONNX's own; rows first, [H, C, W, B], in training, where they
 * are matrix products over the whole batch.
 */
export const imageAxes = ({ training }: Scope) => (training ? ([0, 2] as const) : ([2, 3] as const))

/** `x[B, C, H, W]` as the scope's images lie. */
export function layImage({ training }: Scope, x: Tensor): Tensor {
  return training ? training.layImage(x) : x
}

/** Columns of a one-row image as the scope's images lie → a sequence [B, W, C]. */
export function imageColumns({ training }: Scope, x: Tensor): Tensor {
  if (training) return training.imageColumns(x)
  const [batch, channels, , width] = x.shape as [number, number, number, number]
  return reshape(transpose(x, [0, 2, 3, 1]), [batch, width, channels])
}

/** All places of an image as the scope's images lie, row by row → [B, H · W, C]. */
export function imagePlaces({ training }: Scope, x: Tensor): Tensor {
  return training ? training.imagePlaces(x) : asPlaces(transpose(x, [0, 2, 3, 1]))
}

/** Largest of each 2x2 square of an image as the scope's images lie. */
export function maxPoolLayer({ training }: Scope, x: Tensor): Tensor {
  return training ? training.maxPool(x) : maxPool2x2(x)
}

/** Convolutions of images that lie as [B, C, H, W] in training, too. */
export const imageConvolution = ({ training }: Scope) => training?.imageConvolution ?? convolution

/** A convolution of an image and its batch norm. */
export function convolutionLayer(scope: Scope, x: Tensor, layer: ConvolutionLayer): Tensor {
  const { names, filters, kernel, bias: biased, ...options } = layer
  const [name, norm] = names
  const eightBit = scope.eightBit(name)
  if (eightBit) return eightBitConvolution(eightBit, x, layer)
  const weight = scope.parameter(`${name}.weight`, [filters, x.shape[1]!, kernel, kernel], kaimingFanOut)
  const bias = biased ? scope.parameter(`${name}.bias`, [filters], constant(0)) : null
  if (!scope.training) return batchNormLayer(scope, norm, convolution(x, weight, bias, options))
  // A bias moves the mean, which the norm takes away again: it matters to the running mean alone, and has no gradient.
  return batchNormLayer(scope, norm, scope.training.convolution(x, weight, options), bias)
}

/** A convolution of an image with a bias and without a norm, as layers of older models are. */
export function plainConvolutionLayer(
  scope: Scope,
  x: Tensor,
  { name, filters, kernel, ...options }: Omit<ConvolutionLayer, 'names' | 'bias'> & { readonly name: string },
): Tensor {
  const weight = scope.parameter(`${name}.weight`, [filters, x.shape[1]!, kernel, kernel], kaimingFanOut)
  const bias = scope.parameter(`${name}.bias`, [filters], constant(0))
  if (!scope.training) return convolution(x, weight, bias, options)
  return add(scope.training.convolution(x, weight, options), reshape(bias, [filters, 1, 1]))
}

/**
 * Batch norm over axis 1, of x and `offset`: in training by the batch, whose statistics it also reports, unless they are
 * frozen, else by the running ones.
 */
export function batchNormLayer(scope: Scope, name: string, x: Tensor, offset: Tensor | null = null): Tensor {
  const channels = [x.shape[1]!]
  const scale = scope.parameter(`${name}.weight`, channels, constant(1))
  const bias = scope.parameter(`${name}.bias`, channels, constant(0))
  const mean = scope.statistic(`${name}.running_mean`, channels, constant(0))
  const variance = scope.statistic(`${name}.running_var`, channels, constant(1))
  if (!scope.training?.batchNorm)
    return batchNormInference({ x, scale, bias, mean: offset ? subtract(mean, offset) : mean, variance })
  const result = scope.training.batchNorm({ x, scale, bias })
  scope.measured.set(`${name}.running_mean`, offset ? add(result.mean, offset) : result.mean)
  scope.measured.set(`${name}.running_var`, result.variance)
  return result.output
}

/** `x[..., D]` → `[..., width]`. */
export function linearLayer(
  scope: Scope,
  name: string,
  x: Tensor,
  layer: { width: number; weight?: Initializer; bias?: Initializer },
): Tensor {
  const { width, weight = xavierUniform, bias = constant(0) } = layer
  const inner = x.shape[x.shape.length - 1]!
  const eightBit = scope.eightBit(name)
  if (eightBit) {
    const names = [`${name}.weight`, `${name}.bias`] as const
    return eightBitLinear(eightBit, x, { names, taken: name, outer: width })
  }
  return linear(
    scope.activation(name, x),
    scope.parameter(`${name}.weight`, [width, inner], weight),
    scope.parameter(`${name}.bias`, [width], bias),
  )
}

/** Layer norm of x, or of x and what a layer adds to it. */
export function layerNormLayer(scope: Scope, name: string, x: Tensor, added?: Tensor): Tensor {
  const width = [x.shape[x.shape.length - 1]!]
  const scale = scope.parameter(`${name}.weight`, width, constant(1))
  const bias = scope.parameter(`${name}.bias`, width, constant(0))
  if (!scope.eightBit(name)) return layerNorm({ x: added ? add(x, added) : x, scale, bias })
  // Of twice x and four times epsilon the norm is that of x: ONNX Runtime's norm of a sum takes a quarter of the other's time.
  const epsilon = LAYER_NORM_EPSILON * (added ? 1 : 4)
  return sumLayerNorm({ x, added: added ?? x, scale, bias, epsilon })
}

/** Keys and values that queries attend to, both [B, heads, S, d]. */
export interface Memory {
  readonly key: Tensor
  readonly value: Tensor
}

export interface AttendOptions {
  readonly mask?: Tensor | undefined
  readonly observe?: ((weights: Tensor) => void) | undefined
}

export interface SelfAttendOptions extends Pick<AttendOptions, 'mask'> {
  readonly isCausal?: boolean
}

/** Multi-head attention with PyTorch's packed projection `in_proj_weight [3D, D]`: queries, keys, values. */
export class MultiHeadAttention {
  private readonly scope: Scope
  private readonly name: string
  private readonly heads: number
  private readonly dropout: number
  private readonly weight: Tensor
  private readonly bias: Tensor
  private readonly width: number

  constructor(scope: Scope, name: string, options: { width: number; heads: number; dropout: number }) {
    const { width, heads, dropout } = options
    this.scope = scope
    this.name = name
    this.heads = heads
    this.dropout = dropout
    this.width = width
    this.weight = scope.parameter(`${name}.in_proj_weight`, [3 * width, width], xavierUniform)
    this.bias = scope.parameter(`${name}.in_proj_bias`, [3 * width], constant(0))
  }

  /**
   * `x[B, T, D]` attends to itself; of words given whole (`isCausal`) each character to those up to it, which is what the mask
   * must say.
   */
  attendSelf(x: Tensor, { mask, isCausal = false }: SelfAttendOptions = {}): Tensor {
    const eightBit = this.scope.eightBit(this.name)
    if (!eightBit || (mask && !isCausal)) {
      const { query, ...memory } = this.projectAll(x)
      return this.attend(query, memory, { mask })
    }
    const { heads, width } = this
    const layer = { names: this.packed, taken: this.taken(0), outer: 3 * width }
    return this.output(eightBitSelfAttention(eightBit, x, { ...layer, heads, isCausal }))
  }

  /** `x[B, T, D]` attends to a memory of its own. */
  attendMemory(x: Tensor, memory: Memory, options: Pick<AttendOptions, 'observe'>): Tensor {
    const eightBit = this.scope.eightBit(this.name)
    if (!eightBit || options.observe) return this.attend(this.project(x, 0, 1)[0]!, memory, options)
    return this.output(headedAttention(this.packedLinear(x, 0, 1), memory))
  }

  /** Queries, keys and values of one sequence `x[B, T, D]`, in one product. */
  projectAll(x: Tensor): Memory & { readonly query: Tensor } {
    const [query, key, value] = this.project(x, 0, 3)
    return { query: query!, key: key!, value: value! }
  }

  projectMemory(memory: Tensor): Memory {
    const [key, value] = this.project(memory, 1, 3)
    return { key: key!, value: value! }
  }

  /** Attends, joins the heads and projects: `[B, T, D]`. `observe` is shown the weights, [B, heads, T, S]. */
  attend(query: Tensor, { key, value }: Memory, { mask, observe }: AttendOptions = {}): Tensor {
    const onWeights = (weights: Tensor) => {
      observe?.(weights)
      return this.scope.dropout(weights, this.dropout)
    }
    const { output } = attention({ query, key, value, mask, onWeights })
    const [batch, , steps] = output.shape as [number, number, number]
    return this.output(reshape(transpose(output, [0, 2, 1, 3]), [batch, steps, this.width]))
  }

  /** Projects what the heads give, [B, T, D]. */
  private output(joined: Tensor): Tensor {
    return linearLayer(this.scope, `${this.name}.out_proj`, joined, { width: this.width })
  }

  /** Thirds `from` to `to` of the packed projection, each as [B, heads, T, d]. */
  private project(x: Tensor, from: number, to: number): Tensor[] {
    const { width, heads } = this
    const [batch, steps] = x.shape as [number, number]
    const parts = split(this.packedLinear(x, from, to), { axis: 2, sizes: Array<number>(to - from).fill(width) })
    return parts.map((part) => transpose(reshape(part, [batch, steps, heads, width / heads]), [0, 2, 1, 3]))
  }

  /** The same, one after another as they are packed. */
  private packedLinear(x: Tensor, from: number, to: number): Tensor {
    const { width, scope } = this
    const rows = { axis: 0, start: from * width, end: to * width }
    const eightBit = scope.eightBit(this.name)
    if (!eightBit)
      return linear(scope.activation(this.taken(from), x), slice(this.weight, rows), slice(this.bias, rows))
    const layer = { names: this.packed, taken: this.taken(from), outer: 3 * width }
    return eightBitLinear(eightBit, x, { ...layer, from: rows.start, rows: rows.end - rows.start })
  }

  private get packed() {
    return [`${this.name}.in_proj_weight`, `${this.name}.in_proj_bias`] as const
  }

  /** Name of what the thirds from `from` on take. */
  private taken(from: number): string {
    return `${this.name}.in_proj.${from}`
  }
}

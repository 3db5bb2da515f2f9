/**
 * Where a model's named tensors come from. The model asks its scope for every weight by name; whether that weight is a
 * constant of a recogniser, a slice of a training run's flat vector or only a name in a list is the scope's affair.
 */
import {
  cast,
  type DataType,
  dropout,
  emit,
  type Graph,
  reshape,
  type Shape,
  sizeOf,
  slice,
  type Tensor,
} from '../tensor/index.ts'
import type { Initializer } from './init.ts'
import { floatToHalf } from './safetensors.ts'

export interface TensorSpec {
  /** The name in the authors' PyTorch state dict. */
  readonly name: string
  readonly shape: Shape
  /** A parameter is learned by gradient; a statistic is a running mean or variance. */
  readonly kind: 'parameter' | 'statistic'
  readonly initializer: Initializer
}

export interface ScopeOptions {
  readonly graph: Graph
  readonly resolve: (spec: TensorSpec) => Tensor
  readonly training: boolean
  /** Uniform noise in [0, 1) for dropout, [M]; each place of use reads its own stretch of it. Required in training. */
  readonly noise?: Tensor
}

export class Scope {
  readonly graph: Graph
  readonly training: boolean
  /** Everything that was asked for, in order. */
  readonly specs: TensorSpec[] = []
  /** In training: the batch's own value of each statistic, of which a share enters the running one. */
  readonly measured = new Map<string, Tensor>()
  private readonly resolve: (spec: TensorSpec) => Tensor
  private readonly noise: Tensor | undefined
  private noiseStart = 0

  constructor({ graph, resolve, training, noise }: ScopeOptions) {
    this.graph = graph
    this.resolve = resolve
    this.training = training
    this.noise = noise
  }

  parameter(name: string, shape: Shape, initializer: Initializer): Tensor {
    return this.take({ name, shape, kind: 'parameter', initializer })
  }

  statistic(name: string, shape: Shape, initializer: Initializer): Tensor {
    return this.take({ name, shape, kind: 'statistic', initializer })
  }

  /** Dropout in training, x itself otherwise. */
  dropout(x: Tensor, rate: number): Tensor {
    if (!this.training || rate === 0) return x
    if (!this.noise) throw new Error('a training scope with dropout needs noise')
    const available = this.noise.shape[0]!
    const count = sizeOf(x.shape)
    if (count > available) throw new Error(`dropout needs ${count} random numbers, the noise has ${available}`)
    // The stretches overlap once the noise is used up, at other offsets each time: 7919 is prime.
    if (this.noiseStart + count > available) this.noiseStart = (this.noiseStart * 31 + 7919) % (available - count + 1)
    const stretch = slice(this.noise, { axis: 0, start: this.noiseStart, end: this.noiseStart + count })
    this.noiseStart += count
    return dropout(x, { rate, noise: reshape(stretch, x.shape) })
  }

  private take(spec: TensorSpec): Tensor {
    const tensor = this.resolve(spec)
    this.specs.push(spec)
    return tensor
  }
}

/** A scope whose tensors are inputs of the graph: for counting and naming them. */
export function inputScope(graph: Graph): Scope {
  const type: DataType = 'float32'
  return new Scope({ graph, training: false, resolve: ({ name, shape }) => graph.input(name, type, shape) })
}

/** Named weights: shape and values. */
export type Weights = ReadonlyMap<string, { readonly shape: Shape; readonly data: Float32Array }>

/** How weights are stored in a model file; whatever it is, the runtime computes in 32 bits. */
export const storages = ['float32', 'float16', 'int8'] as const
export type Storage = (typeof storages)[number]

/** A scope whose tensors are constants of the graph. A missing tensor or another shape is an error that names it. */
export function weightScope(graph: Graph, weights: Weights, storage: Storage = 'float32'): Scope {
  return new Scope({
    graph,
    training: false,
    resolve: ({ name, shape }) => {
      const found = weights.get(name)
      if (!found) throw new Error(`the weights lack "${name}" [${shape.join(', ')}]`)
      if (sizeOf(found.shape) !== sizeOf(shape) || found.shape.join() !== shape.join()) {
        throw new Error(`the weights' "${name}" is [${found.shape.join(', ')}], the model's is [${shape.join(', ')}]`)
      }
      if (storage === 'float16')
        return cast(graph.constant(Uint16Array.from(found.data, floatToHalf), shape, name), 'float32')
      // Vectors (biases, norms) are small and delicate.
      if (storage === 'int8' && shape.length > 1) return quantized(graph, { name, shape, data: found.data })
      return graph.constant(found.data, shape, name)
    },
  })
}

/** Rows of the first axis as whole numbers from -127 to 127, each row with a scale of its own. */
function quantized(graph: Graph, { name, shape, data }: { name: string; shape: Shape; data: Float32Array }): Tensor {
  const rows = shape[0]!
  const length = data.length / rows
  const scales = Float32Array.from({ length: rows }, (_, row) => {
    let largest = 0
    for (let index = row * length; index < (row + 1) * length; index++)
      largest = Math.max(largest, Math.abs(data[index]!))
    return largest / 127 || 1
  })
  const whole = Int8Array.from(data, (value, index) => Math.round(value / scales[Math.floor(index / length)]!))
  return emit('DequantizeLinear', [graph.constant(whole, shape, name), graph.constant(scales, [rows])], shape, {
    attributes: { axis: 0 },
  })
}

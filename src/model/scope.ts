/**
 * Where a model's named tensors come from. The model asks its scope for every weight by name; whether that weight is a
 * constant of a recogniser, a slice of a training run's flat vector or only a name in a list is the scope's affair.
 */

import {
  type BatchNormResult,
  type ConvolutionOptions,
  cast,
  type DataType,
  type Graph,
  type LstmOptions,
  type NormalizationOptions,
  type RecurrentWeights,
  type Shape,
  sizeOf,
  type Tensor,
} from '../tensor/index.ts'
import { type Bounds, type EightBit, rounded, wholeNumbers } from './eight-bit.ts'
import type { Initializer } from './init.ts'
import { floatToHalf } from './safetensors.ts'
import type { Weights } from './weights.ts'

export interface TensorSpec {
  /** The name in the authors' PyTorch state dict. */
  readonly name: string
  readonly shape: Shape
  /** A parameter is learned by gradient; a statistic is a running mean or variance. */
  readonly kind: 'parameter' | 'statistic'
  readonly initializer: Initializer
}

/** What training computes otherwise than reading (training-layers.ts); readers need not load it. */
export interface TrainingLayers {
  /** As `gridSample`, with a gradient to the grid. */
  sample(image: Tensor, grid: Tensor): Tensor
  /** `x[B, C, H, W]` as training's images lie, [H, C, W, B]. */
  layImage(x: Tensor): Tensor
  /** Columns of a one-row image, [1, C, W, B] → [B, W, C]. */
  imageColumns(x: Tensor): Tensor
  /** All places of an image, [H, C, W, B], row by row → [B, H · W, C]. */
  imagePlaces(x: Tensor): Tensor
  /** `x[H, C, W, B]` with `weight[O, C, kh, kw]` → [H', O, W', B]. */
  convolution(x: Tensor, weight: Tensor, options: Omit<ConvolutionOptions, 'groups'>): Tensor
  /** As `maxPool2x2`, `x[H, C, W, B]` → [H / 2, C, W / 2, B]. */
  maxPool(x: Tensor): Tensor
  /** As `convolution`, with a gradient, of images that lie as in reading. */
  imageConvolution(x: Tensor, weight: Tensor, bias: Tensor | null, options?: ConvolutionOptions): Tensor
  /** By the batch's own mean and variance; null where norms go by the running ones, as in reading. */
  readonly batchNorm: ((options: NormalizationOptions) => BatchNormResult) | null
  /** `x[S, B, I]` → [S, B, H], the state after every step. */
  lstm(x: Tensor, weights: RecurrentWeights, options: LstmOptions): Tensor
  /** Some values become 0, the others larger. */
  dropout(x: Tensor, rate: number): Tensor
}

export interface ScopeOptions {
  readonly graph: Graph
  readonly resolve: (spec: TensorSpec) => Tensor
  /** In training. */
  readonly training?: TrainingLayers
  /** What becomes of an activation that layers take; it stays as it is when absent. */
  readonly activation?: (name: string, x: Tensor) => Tensor
  /** Where layers compute in 8 bits. */
  readonly eightBit?: EightBit
}

export class Scope {
  readonly graph: Graph
  readonly training: TrainingLayers | null
  /** Everything that was asked for, in order. */
  readonly specs: TensorSpec[] = []
  /** In training: the batch's own value of each statistic, of which a share enters the running one. */
  readonly measured = new Map<string, Tensor>()
  private readonly resolve: (spec: TensorSpec) => Tensor
  private readonly onActivation: ((name: string, x: Tensor) => Tensor) | undefined
  private readonly inEightBit: EightBit | undefined

  constructor({ graph, resolve, training, activation, eightBit }: ScopeOptions) {
    this.graph = graph
    this.resolve = resolve
    this.training = training ?? null
    this.onActivation = activation
    this.inEightBit = eightBit
  }

  parameter(name: string, shape: Shape, initializer: Initializer): Tensor {
    return this.take({ name, shape, kind: 'parameter', initializer })
  }

  statistic(name: string, shape: Shape, initializer: Initializer): Tensor {
    return this.take({ name, shape, kind: 'statistic', initializer })
  }

  /** Dropout in training, x itself otherwise. */
  dropout(x: Tensor, rate: number): Tensor {
    return this.training && rate > 0 ? this.training.dropout(x, rate) : x
  }

  /** `x` as the layers that take it see it; it is named as the layer that gives or takes it. */
  activation(name: string, x: Tensor): Tensor {
    return this.onActivation && !isExact(name) ? this.onActivation(name, x) : x
  }

  /** What the layer knows where it computes in 8 bits, else null. */
  eightBit(name: string): EightBit | null {
    return isExact(name) ? null : (this.inEightBit ?? null)
  }

  /** A scope for the body of a loop, `graph`: its tensors are this scope's, as the body may use them. */
  inside(graph: Graph, outer: (tensor: Tensor) => Tensor): Scope {
    return new Scope({ graph, resolve: (spec) => outer(this.take(spec)) })
  }

  private take(spec: TensorSpec): Tensor {
    const tensor = this.resolve(spec)
    this.specs.push(spec)
    return tensor
  }
}

/** The rectifier places points to a fraction of a pixel. */
function isExact(layer: string): boolean {
  return layer.startsWith('stn_head.')
}

/** A scope whose tensors are inputs of the graph: for counting and naming them. */
export function inputScope(graph: Graph): Scope {
  const type: DataType = 'float32'
  return new Scope({ graph, resolve: ({ name, shape }) => graph.input(name, type, shape) })
}

/** How weights are stored in a model file; whatever it is, the runtime computes in 32 bits. */
export const storages = ['float32', 'float16', 'int8'] as const
export type Storage = (typeof storages)[number]

export interface WeightScopeOptions extends Pick<ScopeOptions, 'activation'> {
  readonly storage?: Storage | undefined
  /** Computes in 8 bits the layers whose activations lie within these bounds. */
  readonly eightBit?: Bounds | undefined
}

/** A scope whose tensors are constants of the graph. A missing tensor or another shape is an error that names it. */
export function weightScope(graph: Graph, weights: Weights, options: WeightScopeOptions = {}): Scope {
  const { storage = 'float32', eightBit: bounds, activation } = options
  const eightBit = bounds && { weights, bounds }
  return new Scope({
    graph,
    ...(activation && { activation }),
    ...(eightBit && { eightBit, activation: (name: string, x: Tensor) => rounded(eightBit, name, x) }),
    resolve: ({ name, shape }) => {
      const found = weights.get(name)
      if (!found) throw new Error(`the weights lack "${name}" [${shape.join(', ')}]`)
      if (sizeOf(found.shape) !== sizeOf(shape) || found.shape.join() !== shape.join()) {
        throw new Error(`the weights' "${name}" is [${found.shape.join(', ')}], the model's is [${shape.join(', ')}]`)
      }
      if (storage === 'float16')
        return cast(graph.constant(Uint16Array.from(found.data, floatToHalf), shape, name), 'float32')
      // Vectors (biases, norms) are small and delicate.
      if (storage === 'int8' && shape.length > 1) return wholeNumbers(graph, { name, shape, data: found.data })
      return graph.constant(found.data, shape, name)
    },
  })
}

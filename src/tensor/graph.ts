/**
 * Symbolic tensors: a graph of ONNX operators with static shapes, and the tape that `gradient` walks backwards.
 * Nothing is computed here. `onnx.ts` writes the graph as a model file, `run.ts` runs it.
 *
 * A dimension is a positive size, or negative: a symbol (such as `BATCH`) whose size is known only at run time. A symbol
 * equals itself and nothing else. Symbols are for inference; what is differentiated has sizes throughout.
 */

/** The symbolic dimension of a batch whose size is known at run time. */
export const BATCH = -1
/** That of an image whose width is known at run time. */
export const WIDTH = -11
/** And that of its height. */
export const HEIGHT = -14

/** Between the symbol of a size and that of half of it. */
const HALF = -32

/**
 * How many of `size` places every `stride`-th is; of a symbol the symbol that stands for so many, the stride a power of two
 * (half for twice as many). Symbols take the size to be a multiple of the stride.
 */
export function strided(size: number, stride: number): number {
  return size < 0 ? size + HALF * Math.log2(stride) : Math.ceil(size / stride)
}

/** float16 and int8 are for stored weights: nothing is computed in them. */
export type DataType = 'float32' | 'float16' | 'int32' | 'int64' | 'int8' | 'uint8' | 'bool'
/** float16 values are the bits of halves in a Uint16Array. */
export type TypedArray = Float32Array | Uint16Array | Int32Array | BigInt64Array | Int8Array | Uint8Array
export type Shape = readonly number[]

export interface Tensor {
  readonly graph: Graph
  readonly name: string
  readonly shape: Shape
  readonly type: DataType
}

/** A floating-point attribute of a node; plain numbers are integers. */
export interface FloatAttribute {
  readonly float: number
}
/** A body that a node runs by itself, such as that of a loop. */
export interface GraphAttribute {
  readonly graph: Graph
}
export type Attribute = number | readonly number[] | string | FloatAttribute | GraphAttribute

export interface Node {
  /** One of ONNX's own, or another's with its domain before it: `com.microsoft.QAttention`. */
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface Constant {
  readonly name: string
  readonly shape: Shape
  readonly type: DataType
  readonly data: TypedArray
}

/**
 * Gradients of an operator's inputs from those of its outputs. `needed[i]` is false where input i leads to nothing that
 * is differentiated, and may then be left undefined.
 */
export type Pullback = (
  outputGradients: readonly Tensor[],
  needed: readonly boolean[],
) => readonly (Tensor | undefined)[]

export interface TapeEntry {
  readonly operator: string
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly pullback: Pullback
}

/** An operator was given shapes or types that do not fit. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
  constructor(operator: string, problem: string, tensors: readonly Tensor[] = []) {
    const given = tensors.map((tensor) => `${tensor.type}[${tensor.shape.join(', ')}]`).join(' and ')
    super(`${operator}: ${problem}${given ? ` (given ${given})` : ''}`)
  }
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** A negative axis counts from the end, as in ONNX. */
export function resolveAxis(operator: string, tensor: Tensor, axis: number): number {
  const rank = tensor.shape.length
  const resolved = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new ShapeError(operator, `axis ${axis} is outside a tensor of rank ${rank}`, [tensor])
  }
  return resolved
}

export class Graph {
  readonly nodes: Node[] = []
  readonly constants: Constant[] = []
  readonly inputs: Tensor[] = []
  readonly outputs: { readonly name: string; readonly tensor: Tensor }[] = []
  readonly tape: TapeEntry[] = []
  /** Of every tensor, by name. */
  readonly shapes = new Map<string, Shape>()
  private readonly constantCache = new Map<string, Tensor>()
  private readonly prefix: string
  private counter = 0

  /** `prefix` begins the names of a body's tensors, which must differ from those of the graph around it. */
  constructor(prefix = '') {
    this.prefix = prefix
  }

  /** A tensor fed at run time. */
  input(name: string, type: DataType, shape: Shape): Tensor {
    this.claimName(name)
    const tensor: Tensor = { graph: this, name, shape, type }
    this.inputs.push(tensor)
    this.shapes.set(name, shape)
    return tensor
  }

  /** Marks a tensor to be returned at run time under `name`. */
  output(name: string, tensor: Tensor): void {
    this.claimName(name)
    this.outputs.push({ name, tensor })
  }

  /** A tensor stored in the model file. */
  constant(data: TypedArray, shape: Shape, name?: string): Tensor {
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError('constant', `${data.length} values do not fill the shape [${shape.join(', ')}]`)
    }
    if (name !== undefined) this.claimName(name)
    const tensor: Tensor = { graph: this, name: name ?? this.newName('constant'), shape, type: typeOfArray(data) }
    this.constants.push({ name: tensor.name, shape, type: tensor.type, data })
    this.shapes.set(tensor.name, shape)
    return tensor
  }

  /** A one-element constant of the given type, made once however often it is asked for. */
  scalar(value: number, type: DataType = 'float32', shape: Shape = []): Tensor {
    const key = `${type}:${value}:${shape.join(',')}`
    let tensor = this.constantCache.get(key)
    if (!tensor) {
      const data =
        type === 'float32'
          ? Float32Array.of(value)
          : type === 'int64'
            ? BigInt64Array.of(BigInt(value))
            : type === 'int32'
              ? Int32Array.of(value)
              : Uint8Array.of(value)
      tensor = this.constant(data, shape)
      this.constantCache.set(key, tensor)
    }
    return tensor
  }

  /** A one-dimensional int64 constant: the form in which ONNX takes shapes, axes and bounds. */
  integers(values: readonly number[]): Tensor {
    const key = `integers:${values.join(',')}`
    let tensor = this.constantCache.get(key)
    if (!tensor) {
      tensor = this.constant(BigInt64Array.from(values, BigInt), [values.length])
      this.constantCache.set(key, tensor)
    }
    return tensor
  }

  /** Appends one ONNX node. An absent optional input is null. */
  node(
    operator: string,
    inputs: readonly (Tensor | null)[],
    outputs: readonly { shape: Shape; type?: DataType }[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Tensor[] {
    for (const input of inputs) {
      if (input && input.graph !== this) throw new ShapeError(operator, 'an input belongs to another graph', [input])
    }
    const tensors = outputs.map(({ shape, type }) => ({
      graph: this as Graph,
      name: this.newName(operator),
      shape,
      type: type ?? 'float32',
    }))
    for (const { name, shape } of tensors) this.shapes.set(name, shape)
    this.nodes.push({
      operator,
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs: tensors.map((tensor) => tensor.name),
      attributes,
    })
    return tensors
  }

  /** Remembers how an operator is differentiated. */
  record(operator: string, inputs: readonly Tensor[], outputs: readonly Tensor[], pullback: Pullback): void {
    this.tape.push({ operator, inputs, outputs, pullback })
  }

  private readonly names = new Set<string>()

  private claimName(name: string): void {
    if (this.names.has(name)) throw new Error(`the graph already has a tensor named "${name}"`)
    this.names.add(name)
  }

  private newName(stem: string): string {
    return `${this.prefix}${stem}:${this.counter++}`
  }
}

/** One node with one output, without a gradient. */
export function emit(
  operator: string,
  inputs: readonly (Tensor | null)[],
  shape: Shape,
  options: { type?: DataType; attributes?: Readonly<Record<string, Attribute>> } = {},
): Tensor {
  const graph = inputs.find((input) => input !== null)?.graph
  if (!graph) throw new Error(`${operator}: no input`)
  const type = options.type ?? 'float32'
  return graph.node(operator, inputs, [{ shape, type }], options.attributes ?? {})[0]!
}

export function requireType(operator: string, type: DataType, ...tensors: readonly Tensor[]): void {
  if (tensors.some((tensor) => tensor.type !== type)) throw new ShapeError(operator, `takes ${type}`, tensors)
}

function typeOfArray(data: TypedArray): DataType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof Uint16Array) return 'float16'
  if (data instanceof Int8Array) return 'int8'
  return 'uint8'
}

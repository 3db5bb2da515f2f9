/**
 * Muon: momentum, made orthogonal matrix by matrix, so that every direction of a layer learns at one pace (Jordan et al.,
 * 2024, https://kellerjordan.github.io/posts/muon).
 */
import type { TrainingSettings } from '../config.ts'
import type { TensorSpec } from '../model/scope.ts'
import {
  add,
  concatenate,
  divide,
  Graph,
  matrixProduct,
  multiply,
  type Runtime,
  reshape,
  Session,
  sizeOf,
  split,
  squareRoot,
  sum,
  swapLast,
  type Tensor,
  writeModel,
} from '../tensor/index.ts'
import {
  adamUpdate,
  averageDecay,
  averaged,
  clipped,
  type OptimizerState,
  part,
  type Stretch,
  type UpdateOptions,
} from './optimizer.ts'
import { minus, plus, times, vectorKernel } from './vector-kernel.ts'

/** A stretch of the flat weights that holds matrices of one shape, one after another. */
export interface MatrixStretch extends Stretch {
  readonly count: number
  readonly rows: number
  readonly columns: number
}

export interface MuonOptions extends UpdateOptions {
  readonly settings: UpdateOptions['settings'] & Pick<TrainingSettings, 'momentum'>
}

/** Embeddings, and layers whose outputs mean something by themselves: scores of characters, places of points. */
const OUTER = /(tgt_embedding|decoder\.fc|guidance|ctc|stn_fc2|^head)\.weight$/

/** The flat weights from first to last, in stretches: the matrices between hidden layers, and what lies between those. */
export function stretchesOf(parameters: readonly TensorSpec[]): (Stretch | MatrixStretch)[] {
  const stretches: (Stretch | MatrixStretch)[] = []
  let offset = 0
  for (const { name, shape } of parameters) {
    const length = sizeOf(shape)
    const last = stretches.at(-1)
    if (shape.length > 1 && !OUTER.test(name)) {
      // Queries, keys and values lie in one tensor. A filter has a row for each output channel.
      const count = name.endsWith('in_proj_weight') ? 3 : 1
      const rows = shape[0]! / count
      stretches.push({ offset, length, count, rows, columns: length / count / rows })
    } else if (last && !isMatrix(last)) {
      stretches[stretches.length - 1] = { offset: last.offset, length: last.length + length }
    } else stretches.push({ offset, length })
    offset += length
  }
  return stretches
}

export function isMatrix(stretch: Stretch | MatrixStretch): stretch is MatrixStretch {
  return 'rows' in stretch
}

/**
 * Coefficients of odd polynomials of degree 5, applied in turn. Each leaves the singular values that those before it made
 * of 0.01 to 1 as near to one as such a polynomial can, the last between 0.73 and 1.27 (Amsel et al., arXiv 2505.16932).
 * One polynomial needs four turns for that.
 */
const POLYNOMIALS = [
  { linear: 8.0934, cubic: -23.6204, quintic: 17.4462 },
  { linear: 3.6366, cubic: -2.7219, quintic: 0.5365 },
  { linear: 2.6613, cubic: -1.9772, quintic: 0.4526 },
] as const
type Polynomial = (typeof POLYNOMIALS)[number]

/** Root mean square of Adam's steps, in learning rates, which these are scaled to (Liu et al., arXiv 2502.16982). */
const STEP_SIZE = 0.2

/**
 * `x[G, M, N]` with the singular values of each matrix near one, by iterations like Newton and Schulz's: those down to a
 * hundredth of the matrix's Schatten 4-norm, smaller ones less.
 */
export function orthogonal(x: Tensor): Tensor {
  const [, rows, columns] = x.shape as [number, number, number]
  if (rows > columns) return swapLast(orthogonal(swapLast(x)))
  const square = matrixProduct(x, swapLast(x))
  // Of X·Xᵀ, the square of X's Schatten 4-norm, which no singular value exceeds.
  const norm = add(squareRoot(sum(multiply(square, square), { axes: [1, 2], keepDimensions: true })), LEAST)
  const start = divide(square, norm)
  const scaled = divide(x, squareRoot(norm))
  return columns >= 2 * rows ? throughGram(start, scaled) : directly(start, scaled)
}

/** Keeps the norm of a matrix of zeros from 0. */
const LEAST = 1e-24

/** Multiplies `x` by the polynomials of its square, `first` of the first. */
function directly(first: Tensor, x: Tensor): Tensor {
  let [square, turned] = [first, x]
  for (const [place, polynomial] of POLYNOMIALS.entries()) {
    if (place > 0) square = matrixProduct(turned, swapLast(turned))
    turned = add(multiply(turned, polynomial.linear), matrixProduct(further(square, polynomial), turned))
  }
  return turned
}

/** The same where `x` is much wider than high: collects the polynomials, which commute, and multiplies once. */
function throughGram(first: Tensor, x: Tensor): Tensor {
  const identity = x.graph.constant(unit(first.shape[1]!), [1, first.shape[1]!, first.shape[1]!])
  let [square, product] = [first, identity]
  for (const [place, polynomial] of POLYNOMIALS.entries()) {
    const factor = add(multiply(identity, polynomial.linear), further(square, polynomial))
    product = place === 0 ? factor : matrixProduct(factor, product)
    if (place < POLYNOMIALS.length - 1) square = matrixProduct(matrixProduct(factor, square), factor)
  }
  return matrixProduct(product, x)
}

/** The polynomial's terms beyond the first, over its argument. */
function further(square: Tensor, { cubic, quintic }: Polynomial): Tensor {
  return add(multiply(square, cubic), multiply(matrixProduct(square, square), quintic))
}

function unit(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, place) => (place % (size + 1) === 0 ? 1 : 0))
}

/** What a stretch of matrices moves by at a learning rate of 1, from its momentum, both flat. */
export function matrixStep(momentum: Tensor, { count, rows, columns, length }: MatrixStretch): Tensor {
  const step = orthogonal(reshape(momentum, [count, rows, columns]))
  return reshape(multiply(step, STEP_SIZE * Math.sqrt(Math.max(rows, columns))), [length])
}

/**
 * From all matrices' momenta, flat, what each moves by; `matrices` says in which order they lie in both: those of one shape
 * one after another, since they are turned together.
 */
export function muonGraph(parameters: readonly TensorSpec[]): { graph: Graph; matrices: MatrixStretch[] } {
  const byShape = new Map<string, MatrixStretch[]>()
  for (const stretch of stretchesOf(parameters).filter(isMatrix)) {
    const shape = `${stretch.rows}x${stretch.columns}`
    byShape.set(shape, [...(byShape.get(shape) ?? []), stretch])
  }
  const groups = [...byShape.values()]
  const sizes = groups.map((members) => total(members, 'length'))
  const matrices = groups.flat()
  const graph = new Graph()
  const momenta = split(graph.input('momenta', 'float32', [total(matrices, 'length')]), { axis: 0, sizes })
  const steps = groups.map((members, place) =>
    matrixStep(momenta[place]!, { ...members[0]!, count: total(members, 'count'), length: sizes[place]! }),
  )
  graph.output('steps', concatenate(steps, { axis: 0 }))
  return { graph, matrices }
}

function total(stretches: readonly MatrixStretch[], of: 'count' | 'length'): number {
  return stretches.reduce((sum, stretch) => sum + stretch[of], 0)
}

/** Nesterov's momentum: what it is now, and where it will be. */
const lookAhead = vectorKernel({
  vectors: ['momentum', 'slope', 'ahead'],
  scalars: ['keep', 'share'],
  become: ({ momentum, slope, keep, share }) => {
    const step = plus(times(keep, momentum), times(share, slope))
    // The second time of the new momentum.
    return [
      ['momentum', step],
      ['ahead', step],
    ]
  },
})

const follow = vectorKernel({
  vectors: ['weight', 'move', 'average'],
  scalars: ['rate', 'forget'],
  become: ({ weight, move, average, rate, forget }) => [
    ['weight', minus(weight, times(rate, move))],
    ['average', averaged(average, weight, forget)],
  ],
})

/** Moves the matrices by Muon, all other weights by Adam. */
export class Muon {
  /** In the order of the session's momenta and steps. */
  private readonly matrices: readonly MatrixStretch[]
  private readonly others: readonly Stretch[]
  /** Of the matrices, one after another: momenta a step ahead. */
  private readonly ahead: Float32Array
  private readonly session: Promise<Session>

  constructor(parameters: readonly TensorSpec[], runtime: Runtime) {
    const { graph, matrices } = muonGraph(parameters)
    this.matrices = matrices
    this.others = stretchesOf(parameters).filter((stretch) => !isMatrix(stretch))
    this.ahead = new Float32Array(total(matrices, 'length'))
    this.session = Session.create(writeModel(graph), runtime, { spin: false })
  }

  /** As `adamUpdate`. The first moments of matrices are Muon's momentum, their second moments stay as they are. */
  async update(state: OptimizerState, gradient: Float32Array, options: MuonOptions): Promise<number> {
    const { settings, step, rate } = options
    const { momentum } = settings
    const clipping = clipped(gradient, settings.clip, step)
    this.overMatrices(this.ahead, (stretch, ahead) => {
      const vectors = { momentum: part(state.moment1, stretch), slope: part(gradient, stretch), ahead }
      lookAhead(vectors, { keep: momentum, share: (1 - momentum) * clipping.scale })
    })
    const { steps } = await (await this.session).run({
      momenta: { type: 'float32', shape: [this.ahead.length], data: this.ahead },
    })
    adamUpdate(state, gradient, { ...options, clipping, stretches: this.others })
    this.overMatrices(steps!.data as Float32Array, (stretch, move) => {
      const vectors = { weight: part(state.weights, stretch), move, average: part(state.average, stretch) }
      follow(vectors, { rate, forget: 1 - averageDecay(settings.averageDecay, step) })
    })
    return clipping.norm
  }

  /** Each stretch of matrices with its part of a vector in which they lie one after another. */
  private overMatrices(vector: Float32Array, visit: (stretch: MatrixStretch, values: Float32Array) => void): void {
    let end = 0
    for (const stretch of this.matrices) {
      const start = end
      end += stretch.length
      visit(stretch, vector.subarray(start, end))
    }
  }

  async dispose(): Promise<void> {
    await (await this.session).dispose()
  }
}

/**
 * Muon: momentum, made orthogonal matrix by matrix, so that every direction of a layer learns at one pace (Jordan et al.,
 * 2024, https://kellerjordan.github.io/posts/muon).
 */
import type { TrainingSettings } from '../config.ts'
import type { TensorSpec } from '../model/scope.ts'
import { concatenate, Graph, type Runtime, Session, type SessionOptions, split, writeModel } from '../tensor/index.ts'
import type { Communicator } from './communicator.ts'
import { adamUpdate, clipped, type OptimizerState, type UpdateOptions } from './optimizer.ts'
import { averageDecay, isMatrix, type MatrixStretch, part, type Stretch, stretchesOf } from './optimizer-rules.ts'
import { matrixStep, orthogonalWork } from './orthogonal-step.ts'
import { follow, lookAhead } from './vector-kernel.ts'

export interface MuonOptions extends UpdateOptions {
  readonly settings: UpdateOptions['settings'] & Pick<TrainingSettings, 'momentum'>
}

/**
 * From matrices' momenta, flat, what each moves by; by default of all matrices. `matrices` says in which order they lie in
 * both: those of one shape one after another, since they are turned together.
 */
export function muonGraph(
  parameters: readonly TensorSpec[],
  among: readonly MatrixStretch[] = stretchesOf(parameters).filter(isMatrix),
): { graph: Graph; matrices: MatrixStretch[] } {
  const byShape = new Map<string, MatrixStretch[]>()
  for (const stretch of among) {
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

/** Which matrices each of `size` ranks turns: about as much work for each, the same on all ranks. */
export function shareMatrices(parameters: readonly TensorSpec[], size: number): MatrixStretch[][] {
  const matrices = stretchesOf(parameters).filter(isMatrix)
  const shares = Array.from({ length: size }, () => ({ work: 0, members: new Set<MatrixStretch>() }))
  for (const matrix of matrices.toSorted((a, b) => orthogonalWork(b) - orthogonalWork(a))) {
    const least = shares.reduce((best, share) => (share.work < best.work ? share : best))
    least.work += orthogonalWork(matrix)
    least.members.add(matrix)
  }
  return shares.map(({ members }) => matrices.filter((matrix) => members.has(matrix)))
}

function total(stretches: readonly MatrixStretch[], of: 'count' | 'length'): number {
  return stretches.reduce((sum, stretch) => sum + stretch[of], 0)
}

export interface MuonSharing extends SessionOptions {
  /** Ranks that share the products; each turns its matrices, and gets the others' steps. */
  readonly communicator?: Communicator
}

/** Moves the matrices by Muon, all other weights by Adam. */
export class Muon {
  /** In the order of the momenta and steps: one rank's after the other's. */
  private readonly matrices: readonly MatrixStretch[]
  private readonly others: readonly Stretch[]
  /** Of the matrices, one after another: momenta a step ahead. */
  private readonly ahead: Float32Array
  /** Of these the ones that are turned here. */
  private readonly own: Float32Array
  /** Numbers of each rank's matrices. */
  private readonly lengths: readonly number[]
  private readonly communicator: Communicator | null
  /** Null for a rank without a matrix of its own. */
  private readonly session: Promise<Session> | null

  constructor(parameters: readonly TensorSpec[], runtime: Runtime, { communicator, ...options }: MuonSharing = {}) {
    const { rank, size } = communicator ?? { rank: 0, size: 1 }
    const graphs = shareMatrices(parameters, size).map((share) =>
      share.length > 0 ? muonGraph(parameters, share) : { graph: null, matrices: [] },
    )
    this.communicator = communicator ?? null
    this.matrices = graphs.flatMap(({ matrices }) => matrices)
    this.others = stretchesOf(parameters).filter((stretch) => !isMatrix(stretch))
    this.ahead = new Float32Array(total(this.matrices, 'length'))
    this.lengths = graphs.map(({ matrices }) => total(matrices, 'length'))
    const start = this.lengths.slice(0, rank).reduce((sum, length) => sum + length, 0)
    this.own = this.ahead.subarray(start, start + this.lengths[rank]!)
    const { graph } = graphs[rank]!
    this.session = graph && Session.create(writeModel(graph), runtime, { spin: false, ...options })
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
    const steps = await this.turn()
    adamUpdate(state, gradient, { ...options, clipping, stretches: this.others })
    this.overMatrices(steps, (stretch, move) => {
      const vectors = { weight: part(state.weights, stretch), move, average: part(state.average, stretch) }
      follow(vectors, { rate, forget: 1 - averageDecay(settings.averageDecay, step) })
    })
    return clipping.norm
  }

  /** What all matrices move by. */
  private async turn(): Promise<Float32Array> {
    const momenta = { type: 'float32', shape: [this.own.length], data: this.own } as const
    const steps = this.session && ((await (await this.session).run({ momenta })).steps!.data as Float32Array)
    if (!this.communicator) return steps!
    if (steps) this.own.set(steps)
    this.communicator.collect(this.ahead, this.lengths)
    return this.ahead
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
    await (await this.session)?.dispose()
  }
}

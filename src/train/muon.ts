/**
 * Muon: momentum, made orthogonal matrix by matrix, so that every direction of a layer learns at one pace (Jordan et al.,
 * 2024, https://kellerjordan.github.io/posts/muon).
 */
import type { TrainingSettings } from '../config.ts'
import type { TensorSpec } from '../model/scope.ts'
import { concatenate, Graph, type Runtime, Session, split, writeModel } from '../tensor/index.ts'
import { adamUpdate, clipped, type OptimizerState, type UpdateOptions } from './optimizer.ts'
import { averageDecay, isMatrix, type MatrixStretch, part, type Stretch, stretchesOf } from './optimizer-rules.ts'
import { matrixStep } from './orthogonal-step.ts'
import { follow, lookAhead } from './vector-kernel.ts'

export interface MuonOptions extends UpdateOptions {
  readonly settings: UpdateOptions['settings'] & Pick<TrainingSettings, 'momentum'>
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

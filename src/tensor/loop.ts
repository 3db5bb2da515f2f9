/** Repetition inside one run: state goes from turn to turn without leaving the runtime's device. Not differentiated. */
import { Graph, type Tensor } from './graph.ts'

/** The symbolic number of turns. */
export const TURNS = -9

export interface LoopOptions {
  /** How many turns there are at most: one int64. */
  readonly count: Tensor
  /** What the first turn begins with. */
  readonly state: readonly Tensor[]
  /** Builds one turn in a graph of its own. */
  readonly body: (turn: LoopTurn) => LoopResult
}

export interface LoopTurn {
  readonly graph: Graph
  /** Number of the turn from 0: one int64. */
  readonly index: Tensor
  readonly state: readonly Tensor[]
  /** A tensor of the graph around the loop, as the body may use it. */
  outer(tensor: Tensor): Tensor
}

export interface LoopResult {
  /** The state after the turn: shapes and types of the state before it. */
  readonly state: readonly Tensor[]
  /** What is kept of every turn. */
  readonly kept: readonly Tensor[]
  /** One bool: false ends the loop after this turn. */
  readonly proceed: Tensor
}

/** The state after the last turn, and what was kept, stacked along a new first axis of as many turns as there were. */
export function loop({ count, state, body }: LoopOptions): { state: Tensor[]; kept: Tensor[] } {
  const { graph } = count
  const inside = new Graph('turn/')
  const index = inside.input('turn/index', 'int64', [])
  inside.input('turn/condition', 'bool', [])
  const before = state.map(({ type, shape }, place) => inside.input(`turn/state ${place}`, type, shape))
  const outer = (tensor: Tensor): Tensor => {
    if (tensor.graph !== graph) throw new Error('loop: a tensor from outside must be of the graph around the loop')
    return { ...tensor, graph: inside }
  }
  const result = body({ graph: inside, index, state: before, outer })
  inside.output('turn/proceed', result.proceed)
  for (const [place, tensor] of result.state.entries()) inside.output(`turn/next ${place}`, tensor)
  for (const [place, tensor] of result.kept.entries()) inside.output(`turn/kept ${place}`, tensor)
  const outputs = graph.node(
    'Loop',
    [count, null, ...state],
    [...state, ...result.kept.map(({ type, shape }) => ({ type, shape: [TURNS, ...shape] }))],
    { body: { graph: inside } },
  )
  return { state: outputs.slice(0, state.length), kept: outputs.slice(state.length) }
}

/** Steps along a tensor's first axis inside one node: a body that is written once, whatever their number. Not differentiated. */
import { Graph, ShapeError, type Tensor } from './graph.ts'

export interface ScanOptions {
  /** What the first step begins with. */
  readonly state: readonly Tensor[]
  /** Tensors [S, ...] of which each step is given its part. */
  readonly given: readonly Tensor[]
  /** From the last part to the first; what is kept still lies in the order of the parts. */
  readonly isReversed?: boolean
  /** Builds one step in a graph of its own. */
  readonly body: (step: ScanStep) => { readonly state: readonly Tensor[]; readonly kept: readonly Tensor[] }
}

export interface ScanStep {
  readonly graph: Graph
  readonly state: readonly Tensor[]
  readonly given: readonly Tensor[]
  /** A tensor of the graph around the steps, as the body may use it. */
  outer(tensor: Tensor): Tensor
}

/** What was kept of every step, stacked along a new first axis: [S, ...] each. */
export function scan({ state, given, isReversed = false, body }: ScanOptions): Tensor[] {
  const { graph, shape } = given[0]!
  const count = shape[0]!
  if (given.some((tensor) => tensor.shape[0] !== count))
    throw new ShapeError('scan', 'takes tensors of as many parts', given)
  const prefix = `scan ${graph.nodes.length}/`
  const inside = new Graph(prefix)
  const before = state.map((tensor, place) => inside.input(`${prefix}state ${place}`, tensor.type, tensor.shape))
  const parts = given.map(({ type, shape: whole }, place) => {
    return inside.input(`${prefix}part ${place}`, type, whole.slice(1))
  })
  const outer = (tensor: Tensor): Tensor => ({ ...tensor, graph: inside })
  const result = body({ graph: inside, state: before, given: parts, outer })
  for (const [place, tensor] of result.state.entries()) inside.output(`${prefix}next ${place}`, tensor)
  for (const [place, tensor] of result.kept.entries()) inside.output(`${prefix}kept ${place}`, tensor)
  const directions = (length: number) => Array<number>(length).fill(isReversed ? 1 : 0)
  const kept = result.kept.map(({ type, shape: one }) => ({ type, shape: [count, ...one] }))
  const outputs = graph.node('Scan', [...state, ...given], [...state, ...kept], {
    body: { graph: inside },
    num_scan_inputs: given.length,
    scan_input_directions: directions(given.length),
    scan_output_directions: directions(kept.length),
  })
  return outputs.slice(state.length)
}

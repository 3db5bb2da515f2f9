/**
 * Recurrent layers: long short-term memory over a whole sequence (Hochreiter and Schmidhuber, 1997) and a gated recurrent
 * unit's step (Cho et al., arXiv 1406.1078). Weights have PyTorch's layout: a row for each unit of each gate.
 */
import { add, detach, multiply, sigmoid, subtract, tanh } from './elementwise.ts'
import { emit, requireType, ShapeError, type Tensor } from './graph.ts'
import { concatenate, gather, reshape, split } from './layout.ts'
import { linear, matrixProduct } from './matrix.ts'
import { sum } from './reduction.ts'

/** G gates, H units, I inputs. */
export interface RecurrentWeights {
  /** [G · H, I]. */
  readonly input: Tensor
  /** [G · H, H]. */
  readonly recurrent: Tensor
  /** [G · H]. */
  readonly inputBias: Tensor
  /** [G · H]. */
  readonly recurrentBias: Tensor
}

/** In the order of the weights' rows: input, forget, cell, output. */
const LSTM_GATES = 4
/** The same gates as ONNX's operator wants them: input, output, forget, cell. */
const ONNX_ORDER = [0, 3, 1, 2] as const
/** Reset, update, new. */
const GRU_GATES = 3

/**
 * `x[S, B, I]` → `[S, B, H]`, the state after every step; from the last step to the first where `isReversed`. Of known
 * sizes it is unrolled and has a gradient; where a size is known at run time it is ONNX's own operator.
 */
export function lstm(x: Tensor, weights: RecurrentWeights, { isReversed = false } = {}): Tensor {
  const units = checkWeights('lstm', x, { weights, gates: LSTM_GATES, rank: 3 })
  if (x.shape.some((size) => size < 0)) return lstmOperator(x, weights, { units, isReversed })
  return unrolled(linear(x, weights.input, weights.inputBias), weights, isReversed)
}

function checkWeights(
  operator: string,
  x: Tensor,
  { weights, gates, rank }: { weights: RecurrentWeights; gates: number; rank: number },
): number {
  const { input, recurrent, inputBias, recurrentBias } = weights
  requireType(operator, 'float32', x, input, recurrent, inputBias, recurrentBias)
  const units = recurrent.shape[1]!
  const rows = gates * units
  const fits =
    x.shape.length === rank &&
    input.shape.join() === [rows, x.shape[rank - 1]].join() &&
    recurrent.shape.join() === [rows, units].join() &&
    [inputBias, recurrentBias].every(({ shape }) => shape.join() === `${rows}`)
  if (!fits) {
    const sizes = `x [..., I] of ${rank} axes, weights [${gates}H, I], [${gates}H, H] and biases [${gates}H]`
    throw new ShapeError(operator, `takes ${sizes}`, [x, input, recurrent, inputBias, recurrentBias])
  }
  return units
}

function lstmOperator(
  x: Tensor,
  weights: RecurrentWeights,
  { units, isReversed }: { units: number; isReversed: boolean },
): Tensor {
  const indices = ONNX_ORDER.flatMap((gate) => Array.from({ length: units }, (_, unit) => gate * units + unit))
  const ordered = (weight: Tensor) => {
    const rows = gather(weight, { axis: 0, indices })
    return reshape(rows, [1, ...rows.shape])
  }
  const bias = concatenate([ordered(weights.inputBias), ordered(weights.recurrentBias)], { axis: 1 })
  const [steps, batch] = x.shape as [number, number]
  const output = emit('LSTM', [x, ordered(weights.input), ordered(weights.recurrent), bias], [steps, 1, batch, units], {
    attributes: { hidden_size: units, direction: isReversed ? 'reverse' : 'forward' },
  })
  return emit('Squeeze', [output, x.graph.integers([1])], [steps, batch, units])
}

/** What a step of the way forward leaves for the way back, [B, H] each. */
interface LstmStep {
  readonly gates: readonly [input: Tensor, forget: Tensor, cell: Tensor, output: Tensor]
  /** The cells before the step; null before the first, where they are 0. */
  readonly before: Tensor | null
  /** Those after it, and their tanh. */
  readonly cells: Tensor
  readonly squashed: Tensor
  readonly state: Tensor
}

/** `projected[S, B, 4H]` holds what the input gives to the gates. */
function unrolled(projected: Tensor, weights: RecurrentWeights, isReversed: boolean): Tensor {
  const { recurrent, recurrentBias } = weights
  const [count, batch, rows] = projected.shape as [number, number, number]
  const units = rows / LSTM_GATES
  const inOrder = <T>(values: readonly T[]) => (isReversed ? values.toReversed() : values)
  const apart = (x: Tensor, width: number) =>
    inOrder(split(x, { axis: 0, sizes: Array<number>(count).fill(1) })).map((part) => reshape(part, [batch, width]))
  const [weight, bias] = [detach(recurrent), detach(recurrentBias)]
  const steps: LstmStep[] = []
  for (const given of apart(detach(projected), rows)) {
    const last = steps.at(-1)
    steps.push(lstmStep(add(given, last ? linear(last.state, weight, bias) : bias), last?.cells ?? null))
  }
  const joined = concatenate(
    inOrder(steps).map(({ state }) => reshape(state, [1, batch, units])),
    { axis: 0 },
  )
  const output = detach(joined)
  projected.graph.record('lstm', [projected, recurrent, recurrentBias], [output], ([dy]) => {
    const slopes: Tensor[] = []
    let [fromState, fromCells]: [Tensor | null, Tensor | null] = [null, null]
    const upstream = apart(dy!, units)
    for (const [place, step] of [...steps.entries()].reverse()) {
      const slope: Tensor = fromState ? add(upstream[place]!, fromState) : upstream[place]!
      const back = stepBack(step, slope, fromCells)
      slopes.unshift(back.gates)
      fromCells = back.cells
      fromState = place > 0 ? matrixProduct(back.gates, weight) : null
    }
    const all = concatenate(
      inOrder(slopes).map((slope) => reshape(slope, [1, batch, rows])),
      { axis: 0 },
    )
    return [all, recurrentSlope(slopes, steps, weight), sum(all, { axes: [0, 1] })]
  })
  return output
}

function lstmStep(sums: Tensor, before: Tensor | null): LstmStep {
  const units = sums.shape[1]! / LSTM_GATES
  const [input, forget, cell, output] = split(sums, { axis: 1, sizes: Array<number>(LSTM_GATES).fill(units) })
  const gates = [sigmoid(input!), sigmoid(forget!), tanh(cell!), sigmoid(output!)] as const
  const taken = multiply(gates[0], gates[2])
  const cells = before ? add(taken, multiply(gates[1], before)) : taken
  const squashed = tanh(cells)
  return { gates, before, cells, squashed, state: multiply(gates[3], squashed) }
}

/** From the slope to a step's state, and that to the cells after it, those to the gates' sums and the cells before. */
function stepBack(
  { gates: [input, forget, cell, output], before, squashed }: LstmStep,
  slope: Tensor,
  later: Tensor | null,
): { gates: Tensor; cells: Tensor } {
  const ofSigmoid = (gate: Tensor, outer: Tensor) => multiply(outer, multiply(gate, subtract(1, gate)))
  const ofTanh = (value: Tensor, outer: Tensor) => multiply(outer, subtract(1, multiply(value, value)))
  const through = ofTanh(squashed, multiply(slope, output))
  const cells = later ? add(through, later) : through
  const toForget = before ? ofSigmoid(forget, multiply(cells, before)) : multiply(forget, 0)
  const gates = concatenate(
    [
      ofSigmoid(input, multiply(cells, cell)),
      toForget,
      ofTanh(cell, multiply(cells, input)),
      ofSigmoid(output, multiply(slope, squashed)),
    ],
    { axis: 1 },
  )
  return { gates, cells: multiply(cells, forget) }
}

/** All steps' slopes with the states before them, in one product; before the first the state is 0. */
function recurrentSlope(slopes: readonly Tensor[], steps: readonly LstmStep[], weight: Tensor): Tensor {
  if (slopes.length === 1) return multiply(weight, 0)
  const later = concatenate(slopes.slice(1), { axis: 0 })
  const earlier = concatenate(
    steps.slice(0, -1).map(({ state }) => state),
    { axis: 0 },
  )
  return emit('Gemm', [later, earlier], weight.shape, { attributes: { transA: 1 } })
}

/** `x[B, I]` and `state[B, H]` → the state after the step, [B, H]. */
export function gruStep(x: Tensor, state: Tensor, weights: RecurrentWeights): Tensor {
  const units = checkWeights('gruStep', x, { weights, gates: GRU_GATES, rank: 2 })
  if (state.shape.length !== 2 || state.shape[1] !== units || state.shape[0] !== x.shape[0])
    throw new ShapeError('gruStep', 'takes a state [B, H]', [x, state])
  const sizes = Array<number>(GRU_GATES).fill(units)
  const apart = (sums: Tensor) => split(sums, { axis: 1, sizes }) as [Tensor, Tensor, Tensor]
  const given = apart(linear(x, weights.input, weights.inputBias))
  const known = apart(linear(state, weights.recurrent, weights.recurrentBias))
  const reset = sigmoid(add(given[0], known[0]))
  const update = sigmoid(add(given[1], known[1]))
  const fresh = tanh(add(given[2], multiply(reset, known[2])))
  return add(fresh, multiply(update, subtract(state, fresh)))
}

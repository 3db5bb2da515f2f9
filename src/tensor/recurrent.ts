/**
 * Recurrent layers: long short-term memory over a whole sequence (Hochreiter and Schmidhuber, 1997) and a gated recurrent
 * unit's step (Cho et al., arXiv 1406.1078). Weights have PyTorch's layout: a row for each unit of each gate.
 */
import { add, multiply, sigmoid, subtract, tanh } from './elementwise.ts'
import { emit, requireType, ShapeError, type Tensor } from './graph.ts'
import { concatenate, gather, reshape, slice, split } from './layout.ts'
import { linear, matrixProduct } from './matrix.ts'
import { sum } from './reduction.ts'
import { scan } from './scan.ts'

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

/** Which way a layer reads its sequence. */
export interface LstmOptions {
  /** From the last step to the first. */
  readonly isReversed?: boolean
}

/** `x[S, B, I]` → `[S, B, H]`, the state after every step. ONNX's own operator, which has no gradient. */
export function lstm(x: Tensor, weights: RecurrentWeights, { isReversed = false }: LstmOptions = {}): Tensor {
  const units = checkWeights('lstm', x, { weights, gates: LSTM_GATES, rank: 3 })
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

/** `lstm` with its gradient, of known sizes. */
export function lstmTraining(x: Tensor, weights: RecurrentWeights, { isReversed = false }: LstmOptions = {}): Tensor {
  checkWeights('lstmTraining', x, { weights, gates: LSTM_GATES, rank: 3 })
  return stepByStep(linear(x, weights.input, weights.inputBias), weights, isReversed)
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

/**
 * `projected[S, B, 4H]` holds what the input gives to the gates. One step is written once, for each way: a step written out S
 * times made sessions that took up to half a minute to open.
 */
function stepByStep(projected: Tensor, weights: RecurrentWeights, isReversed: boolean): Tensor {
  const { recurrent, recurrentBias } = weights
  const { graph } = projected
  const [, batch, rows] = projected.shape as [number, number, number]
  const units = rows / LSTM_GATES
  const zeros = graph.constant(new Float32Array(batch * units), [batch, units])
  const [states, cells, ...gates] = scan({
    state: [zeros, zeros],
    given: [projected],
    isReversed,
    body({ state: [last, before], given, outer }) {
      const sums = add(given[0]!, linear(last!, outer(recurrent), outer(recurrentBias)))
      const [input, forget, cell, output] = split(sums, { axis: 1, sizes: Array<number>(LSTM_GATES).fill(units) })
      const opened = [sigmoid(input!), sigmoid(forget!), tanh(cell!), sigmoid(output!)] as const
      const after = add(multiply(opened[0], opened[2]), multiply(opened[1], before!))
      const state = multiply(opened[3], tanh(after))
      return { state: [state, after], kept: [state, after, ...opened] }
    },
  }) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
  graph.record('lstm', [projected, recurrent, recurrentBias], [states], ([dy]) => {
    const way = { states, cells, gates, recurrent, isReversed }
    const slopes = slopesOfGates(dy!, way)
    return [slopes, slopeOfRecurrent(slopes, way), sum(slopes, { axes: [0, 1] })]
  })
  return states
}

/** What the way forward leaves for the way back: after every step, [S, B, H] each. */
interface WayForward {
  readonly states: Tensor
  readonly cells: Tensor
  /** Input, forget, cell, output. */
  readonly gates: readonly Tensor[]
  readonly recurrent: Tensor
  readonly isReversed: boolean
}

/**
 * From slopes to the states, [S, B, H], those to the gates' sums, [S, B, 4H]. What needs no other step is computed for all
 * steps at once.
 */
function slopesOfGates(dy: Tensor, { gates, cells, recurrent, isReversed }: WayForward): Tensor {
  const { graph } = dy
  const [input, forget, cell, output] = gates as [Tensor, Tensor, Tensor, Tensor]
  const [count, batch, units] = dy.shape as [number, number, number]
  const ofSigmoid = (gate: Tensor) => multiply(gate, subtract(1, gate))
  const ofTanh = (value: Tensor) => subtract(1, multiply(value, value))
  const squashed = tanh(cells)
  const zeros = graph.constant(new Float32Array(batch * units), [batch, units])
  const none = reshape(zeros, [1, batch, units])
  const before =
    count === 1
      ? none
      : isReversed
        ? concatenate([slice(cells, { axis: 0, start: 1 }), none], { axis: 0 })
        : concatenate([none, slice(cells, { axis: 0, end: count - 1 })], { axis: 0 })
  const [slopes] = scan({
    state: [zeros, zeros],
    given: [
      dy,
      multiply(output, ofTanh(squashed)),
      multiply(cell, ofSigmoid(input)),
      multiply(before, ofSigmoid(forget)),
      multiply(input, ofTanh(cell)),
      multiply(squashed, ofSigmoid(output)),
      forget,
    ],
    isReversed: !isReversed,
    body({ state: [fromState, fromCells], given, outer }) {
      const [slope, ofCells, ...others] = given as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
      const toState = add(slope, fromState!)
      const toCells = add(multiply(toState, ofCells), fromCells!)
      const sums = concatenate(
        [...others.slice(0, 3).map((other) => multiply(toCells, other)), multiply(toState, others[3]!)],
        { axis: 1 },
      )
      return { state: [matrixProduct(sums, outer(recurrent)), multiply(toCells, others[4]!)], kept: [sums] }
    },
  })
  return slopes!
}

/** All steps' slopes with the states before them, in one product; before the first the state is 0. */
function slopeOfRecurrent(slopes: Tensor, { states, recurrent, isReversed }: WayForward): Tensor {
  const [count, batch, rows] = slopes.shape as [number, number, number]
  if (count === 1) return multiply(recurrent, 0)
  const [later, earlier] = isReversed
    ? [slice(slopes, { axis: 0, end: count - 1 }), slice(states, { axis: 0, start: 1 })]
    : [slice(slopes, { axis: 0, start: 1 }), slice(states, { axis: 0, end: count - 1 })]
  const flat = (tensor: Tensor, width: number) => reshape(tensor, [(count - 1) * batch, width])
  const operands = [flat(later, rows), flat(earlier, rows / LSTM_GATES)]
  return emit('Gemm', operands, recurrent.shape, { attributes: { transA: 1 } })
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

/**
 * Connectionist temporal classification (Graves et al., ICML 2006): the probability of a word is that of all ways to
 * spell it over the image's positions, each position saying one character or the blank, repeats merged, blanks dropped.
 *
 * A way to spell a word of L characters walks through 2L + 1 states, blank, first character, blank, …, blank: at every
 * position it stays, goes on by one, or skips a blank between two characters that differ. The forward variables are
 * unrolled over the positions, in log space, for the whole batch at once. The tape would go back through every one of
 * those steps; the gradient is instead the paper's closed form from forward and backward variables (its equation 15).
 *
 * Shapes: B batch, S image position, C class, T place in the word, U = 2T + 1 state.
 */
import { UNKNOWN } from '../charset.ts'
import {
  add,
  cast,
  concatenate,
  detach,
  divide,
  emit,
  equal,
  expand,
  exponential,
  less,
  logSoftmax,
  matrixProduct,
  multiply,
  reshape,
  ShapeError,
  select,
  split,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'

/** Log of no probability. Finite: what is added to it or taken from it leaves no NaN, and exp of it is 0. */
const NEVER = -1e30

/**
 * `logits[B, S, C]`, the blank being the last class, and `targets[B, T]` (int32: class ids of the word's characters; the
 * end symbol, which is the blank, or padding closes it) → −log p, summed over the words and divided by the batch, one
 * element. A word that cannot be spelled counts as nothing: one with more characters than positions (two equal ones in
 * a row take a position more), or with an unknown one.
 */
export function ctcLoss(logits_BSC: Tensor, targets_BT: Tensor): Tensor {
  const [batch, , classes] = logits_BSC.shape as [number, number, number]
  if (logits_BSC.shape.length !== 3 || targets_BT.shape.length !== 2 || targets_BT.shape[0] !== batch)
    throw new ShapeError('ctcLoss', 'takes logits [B, S, C] and targets [B, T]', [logits_BSC, targets_BT])
  const states = spellingStates(targets_BT, classes - 1)
  // A product with the states' one-hot classes picks their log probabilities, and brings the gradient back.
  const ids = logits_BSC.graph.constant(
    Int32Array.from({ length: classes }, (_, id) => id),
    [classes, 1],
  )
  const [, count] = states.labels.shape as [number, number]
  const hot_BCU = cast(equal(ids, reshape(states.labels, [batch, 1, count])), 'float32')
  const emissions_BSU = matrixProduct(logSoftmax(logits_BSC), hot_BCU)
  return divide(sum(multiply(spellingProbability(emissions_BSU, states), -1)), batch)
}

interface SpellingStates {
  /** Class of each state, [B, U] int32. */
  readonly labels: Tensor
  /** 0 where a state can be entered by a skip, else `NEVER`, [B, U]. */
  readonly skip: Tensor
  /** 0 in the states in which the whole word is spelled, else `NEVER`, [B, U]. */
  readonly final: Tensor
}

function spellingStates(targets_BT: Tensor, blank: number): SpellingStates {
  const { graph, shape } = targets_BT
  const [batch, places] = shape as [number, number]
  const count = 2 * places + 1
  // The end symbol, padding and unknown have ids from the blank on. States after a word's end are never final.
  const characters = emit('Min', [targets_BT, graph.scalar(blank, 'int32')], shape, { type: 'int32' })
  const blanks = graph.constant(new Int32Array(batch * places).fill(blank), [batch, places, 1])
  const pairs = concatenate([blanks, reshape(characters, [batch, places, 1])], { axis: 2 })
  const last = graph.constant(new Int32Array(batch).fill(blank), [batch, 1])
  const labels = concatenate([reshape(pairs, [batch, 2 * places]), last], { axis: 1 })
  const before = reshape(neighbours(labels, [-2]), [batch, count])
  const skip = select(equal(labels, before), NEVER, 0)
  const length = sum(cast(less(targets_BT, blank), 'float32'), { axes: [1], keepDimensions: true })
  const unknown = sum(cast(equal(targets_BT, UNKNOWN), 'float32'), { axes: [1], keepDimensions: true })
  const numbers = graph.constant(
    Float32Array.from({ length: count }, (_, state) => state),
    [count],
  )
  // The last character's state or the blank after it, 2L - 1 or 2L.
  const distance = subtract(numbers, subtract(multiply(length, 2), 0.5))
  const elsewhere = select(less(multiply(distance, distance), 1), 0, NEVER)
  return { labels, skip, final: add(elsewhere, multiply(unknown, NEVER)) }
}

/**
 * Log probabilities [B, S, U] of the states' classes → log probability of each word, [B]; 0, and no gradient, for a word
 * that cannot be spelled. The gradient is the probability of being in a state at a position, given the word.
 */
function spellingProbability(emissions_BSU: Tensor, { skip, final }: SpellingStates): Tensor {
  const [batch, positions, count] = emissions_BSU.shape as [number, number, number]
  const { graph } = emissions_BSU
  const fixed = detach(emissions_BSU)
  const steps = split(fixed, { axis: 1, sizes: Array<number>(positions).fill(1) })
  const final_B1U = reshape(final, [batch, 1, count])
  const first = graph.constant(
    Float32Array.from({ length: count }, (_, state) => (state < 2 ? 0 : NEVER)),
    [count],
  )
  const forward = walk(steps, { start: first, skips: reshape(skip, [batch, 1, count]), direction: -1 })
  const end = logSumExp(add(forward[positions - 1]!, final_B1U), 2)
  // Not a finite logit: a comparison with NaN is false, and NaN reaches the loss.
  const total = select(less(end, NEVER / 2), 0, end)
  const output = detach(reshape(total, [batch]))
  graph.record('spellingProbability', [emissions_BSU], [output], ([dy]) => {
    const onward = reshape(neighbours(skip, [2]), [batch, 1, count])
    const backward = walk(steps.slice().reverse(), { start: final_B1U, skips: onward, direction: 1 }).reverse()
    // Both variables hold the position's own emission.
    const both = subtract(add(concatenate(forward, { axis: 1 }), concatenate(backward, { axis: 1 })), fixed)
    const occupancy = exponential(subtract(both, reshape(total, [batch, 1, 1])))
    return [multiply(occupancy, reshape(dy!, [batch, 1, 1]))]
  })
  return output
}

/** Log probabilities [B, 1, U] of all walks that end in each state, with every step's emission, step by step. */
function walk(
  emissions: readonly Tensor[],
  { start, skips, direction }: { start: Tensor; skips: Tensor; direction: 1 | -1 },
): Tensor[] {
  const [batch, , count] = emissions[0]!.shape as [number, number, number]
  const offsets = [0, direction, 2 * direction]
  const outside = offsets.flatMap((offset) =>
    Array.from({ length: count }, (_, state) => (state + offset >= 0 && state + offset < count ? 0 : NEVER)),
  )
  const edges = start.graph.constant(Float32Array.from(outside), [3, count])
  const free = expand(start.graph.scalar(0), [batch, 1, 2, count])
  const penalties = add(concatenate([free, reshape(skips, [batch, 1, 1, count])], { axis: 2 }), edges)
  const walked = [add(emissions[0]!, start)]
  for (const emission of emissions.slice(1)) {
    const from = neighbours(walked[walked.length - 1]!, offsets)
    walked.push(add(logSumExp(add(from, penalties), 2), emission))
  }
  return walked
}

/** `x[..., U]` at N offsets of its last axis, [..., N, U]; where that lies outside, the value itself. */
function neighbours(x: Tensor, offsets: readonly number[]): Tensor {
  const axis = x.shape.length - 1
  const count = x.shape[axis]!
  const indices = offsets.flatMap((offset) =>
    Array.from({ length: count }, (_, state) => {
      const other = state + offset
      return BigInt(other >= 0 && other < count ? other : state)
    }),
  )
  const places = x.graph.constant(BigInt64Array.from(indices), [offsets.length, count])
  const shape = [...x.shape.slice(0, -1), offsets.length, count]
  return emit('Gather', [x, places], shape, { type: x.type, attributes: { axis } })
}

/** Stable log-sum-exp along an axis, which goes. */
function logSumExp(x: Tensor, axis: number): Tensor {
  const shape = x.shape.filter((_, index) => index !== axis)
  return emit('ReduceLogSumExp', [x, x.graph.integers([axis])], shape, { attributes: { keepdims: 0 } })
}

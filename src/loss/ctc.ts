/**
 * Connectionist temporal classification (Graves et al., ICML 2006): the probability of a word is that of all ways to
 * spell it over the image's positions, each position saying one character or the blank, repeats merged, blanks dropped.
 *
 * A way to spell a word of L characters walks through 2L + 1 states, blank, first character, blank, …, blank: at every
 * position it stays, goes on by one, or skips a blank between two characters that differ. The forward variables
 * (section 4.1) are unrolled over the positions, in log space, for the whole batch at once. The tape's way back is
 * the backward variables: nothing is written down for the gradient.
 *
 * Shapes: B batch, S image position, C class, T place in the word, U = 2T + 1 state.
 */
import { BLANK, FIRST_FURTHER, UNKNOWN } from '../charset.ts'
import {
  add,
  cast,
  concatenate,
  detach,
  divide,
  emit,
  equal,
  exponential,
  greaterOrEqual,
  less,
  logarithm,
  logSoftmax,
  matrixProduct,
  maximum,
  multiply,
  pad,
  reshape,
  ShapeError,
  select,
  slice,
  split,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'

/** Log of no probability. Finite: what is added to it or taken from it leaves no NaN, and exp of it is 0. */
const NEVER = -1e30

/**
 * `logits[B, S, C]`, the blank being class 94, or the last where there are fewer, and `targets[B, T]` (int32: class ids of
 * the word's characters; the end symbol, which is the blank, or padding closes it) → −log p, summed over the words and
 * divided by the batch, one element. A word that cannot be spelled counts as nothing: one with more characters than
 * positions (two equal ones in a row take a position more), or with one that the head does not know.
 */
export function ctcLoss(logits_BSC: Tensor, targets_BT: Tensor): Tensor {
  const [batch, , classes] = logits_BSC.shape as [number, number, number]
  if (logits_BSC.shape.length !== 3 || targets_BT.shape.length !== 2 || targets_BT.shape[0] !== batch)
    throw new ShapeError('ctcLoss', 'takes logits [B, S, C] and targets [B, T]', [logits_BSC, targets_BT])
  const states = spellingStates(targets_BT, classes)
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

function spellingStates(targets_BT: Tensor, classes: number): SpellingStates {
  const { graph, shape } = targets_BT
  const blank = Math.min(classes - 1, BLANK)
  const [batch, places] = shape as [number, number]
  const count = 2 * places + 1
  // What spells nothing takes the blank's place: states after a word's end are never final.
  const isFurther = greaterOrEqual(targets_BT, FIRST_FURTHER)
  const knowsFurther = classes > FIRST_FURTHER
  const spells = knowsFurther
    ? emit('Or', [less(targets_BT, blank), isFurther], shape, { type: 'bool' })
    : less(targets_BT, blank)
  const characters = emit('Where', [spells, targets_BT, graph.scalar(blank, 'int32')], shape, { type: 'int32' })
  const blanks = graph.constant(new Int32Array(batch * places).fill(blank), [batch, places, 1])
  const pairs = concatenate([blanks, reshape(characters, [batch, places, 1])], { axis: 2 })
  const last = graph.constant(new Int32Array(batch).fill(blank), [batch, 1])
  const labels = concatenate([reshape(pairs, [batch, 2 * places]), last], { axis: 1 })
  const before = concatenate([slice(labels, { axis: 1, end: 2 }), slice(labels, { axis: 1, end: count - 2 })], {
    axis: 1,
  })
  const skip = select(equal(labels, before), NEVER, 0)
  const length = sum(cast(spells, 'float32'), { axes: [1], keepDimensions: true })
  const isStrange = knowsFurther ? equal(targets_BT, UNKNOWN) : greaterOrEqual(targets_BT, UNKNOWN)
  const strange = sum(cast(isStrange, 'float32'), { axes: [1], keepDimensions: true })
  const numbers = graph.constant(
    Float32Array.from({ length: count }, (_, state) => state),
    [count],
  )
  // The last character's state or the blank after it, 2L - 1 or 2L.
  const distance = subtract(numbers, subtract(multiply(length, 2), 0.5))
  const elsewhere = select(less(multiply(distance, distance), 1), 0, NEVER)
  return { labels, skip, final: add(elsewhere, multiply(strange, NEVER)) }
}

/**
 * Log probabilities [B, S, U] of the states' classes → log probability of each word, [B]; 0, and no gradient, for a word
 * that cannot be spelled.
 */
function spellingProbability(emissions_BSU: Tensor, { skip, final }: SpellingStates): Tensor {
  const [batch, positions, count] = emissions_BSU.shape as [number, number, number]
  const [first, ...others] = split(emissions_BSU, { axis: 1, sizes: Array<number>(positions).fill(1) })
  const start = emissions_BSU.graph.constant(
    Float32Array.from({ length: count }, (_, state) => (state < 2 ? 0 : NEVER)),
    [count],
  )
  const skip_B1U = reshape(skip, [batch, 1, count])
  // Log probability of all walks that end in a state, [B, 1, U].
  let walks = add(first!, start)
  for (const emission of others) {
    const moved = pad(walks, { axis: 2, before: 2, after: 0, value: NEVER })
    const next = slice(moved, { axis: 2, start: 1, end: count + 1 })
    const skipped = add(slice(moved, { axis: 2, end: count }), skip_B1U)
    walks = add(logSumExp([walks, next, skipped]), emission)
  }
  const ends = add(walks, reshape(final, [batch, 1, count]))
  const best = detach(maximum(ends, { axes: [2], keepDimensions: true }))
  const end = add(logarithm(sum(exponential(subtract(ends, best)), { axes: [2], keepDimensions: true })), best)
  // A comparison with NaN is false: NaN reaches the loss.
  return reshape(select(less(end, NEVER / 2), 0, end), [batch])
}

/** log(exp a + exp b + …), elementwise, shifted by the largest term, which no gradient needs to pass. */
function logSumExp(terms: readonly Tensor[]): Tensor {
  const largest = emit('Max', terms, terms[0]!.shape)
  const shares = terms.map((term) => exponential(subtract(term, largest)))
  return add(logarithm(shares.reduce((total, share) => add(total, share))), largest)
}

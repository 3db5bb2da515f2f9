/** Losses over maps of places that are each a word's kernel or not: `truth` says which are, `counted` which count at all. */
import {
  add,
  cast,
  clamp,
  detach,
  divide,
  emit,
  greaterOrEqual,
  logarithm,
  multiply,
  power,
  relu,
  reshape,
  sigmoid,
  sizeOf,
  subtract,
  sum,
  type Tensor,
} from '../tensor/index.ts'

/** Two maps of zeros and ones, of the logits' shape. */
export interface DenseTruth {
  readonly truth: Tensor
  readonly counted: Tensor
}

export interface DenseFocalOptions {
  /** Weight of places that are kernels; 1 − α is that of the others. */
  readonly alpha: number
  readonly gamma: number
}

/**
 * Focal loss of dense detection (Lin et al., arXiv 1708.02002, equation 5): −α (1 − p)^γ log p, p the probability of what is
 * true, summed over all places that count, divided by the number of kernels' places among them (section 4.1), or by a hundredth of
 * all places where these are fewer: a batch almost without words shall not outweigh the others.
 */
export function denseFocalLoss(logits: Tensor, { truth, counted }: DenseTruth, options: DenseFocalOptions): Tensor {
  const { alpha, gamma } = options
  const weight = multiply(add(multiply(truth, 2 * alpha - 1), 1 - alpha), counted)
  return divide(sum(focalTerms(logits, truth, { weight, gamma })), positives({ truth, counted }))
}

/** The share of other places that are taken at least, so that pictures without a word count. */
const LEAST_MINED = 0.01

/**
 * Cross-entropy of all kernels' places and of those others that are the most wrong, `ratio` times as many: their mean
 * (online hard example mining, Shrivastava et al., arXiv 1604.03540).
 */
export function minedCrossEntropy(logits: Tensor, { truth, counted }: DenseTruth, ratio: number): Tensor {
  const { graph } = logits
  const places = sizeOf(logits.shape)
  const losses = focalTerms(logits, truth, { weight: counted, gamma: 0 })
  const positive = multiply(truth, counted)
  const others = subtract(counted, positive)
  // Kernels' places and those that do not count come last.
  const wrong = subtract(multiply(add(detach(losses), 1), others), 1)
  const wanted = clamp(multiply(sum(positive), ratio), LEAST_MINED * places, places)
  const count = reshape(cast(wanted, 'int64'), [1])
  const [hardest] = graph.node(
    'TopK',
    [reshape(wrong, [places]), count],
    [{ shape: [-1] }, { shape: [-1], type: 'int64' }],
  ) as [Tensor]
  const least = emit('ReduceMin', [hardest], [], { attributes: { keepdims: 0 } })
  const mined = multiply(cast(greaterOrEqual(wrong, least), 'float32'), others)
  const taken = add(positive, mined)
  return divide(sum(multiply(losses, taken)), clamp(sum(taken), 1, Infinity))
}

/** 1 − 2 Σ p·t / (Σ p² + Σ t²) over all places that count (Milletari et al., arXiv 1606.04797); each sum with 1 added. */
export function diceLoss(logits: Tensor, { truth, counted }: DenseTruth): Tensor {
  const p = multiply(sigmoid(logits), counted)
  const t = multiply(truth, counted)
  const shared = add(multiply(sum(multiply(p, t)), 2), 1)
  return subtract(1, divide(shared, add(add(sum(multiply(p, p)), sum(t)), 1)))
}

/** Shorter distances than this count as this, pixels. */
const SHORTEST = 0.5

/** Mean distance of `logs` from the logarithms of the true `distances`, over kernels' places that count. */
export function distanceLoss(logs: Tensor, distances: Tensor, { truth, counted }: DenseTruth): Tensor {
  const apart = subtract(logs, logarithm(clamp(distances, SHORTEST, Infinity)))
  const absolute = add(relu(apart), relu(multiply(apart, -1)))
  return divide(sum(multiply(absolute, multiply(truth, counted))), positives({ truth, counted }))
}

/** Of all places those that count as kernels' at least. */
const LEAST_POSITIVE = 0.01

/** How many places that count are kernels', at least 1, and a hundredth of all. */
function positives({ truth, counted }: DenseTruth): Tensor {
  return clamp(sum(multiply(truth, counted)), Math.max(1, LEAST_POSITIVE * sizeOf(truth.shape)), Infinity)
}

/** −w (1 − p)^γ log p of every place; its derivative to the logit, ± w (1 − p)^γ (γ p log p − (1 − p)), stays finite for every γ. */
function focalTerms(logits: Tensor, truth: Tensor, { weight, gamma }: { weight: Tensor; gamma: number }): Tensor {
  const sign = subtract(multiply(truth, 2), 1)
  const away = multiply(multiply(detach(logits), sign), -1)
  const surprise = emit('Softplus', [away], away.shape)
  const rest = sigmoid(away)
  const scale = multiply(weight, power(rest, gamma))
  const output = detach(multiply(scale, surprise))
  logits.graph.record('focalTerms', [logits], [output], ([dy]) => {
    const p = subtract(1, rest)
    const derivative = multiply(scale, multiply(add(multiply(multiply(p, surprise), gamma), rest), -1))
    return [multiply(dy!, multiply(sign, derivative))]
  })
  return output
}

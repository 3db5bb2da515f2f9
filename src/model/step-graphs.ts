/**
 * The recogniser in parts, for whoever chooses the characters himself: `encoderGraph` once an image; then `stepGraph` once
 * a character (beams, constraints), or `wordGraph` once for all characters of words that are given (drafts, candidates).
 * Keys and values are computed once: those of the image by the first graph, those of the characters so far by the
 * steps, which return them.
 */
import type { ModelSettings } from '../config.ts'
import {
  BATCH,
  concatenate,
  embedding,
  emit,
  Graph,
  mean,
  multiply,
  reshape,
  sizeAt,
  sliceBetween,
  softmax,
  type Tensor,
} from '../tensor/index.ts'
import { ctcLogits, hasCtcHead } from './ctc-head.ts'
import type { Memory } from './layers.ts'
import { encodeImage, imageInput, positionTable } from './safl.ts'
import { type Storage, type WeightScopeOptions, weightScope } from './scope.ts'
import { causalMask, crossAttention, decode, embed } from './transformer.ts'
import type { Weights } from './weights.ts'

/** Symbolic sizes: the characters read before this step, and those with it; words, and their characters. */
const PAST = -2
const PRESENT = -3
const WORDS = -4
const LENGTH = -5
/** The image's positions S. */
const COLUMNS = -6

/** Names of the graphs' inputs and outputs for decoder layer `layer`. */
export const cacheNames = (layer: number) => ({
  crossKey: `cross_key_${layer}`,
  crossValue: `cross_value_${layer}`,
  pastKey: `past_key_${layer}`,
  pastValue: `past_value_${layer}`,
  presentKey: `present_key_${layer}`,
  presentValue: `present_value_${layer}`,
})

/** The encoder's keys and values of all decoder layers, in their order. */
export const crossNames = (layers: number) =>
  Array.from({ length: layers }, (_, layer) => cacheNames(layer)).flatMap(({ crossKey, crossValue }) => [
    crossKey,
    crossValue,
  ])

/**
 * Input `images` [B, H, W, 3] uint8; outputs `cross_key_l` and `cross_value_l` [B, heads, S, d] for every decoder layer,
 * `control_points` [B, K, 2] as fractions of the image, and `rectified` [B, 3, textHeight, textWidth] in [-1, 1]; where the
 * weights hold a CTC head, also `ctc_probabilities` [B, S, C], the blank class 94.
 */
export function encoderGraph(settings: ModelSettings, weights: Weights, options: WeightScopeOptions = {}): Graph {
  const graph = new Graph()
  const scope = weightScope(graph, weights, options)
  const images = imageInput(graph, settings)
  const { memory, controlPoints, image } = encodeImage(scope, settings, images)
  for (let layer = 0; layer < settings.transformer.decoderLayers; layer++) {
    const { key, value } = crossAttention(scope, settings.transformer, layer).projectMemory(memory)
    graph.output(cacheNames(layer).crossKey, key)
    graph.output(cacheNames(layer).crossValue, value)
  }
  if (hasCtcHead(weights)) graph.output('ctc_probabilities', softmax(ctcLogits(scope, settings, memory)))
  graph.output('control_points', controlPoints)
  graph.output('rectified', image)
  return graph
}

/**
 * Inputs: `tokens` [B] int32, the characters just read (the start symbol first); `positions` [B] int32, how many were
 * read before them (with the authors' quirks: each image's place in the batch); the encoder's `cross_*`; `past_key_l`
 * and `past_value_l` [B, heads, P, d], empty at first. Outputs: `probabilities` [B, C] of the next character,
 * `present_key_l` and `present_value_l` [B, heads, P + 1, d].
 */
export function stepGraph(settings: ModelSettings, weights: Weights, storage?: Storage): Graph {
  const { transformer } = settings
  const { width, heads } = transformer
  const graph = new Graph()
  const scope = weightScope(graph, weights, { storage })
  const tokens = graph.input('tokens', 'int32', [BATCH])
  const positions = graph.input('positions', 'int32', [BATCH])
  const table = positionTable(settings)
  const placed = embedding(graph.constant(table.data, [table.count, width]), positions)
  const inputs = (key: string, value: string, steps: number): Memory => ({
    key: graph.input(key, 'float32', [BATCH, heads, steps, width / heads]),
    value: graph.input(value, 'float32', [BATCH, heads, steps, width / heads]),
  })
  const join = (past: Tensor, fed: Tensor) => concatenate([past, fed], { axis: 2, size: PRESENT })
  const oneStep = (x: Tensor, inner: readonly number[]) => reshape(x, [BATCH, 1, ...inner])
  const x = embed(scope, settings, oneStep(tokens, []), oneStep(placed, [width]))
  const logits = decode(scope, settings, x, {
    self: (layer, fed) => {
      const names = cacheNames(layer)
      const past = inputs(names.pastKey, names.pastValue, PAST)
      const present = { key: join(past.key, fed.key), value: join(past.value, fed.value) }
      graph.output(names.presentKey, present.key)
      graph.output(names.presentValue, present.value)
      return present
    },
    cross: (layer) => inputs(cacheNames(layer).crossKey, cacheNames(layer).crossValue, COLUMNS),
  })
  graph.output('probabilities', softmax(multiply(reshape(logits, [BATCH, logits.shape[2]!]), 1 / settings.temperature)))
  return graph
}

/**
 * Inputs: `tokens` [R, T] int32, the start symbol and the characters of R words; `images` [R] int64, each word's place in the
 * encoder's batch; the encoder's `cross_*`. Outputs: `probabilities` [R, T, C] of what follows each character, and
 * `attention` [R, T, S]: the decoder's last layer's attention to the image's S columns, mean of its heads. Not for the
 * authors' quirks.
 */
export function wordGraph(settings: ModelSettings, weights: Weights, options: WeightScopeOptions = {}): Graph {
  const { transformer } = settings
  const { width, heads } = transformer
  const graph = new Graph()
  const scope = weightScope(graph, weights, options)
  const tokens = graph.input('tokens', 'int32', [WORDS, LENGTH])
  const images = graph.input('images', 'int64', [WORDS])
  const table = positionTable(settings)
  const [start, end] = [graph.integers([0]), sizeAt(tokens, 1)]
  const upTo = (x: Tensor, axis: number) => sliceBetween(x, { axis, start, end, size: LENGTH })
  const positions = upTo(graph.constant(table.data, [table.count, width]), 0)
  const mask = upTo(upTo(causalMask(positions, table.count), 0), 1)
  const cross = (name: string) => {
    const all = graph.input(name, 'float32', [BATCH, heads, COLUMNS, width / heads])
    return emit('Gather', [all, images], [WORDS, ...all.shape.slice(1)], { attributes: { axis: 0 } })
  }
  const logits = decode(scope, settings, embed(scope, settings, tokens, positions), {
    self: (_, fed) => fed,
    cross: (layer) => ({ key: cross(cacheNames(layer).crossKey), value: cross(cacheNames(layer).crossValue) }),
    mask,
    observe: (attention) => graph.output('attention', mean(attention, { axes: [1] })),
  })
  graph.output('probabilities', softmax(multiply(logits, 1 / settings.temperature)))
  return graph
}

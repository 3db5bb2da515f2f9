/**
 * The recogniser in parts, for whoever chooses the characters himself: `encoderGraph` once an image; then `stepGraph` once
 * a character (beams, constraints), or `wordGraph` once for all characters of words that are given (drafts, candidates).
 * What a decoder needs of the image is computed once, by the first graph (`imageParts`); what it remembers of the
 * characters so far goes from step to step (`states`): keys and values of a Transformer, or a recurrent state.
 */
import type { ModelSettings } from '../config.ts'
import { BATCH, embedding, emit, Graph, mean, multiply, reshape, softmax, type Tensor } from '../tensor/index.ts'
import { ctcLogits, hasCtcHead } from './ctc-head.ts'
import { type GivenWords, LENGTH, WORDS } from './decoder.ts'
import { mapRows, overRows } from './feature-map.ts'
import { decoderOf, encodeImage, imageInput } from './safl.ts'
import { type Storage, type WeightScopeOptions, weightScope } from './scope.ts'
import type { Weights } from './weights.ts'

/** Symbol: the characters read before a step. */
const PAST = -2

/**
 * Input `images` [B, H, W, 3] uint8; outputs the decoder's parts of the image, [B, ...] each, by their names,
 * `control_points` [B, K, 2] as fractions of the image, and `rectified` [B, 3, textHeight, textWidth] in [-1, 1]; where the
 * weights hold a CTC head, also `ctc_probabilities` [B, S, C], the blank class 94.
 */
export function encoderGraph(settings: ModelSettings, weights: Weights, options: WeightScopeOptions = {}): Graph {
  const decoder = decoderOf(settings)
  const graph = new Graph()
  const scope = weightScope(graph, weights, options)
  const images = imageInput(graph, settings)
  const { memory, columns, controlPoints, image } = encodeImage(scope, settings, images)
  for (const [place, tensor] of decoder.ofImage(scope, memory).entries())
    graph.output(decoder.imageParts[place]!.name, tensor)
  if (hasCtcHead(weights)) graph.output('ctc_probabilities', softmax(ctcLogits(scope, settings, columns)))
  graph.output('control_points', controlPoints)
  graph.output('rectified', image)
  return graph
}

/**
 * Inputs: `tokens` [B] int32, the characters just read (the start symbol first); `positions` [B] int32, how many were
 * read before them (with the authors' quirks: each image's place in the batch); the encoder's parts of the image; the
 * decoder's states before the step. Outputs: `probabilities` [B, C] of the next character, and the states after it.
 */
export function stepGraph(settings: ModelSettings, weights: Weights, storage?: Storage): Graph {
  const decoder = decoderOf(settings)
  const graph = new Graph()
  const scope = weightScope(graph, weights, { storage })
  const tokens = graph.input('tokens', 'int32', [BATCH])
  const positions = graph.input('positions', 'int32', [BATCH])
  const table = decoder.positions()
  const width = table ? table.data.length / table.count : 0
  const placed = table && embedding(graph.constant(table.data, [table.count, width]), positions)
  const input = (name: string, shape: readonly number[]) =>
    graph.input(
      name,
      'float32',
      [BATCH, ...shape].map((size) => (size === 0 ? PAST : size)),
    )
  const logits = decoder.step(scope, {
    tokens,
    place: () => placed && reshape(placed, [BATCH, 1, width]),
    image: (name) => input(name, decoder.imageParts.find((part) => part.name === name)!.shape),
    before: (name) => input(name, decoder.states.find(({ before }) => before === name)!.shape),
    after: (name, tensor) => graph.output(name, tensor),
  })
  graph.output('probabilities', softmax(multiply(logits, 1 / settings.temperature)))
  return graph
}

/**
 * Inputs: `tokens` [R, T] int32, the start symbol and the characters of R words; `images` [R] int64, each word's place in the
 * encoder's batch; the encoder's parts of the images. Output: `probabilities` [R, T, C] of what follows each character. Not for
 * the authors' quirks.
 */
export function wordGraph(settings: ModelSettings, weights: Weights, options: WeightScopeOptions = {}): Graph {
  const logits = logitsOfWords(settings, weights, options)
  logits.graph.output('probabilities', softmax(multiply(logits, 1 / settings.temperature)))
  return logits.graph
}

/**
 * With the same inputs `attention` [R, T, S]: the decoder's last layer's attention to the image's S columns, mean of its heads.
 * A graph of its own: what gives the weights of the attention is slower than what does not.
 */
export function attentionGraph(settings: ModelSettings, weights: Weights, options: WeightScopeOptions = {}): Graph {
  const observe = (attention: Tensor) =>
    attention.graph.output('attention', overRows(mean(attention, { axes: [1] }), mapRows(settings)))
  return logitsOfWords(settings, weights, options, observe).graph
}

/** Of the words that a graph of its own is given, [R, T, C]; `observe` as in `GivenWords`. */
function logitsOfWords(
  settings: ModelSettings,
  weights: Weights,
  options: WeightScopeOptions,
  observe?: GivenWords['observe'],
): Tensor {
  const decoder = decoderOf(settings)
  const graph = new Graph()
  const scope = weightScope(graph, weights, options)
  const tokens = graph.input('tokens', 'int32', [WORDS, LENGTH])
  const images = graph.input('images', 'int64', [WORDS])
  return decoder.words(scope, {
    tokens,
    image(name) {
      const { shape } = decoder.imageParts.find((part) => part.name === name)!
      const all: Tensor = graph.input(name, 'float32', [BATCH, ...shape])
      return emit('Gather', [all, images], [WORDS, ...shape], { attributes: { axis: 0 } })
    },
    observe,
  })
}

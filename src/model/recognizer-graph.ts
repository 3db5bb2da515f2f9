/**
 * The whole recogniser as one graph that any ONNX Runtime runs: images in, class ids out, with greedy decoding, cached
 * keys and values and the end of decoding inside.
 */
import { CHARACTERS, createCharset, END, START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import {
  BATCH,
  cast,
  embedding,
  emit,
  Graph,
  type LoopTurn,
  loop,
  mean,
  multiply,
  reshape,
  slice,
  softmax,
  type Tensor,
  TURNS,
  transpose,
} from '../tensor/index.ts'
import { ctcLogits } from './ctc-head.ts'
import type { Decoder } from './decoder.ts'
import { mapRows, overRows } from './feature-map.ts'
import { decoderOf, encodeImage, imageInput } from './safl.ts'
import { Scope, type Storage, type TensorSpec, weightScope } from './scope.ts'
import type { Weights } from './weights.ts'
import { describeShapes, wordShapes } from './word-shapes.ts'

/** Symbol: the characters read before a step. */
const PAST = -2

/**
 * Input `images` [B, H, W, 3] uint8. Outputs: `ids` [B, T] int32, class ids of the characters, then the end symbol, then
 * what does not count; T is the longest word of the batch with its end. `probabilities` [B, T] of those ids. `attention`
 * [B, T, S]: the decoder's last layer's attention to the image's S columns, mean of its heads.
 * `control_points` [B, K, 2] as fractions of the image (a batch of one where the model has no rectifier), and the
 * straightened words, `rectified` [B, 3, textHeight, textWidth] in [-1, 1].
 */
export function recognizerGraph(settings: ModelSettings, weights: Weights, storage?: Storage): Graph {
  const { maximumLength, authorsQuirks } = settings
  const decoder = decoderOf(settings)
  const graph = new Graph()
  const resolve = resolveOnce(weightScope(graph, weights, { storage }))
  const scope = new Scope({ graph, resolve })
  const images = imageInput(graph, settings)
  const { memory, controlPoints, image } = encodeImage(scope, settings, images)
  const parts = new Map(
    decoder.ofImage(scope, memory).map((tensor, place) => [decoder.imageParts[place]!.name, tensor]),
  )
  const placeOf = placesOf(decoder, images)
  const { kept } = loop({
    count: graph.scalar(maximumLength + 1, 'int64'),
    state: firstState(decoder, images),
    body({ graph: inside, index, state, outer }) {
      const [tokens, ended, ...past] = state as [Tensor, Tensor, ...Tensor[]]
      const present: Tensor[] = []
      const within = new Scope({ graph: inside, resolve: (spec) => outer(resolve(spec)) })
      const place = placeOf?.({ index, outer, authorsQuirks }) ?? null
      let attention: Tensor | null = null
      const logits = decoder.step(within, {
        tokens,
        place: () => place,
        image: (name) => outer(parts.get(name)!),
        before: (name) => past[decoder.states.findIndex(({ before }) => before === name)]!,
        after: (_, tensor) => void present.push(tensor),
        observe: (weights) => {
          attention = reshape(mean(weights, { axes: [1] }), [BATCH, weights.shape[3]!])
        },
      })
      const chosen = choose(logits, settings)
      const endsNow = emit('Equal', [chosen.ids, inside.scalar(END, 'int32')], [BATCH], { type: 'bool' })
      const over = emit('Or', [ended, endsNow], [BATCH], { type: 'bool' })
      const all = emit('ReduceMin', [cast(over, 'int32')], [], { type: 'int32', attributes: { keepdims: 0 } })
      const proceed = emit('Equal', [all, inside.scalar(0, 'int32')], [], { type: 'bool' })
      return { state: [chosen.ids, over, ...present], kept: [chosen.ids, chosen.probabilities, attention!], proceed }
    },
  })
  const [ids, probabilities, attention] = kept as [Tensor, Tensor, Tensor]
  graph.output('ids', emit('Transpose', [ids], [BATCH, TURNS], { type: 'int32', attributes: { perm: [1, 0] } }))
  graph.output('probabilities', transpose(probabilities, [1, 0]))
  graph.output('attention', overRows(transpose(attention, [1, 0, 2]), mapRows(settings)))
  graph.output('control_points', controlPoints)
  graph.output('rectified', image)
  return graph
}

/**
 * The recogniser without its decoder: `ctc_probabilities` [B, S, C] instead of ids, the blank class 94. The weights must hold
 * a CTC head.
 */
export function ctcGraph(settings: ModelSettings, weights: Weights): Graph {
  const graph = new Graph()
  const scope = weightScope(graph, weights)
  const images = imageInput(graph, settings)
  const { columns, controlPoints, image } = encodeImage(scope, settings, images)
  graph.output('ctc_probabilities', softmax(ctcLogits(scope, settings, columns)))
  graph.output('control_points', controlPoints)
  graph.output('rectified', image)
  return graph
}

/** Weights that encoder and loop share are one constant. */
function resolveOnce(scope: Scope): (spec: TensorSpec) => Tensor {
  const known = new Map<string, Tensor>()
  return ({ name, shape, kind, initializer }) => {
    const tensor = known.get(name) ?? scope[kind](name, shape, initializer)
    known.set(name, tensor)
    return tensor
  }
}

/** What a reader of the file must know: kept in its metadata. */
export function recognizerMetadata(settings: ModelSettings, version: string): Record<string, string> {
  return {
    safl_version: version,
    charset: CHARACTERS,
    further_characters: settings.furtherCharacters,
    end_id: `${END}`,
    maximum_length: `${settings.maximumLength}`,
    shapes: JSON.stringify(wordShapes(settings)),
    input: `images: RGB bytes [batch, ${settings.imageHeight}, width, 3], resized with an antialiased triangle filter; the graph normalises them; ${describeShapes(settings)}`,
  }
}

/** How many images there are: [1]. */
function batchOf(images: Tensor): Tensor {
  return slice(emit('Shape', [images], [4], { type: 'int64' }), { axis: 0, end: 1 })
}

/** 0, 1, 2, … [B]. */
function placesInBatch(images: Tensor): Tensor {
  const { graph } = images
  const count = reshape(batchOf(images), [])
  const [from, step] = [graph.scalar(0, 'int64'), graph.scalar(1, 'int64')]
  return emit('Range', [from, count, step], [BATCH], { type: 'int64' })
}

/** The sinusoids of a step's characters, as they broadcast to [B, 1, D]; null where the decoder has no positions. */
function placesOf(decoder: Decoder, images: Tensor) {
  const table = decoder.positions()
  if (!table) return null
  const width = table.data.length / table.count
  const positions = images.graph.constant(table.data, [table.count, width])
  const places = reshape(embedding(positions, placesInBatch(images)), [BATCH, 1, width])
  return ({ index, outer, authorsQuirks }: Pick<LoopTurn, 'index' | 'outer'> & { authorsQuirks: boolean }) =>
    // With the authors' quirks a word's position is its place in the batch, [B, 1, D].
    authorsQuirks ? outer(places) : embedding(outer(positions), reshape(index, [1]))
}

/** The start symbol, nobody ended, and what the decoder begins with, for as many words as there are images. */
function firstState({ states }: Decoder, images: Tensor): Tensor[] {
  const { graph } = images
  const batch = batchOf(images)
  const tokens = emit('Expand', [graph.scalar(START, 'int32'), batch], [BATCH], { type: 'int32' })
  const ended = emit('Equal', [tokens, graph.scalar(END, 'int32')], [BATCH], { type: 'bool' })
  const known = new Map<string, Tensor>()
  const first = states.map(({ shape }) => {
    const zeros = known.get(shape.join()) ?? zerosOf(shape, batch)
    known.set(shape.join(), zeros)
    return zeros
  })
  return [tokens, ended, ...first]
}

/** Zeros of a shape for each word; a size of 0 grows. */
function zerosOf(shape: readonly number[], batch: Tensor): Tensor {
  const rest = batch.graph.integers(shape)
  const rank = shape.length + 1
  const sizes = emit('Concat', [batch, rest], [rank], { type: 'int64', attributes: { axis: 0 } })
  return emit('ConstantOfShape', [sizes], [BATCH, ...shape.map((size) => (size === 0 ? PAST : size))])
}

/** The most probable character or end symbol of `logits[B, C]`; padding and unknown spell nothing. */
function choose(logits: Tensor, settings: ModelSettings): { ids: Tensor; probabilities: Tensor } {
  const { spellings, classes } = createCharset(settings.furtherCharacters)
  const spells = Float32Array.from({ length: classes }, (_, id) => (id === END || spellings[id] !== '' ? 1 : 0))
  const likely = multiply(softmax(multiply(logits, 1 / settings.temperature)), logits.graph.constant(spells, [classes]))
  const best = emit('ArgMax', [likely], [BATCH], { type: 'int64', attributes: { axis: 1, keepdims: 0 } })
  const axes = logits.graph.integers([1])
  return {
    ids: cast(best, 'int32'),
    probabilities: emit('ReduceMax', [likely, axes], [BATCH], { attributes: { keepdims: 0 } }),
  }
}

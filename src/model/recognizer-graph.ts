/**
 * The whole recogniser as one graph that any ONNX Runtime runs: images in, class ids out, with greedy decoding, cached
 * keys and values and the end of decoding inside.
 */
import { CHARACTERS, createCharset, END, START } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import {
  BATCH,
  cast,
  concatenate,
  embedding,
  emit,
  Graph,
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
import { encodeImage, imageInput, positionTable } from './safl.ts'
import { Scope, type Storage, type TensorSpec, weightScope } from './scope.ts'
import { crossAttention, decode, embed } from './transformer.ts'
import type { Weights } from './weights.ts'
import { describeShapes, wordShapes } from './word-shapes.ts'

/** Symbolic sizes: the characters read before a step, and those with it. */
const PAST = -2
const PRESENT = -3

/**
 * Input `images` [B, H, W, 3] uint8. Outputs: `ids` [B, T] int32, class ids of the characters, then the end symbol, then
 * what does not count; T is the longest word of the batch with its end. `probabilities` [B, T] of those ids. `attention`
 * [B, T, S]: the decoder's last layer's attention to the image's S columns, mean of its heads.
 * `control_points` [B, K, 2] as fractions of the image (a batch of one where the model has no rectifier), and the
 * straightened words, `rectified` [B, 3, textHeight, textWidth] in [-1, 1].
 */
export function recognizerGraph(settings: ModelSettings, weights: Weights, storage?: Storage): Graph {
  const { transformer, maximumLength, authorsQuirks } = settings
  const graph = new Graph()
  const resolve = resolveOnce(weightScope(graph, weights, { storage }))
  const scope = new Scope({ graph, training: false, resolve })
  const images = imageInput(graph, settings)
  const { memory, controlPoints, image } = encodeImage(scope, settings, images)
  const memories = Array.from({ length: transformer.decoderLayers }, (_, layer) =>
    crossAttention(scope, transformer, layer).projectMemory(memory),
  )
  const table = positionTable(settings)
  const positions = graph.constant(table.data, [table.count, transformer.width])
  const places = reshape(embedding(positions, placesInBatch(images)), [BATCH, 1, transformer.width])
  const { kept } = loop({
    count: graph.scalar(maximumLength + 1, 'int64'),
    state: firstState(settings, images),
    body({ graph: inside, index, state, outer }) {
      const [tokens, ended, ...past] = state as [Tensor, Tensor, ...Tensor[]]
      const present: Tensor[] = []
      const within = new Scope({ graph: inside, training: false, resolve: (spec) => outer(resolve(spec)) })
      // With the authors' quirks a word's position is its place in the batch, [B, 1, D].
      const place = authorsQuirks ? outer(places) : embedding(outer(positions), reshape(index, [1]))
      let attention: Tensor | null = null
      const logits = decode(within, settings, embed(within, settings, reshape(tokens, [BATCH, 1]), place), {
        self(layer, fed) {
          const join = (before: Tensor, now: Tensor) => concatenate([before, now], { axis: 2, size: PRESENT })
          const memory_ = { key: join(past[2 * layer]!, fed.key), value: join(past[2 * layer + 1]!, fed.value) }
          present.push(memory_.key, memory_.value)
          return memory_
        },
        cross: (layer) => ({ key: outer(memories[layer]!.key), value: outer(memories[layer]!.value) }),
        observe: (weights) => {
          attention = reshape(mean(weights, { axes: [1] }), [BATCH, weights.shape[3]!])
        },
      })
      const chosen = choose(reshape(logits, [BATCH, logits.shape[2]!]), settings)
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
  graph.output('attention', transpose(attention, [1, 0, 2]))
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
  const { memory, controlPoints, image } = encodeImage(scope, settings, images)
  graph.output('ctc_probabilities', softmax(ctcLogits(scope, settings, memory)))
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

/** The start symbol, nobody ended, and empty keys and values of every layer, for as many words as there are images. */
function firstState({ transformer }: ModelSettings, images: Tensor): Tensor[] {
  const { graph } = images
  const { heads, width, decoderLayers } = transformer
  const batch = batchOf(images)
  const tokens = emit('Expand', [graph.scalar(START, 'int32'), batch], [BATCH], { type: 'int32' })
  const ended = emit('Equal', [tokens, graph.scalar(END, 'int32')], [BATCH], { type: 'bool' })
  const rest = graph.integers([heads, 0, width / heads])
  const shape = emit('Concat', [batch, rest], [4], { type: 'int64', attributes: { axis: 0 } })
  const empty = emit('ConstantOfShape', [shape], [BATCH, heads, PAST, width / heads])
  return [tokens, ended, ...Array.from({ length: 2 * decoderLayers }, () => empty)]
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

/**
 * The decoder of RARE (Shi et al., CVPR 2016, section 3.2.2): a gated recurrent unit that looks at the image by additive
 * attention (Bahdanau et al., arXiv 1409.0473) and reads the character before. Its state is all that it remembers.
 *
 * Shapes: H its units, A = H width of attention, E = H that of embeddings, M width of the memory.
 */
import { createCharset } from '../charset.ts'
import type { ModelSettings } from '../config.ts'
import {
  add,
  concatenate,
  embedding,
  emit,
  gruStep,
  loop,
  matrixProduct,
  type RecurrentWeights,
  reshape,
  sizeAt,
  softmax,
  split,
  type Tensor,
  tanh,
  transpose,
} from '../tensor/index.ts'
import {
  type Decoder,
  type DecoderStep,
  type GivenWords,
  IMAGE_PLACES,
  LENGTH,
  type TeacherForcing,
  WORDS,
} from './decoder.ts'
import { normal, xavierUniform } from './init.ts'
import { linearLayer } from './layers.ts'
import { recurrentWeights } from './lstm-encoder.ts'
import type { Scope } from './scope.ts'

/** As those of the Transformer where they are the same: rows of characters. */
const NAME = 'decoder.decoder'
const KEY = 'attention_key'
const MEMORY = 'attention_memory'
const BEFORE = 'past_state'
const AFTER = 'present_state'

interface Sizes {
  readonly width: number
  /** M. */
  readonly memoryWidth: number
  readonly furtherCharacters: string
}

function sizesOf({ decoder, encoder, transformer, furtherCharacters }: ModelSettings): Sizes {
  if (decoder.kind !== 'gru') throw new Error(`a decoder of kind ${decoder.kind} is none of gated recurrent units`)
  const memoryWidth = encoder.kind === 'lstm' ? 2 * encoder.width : transformer.width
  return { width: decoder.width, memoryWidth, furtherCharacters }
}

export function gruDecoder(settings: ModelSettings): Decoder {
  const sizes = sizesOf(settings)
  const { width, memoryWidth } = sizes
  return {
    imageParts: [
      { name: KEY, shape: [IMAGE_PLACES, width] },
      { name: MEMORY, shape: [IMAGE_PLACES, memoryWidth] },
    ],
    states: [{ before: BEFORE, after: AFTER, shape: [width] }],
    positions: () => null,
    ofImage: (scope, memory) => [attentionKeys(scope, width, memory), memory],
    step(scope, { tokens, image, before, after, observe }) {
      const cell = new AttentionCell(scope, sizes)
      const embedded = embedding(embeddingTable(scope, sizes), tokens)
      const next = cell.step(embedded, before(BEFORE), { key: image(KEY), memory: image(MEMORY), observe })
      after(AFTER, next)
      return classify(scope, sizes, next)
    },
    words: (scope, words) => givenWords(scope, sizes, words),
  }
}

function embeddingTable(scope: Scope, { width, furtherCharacters }: Sizes): Tensor {
  const rows = createCharset(furtherCharacters).embedded
  return scope.parameter(`${NAME}.tgt_embedding.weight`, [rows, width], normal(0.01))
}

/** `state[..., H]` → logits [..., C]. */
function classify(scope: Scope, { furtherCharacters }: Sizes, state: Tensor): Tensor {
  const { classes } = createCharset(furtherCharacters)
  return linearLayer(scope, `${NAME}.fc`, state, { width: classes, weight: normal(0.01) })
}

/** `memory[B, P, M]` → V · h + b, [B, P, A]. */
function attentionKeys(scope: Scope, width: number, memory: Tensor): Tensor {
  return linearLayer(scope, `${NAME}.attention.key`, memory, { width })
}

/** What a step attends to. */
interface Seen {
  /** [B, P, A]. */
  readonly key: Tensor
  /** [B, P, M]. */
  readonly memory: Tensor
  readonly observe?: DecoderStep['observe'] | undefined
}

/** Its weights are asked for once, however many steps it takes. */
class AttentionCell {
  /** Wᵀ, [H, A]. */
  private readonly query: Tensor
  /** v, [A, 1]. */
  private readonly score: Tensor
  private readonly weights: RecurrentWeights

  constructor(scope: Scope, { width, memoryWidth }: Sizes) {
    this.query = transpose(scope.parameter(`${NAME}.attention.query.weight`, [width, width], xavierUniform), [1, 0])
    const score = scope.parameter(`${NAME}.attention.score`, [width], normal(1 / Math.sqrt(width)))
    this.score = reshape(score, [width, 1])
    const inner = width + memoryWidth
    this.weights = recurrentWeights(scope, { name: `${NAME}.gru`, rows: 3 * width, width, inner })
  }

  /**
   * `embedded[B, E]` and `state[B, H]` → the next state: α = softmax(vᵀ tanh(W s + V h + b)), s′ = GRU([e, Σ α h], s).
   */
  step(embedded: Tensor, state: Tensor, { key, memory, observe }: Seen): Tensor {
    const [batch, width] = state.shape as [number, number]
    const asked = reshape(matrixProduct(state, this.query), [batch, 1, width])
    const scores = matrixProduct(tanh(add(key, asked)), this.score)
    const weights = softmax(transpose(scores, [0, 2, 1]))
    observe?.(reshape(weights, [batch, 1, 1, weights.shape[2]!]))
    const glimpse = reshape(matrixProduct(weights, memory), [batch, memory.shape[2]!])
    return gruStep(concatenate([embedded, glimpse], { axis: 1 }), state, this.weights)
  }
}

export const forceGru: TeacherForcing = (scope, settings, { memory, tokens }) => {
  const sizes = sizesOf(settings)
  const [batch, steps] = tokens.shape as [number, number]
  const { width } = sizes
  const key = attentionKeys(scope, width, memory)
  const cell = new AttentionCell(scope, sizes)
  const embedded = embedding(embeddingTable(scope, sizes), tokens)
  let state = scope.graph.constant(new Float32Array(batch * width), [batch, width])
  const states = split(embedded, { axis: 1, sizes: Array<number>(steps).fill(1) }).map((part) => {
    state = cell.step(reshape(part, [batch, width]), state, { key, memory })
    return reshape(state, [batch, 1, width])
  })
  return classify(scope, sizes, concatenate(states, { axis: 1 }))
}

/** Step after step in a loop inside the graph, with the characters that are given. */
function givenWords(scope: Scope, sizes: Sizes, { tokens, image, observe }: GivenWords): Tensor {
  const { graph } = scope
  const { width } = sizes
  const [key, memory] = [image(KEY), image(MEMORY)]
  const count = sizeAt(tokens, 0)
  const shape = emit('Concat', [count, graph.integers([width])], [2], { type: 'int64', attributes: { axis: 0 } })
  const embedded = embedding(embeddingTable(scope, sizes), tokens)
  const { kept } = loop({
    count: reshape(sizeAt(tokens, 1), []),
    state: [emit('ConstantOfShape', [shape], [WORDS, width])],
    body({ graph: inside, index, state, outer }) {
      const within = scope.inside(inside, outer)
      const now = emit('Gather', [outer(embedded), index], [WORDS, width], { attributes: { axis: 1 } })
      const seen: Tensor[] = []
      const next = new AttentionCell(within, sizes).step(now, state[0]!, {
        key: outer(key),
        memory: outer(memory),
        observe: (weights) => void seen.push(weights),
      })
      const proceed = emit('Equal', [index, index], [], { type: 'bool' })
      return { state: [next], kept: [next, seen[0]!], proceed }
    },
  })
  const [states, weights] = kept as [Tensor, Tensor]
  // [T, R, ...] as whoever asks has it.
  const byWord = emit('Transpose', [states], [WORDS, LENGTH, width], { attributes: { perm: [1, 0, 2] } })
  const perm = [1, 2, 0, 3, 4]
  const places = weights.shape[4]!
  const turned = emit('Transpose', [weights], [WORDS, 1, LENGTH, 1, places], { attributes: { perm } })
  observe?.(emit('Squeeze', [turned, graph.integers([3])], [WORDS, 1, LENGTH, places]))
  return classify(scope, sizes, byWord)
}

/** The Transformer (Vaswani et al., arXiv 1706.03762): encoder over image positions, decoder over characters. */
import { createCharset } from '../charset.ts'
import type { ModelSettings, TransformerSettings } from '../config.ts'
import { add, embedding, relu, type Tensor } from '../tensor/index.ts'
import { normal } from './init.ts'
import { type AttendOptions, layerNormLayer, linearLayer, type Memory, MultiHeadAttention } from './layers.ts'
import type { Scope } from './scope.ts'

/** Names of the modules in the authors' state dict. */
const HEAD = 'decoder.decoder'
const STACKS = `${HEAD}.decoder`
export const ENCODER = `${STACKS}.encoder`

/** Sinusoidal positions [count, width]: sine and cosine of position / 10000^(2i / width), interleaved. */
export function sinusoids(count: number, width: number): Float32Array {
  return Float32Array.from({ length: count * width }, (_, index) => {
    const position = Math.floor(index / width)
    const dimension = index % width
    const angle = position * Math.exp(-Math.log(10_000) * ((dimension - (dimension % 2)) / width))
    return dimension % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })
}

/** A mask [steps, steps] that hides what comes later: 0 where a place may attend, a large negative number elsewhere. */
export function causalMask(x: Tensor, steps: number): Tensor {
  const hidden = Float32Array.from({ length: steps * steps }, (_, index) =>
    index % steps > Math.floor(index / steps) ? -1e9 : 0,
  )
  return x.graph.constant(hidden, [steps, steps])
}

/** The encoder stack over `x[B, S, D]`; the mask, if any, is added to its attention scores. */
export function encode(scope: Scope, settings: TransformerSettings, x: Tensor, mask?: Tensor): Tensor {
  const { dropout, encoderLayers } = settings
  let state = x
  for (let layer = 0; layer < encoderLayers; layer++) {
    const name = `${ENCODER}.layers.${layer}`
    const self = new MultiHeadAttention(scope, `${name}.self_attn`, settings)
    const attended = scope.dropout(self.attendSelf(state, { mask }), dropout)
    state = layerNormLayer(scope, `${name}.norm1`, state, attended)
    state = layerNormLayer(scope, `${name}.norm2`, state, feedForward(scope, settings, name, state))
  }
  return layerNormLayer(scope, `${ENCODER}.norm`, state)
}

/** Embeds `tokens[B, T]` and adds `positions`, which broadcast to [B, T, D]. */
export function embed(scope: Scope, settings: ModelSettings, tokens: Tensor, positions: Tensor): Tensor {
  const { transformer, furtherCharacters } = settings
  const rows = createCharset(furtherCharacters).embedded
  const table = scope.parameter(`${HEAD}.tgt_embedding.weight`, [rows, transformer.width], normal(0.01))
  return scope.dropout(add(embedding(table, tokens), positions), transformer.positionDropout)
}

/** How a decoder layer gets the keys and values of its two attentions. */
export interface DecoderMemories {
  /** Keys and values of the characters so far, given those of the characters fed now; absent where words are fed whole. */
  readonly self?: (layer: number, fed: Memory) => Memory
  /** Keys and values of the image's positions, given how this layer projects them. */
  readonly cross: (layer: number, project: (memory: Tensor) => Memory) => Memory
}

/**
 * The decoder stack over `x[B, T, D]`, and the classifier: logits [B, T, C]. The mask is that of the characters; `observe` is
 * shown how the last layer attends to the image.
 */
export function decode(
  scope: Scope,
  { transformer: settings, furtherCharacters }: ModelSettings,
  x: Tensor,
  memories: DecoderMemories & Pick<AttendOptions, 'mask' | 'observe'>,
): Tensor {
  const { dropout, decoderLayers } = settings
  let state = x
  for (let layer = 0; layer < decoderLayers; layer++) {
    const name = decoderLayerName(layer)
    const self = new MultiHeadAttention(scope, `${name}.self_attn`, settings)
    const attended = attendCharacters(self, state, layer, memories)
    state = layerNormLayer(scope, `${name}.norm1`, state, scope.dropout(attended, dropout))
    const cross = crossAttention(scope, settings, layer)
    const seen = cross.attendMemory(
      state,
      memories.cross(layer, (memory) => cross.projectMemory(memory)),
      { observe: layer === decoderLayers - 1 ? memories.observe : undefined },
    )
    state = layerNormLayer(scope, `${name}.norm2`, state, scope.dropout(seen, dropout))
    state = layerNormLayer(scope, `${name}.norm3`, state, feedForward(scope, settings, name, state))
  }
  const normal = layerNormLayer(scope, `${STACKS}.decoder.norm`, state)
  const { classes } = createCharset(furtherCharacters)
  return linearLayer(scope, `${HEAD}.fc`, normal, { width: classes, weight: classifierInitializer })
}

function attendCharacters(
  self: MultiHeadAttention,
  state: Tensor,
  layer: number,
  { self: join, mask }: DecoderMemories & Pick<AttendOptions, 'mask'>,
): Tensor {
  if (!join) return self.attendSelf(state, { mask, isCausal: true })
  const { query, ...fed } = self.projectAll(state)
  return self.attend(query, join(layer, fed), { mask })
}

const classifierInitializer = normal(0.01)

/** The attention of a decoder layer to the image. */
export function crossAttention(scope: Scope, settings: TransformerSettings, layer: number): MultiHeadAttention {
  return new MultiHeadAttention(scope, `${decoderLayerName(layer)}.multihead_attn`, settings)
}

function decoderLayerName(layer: number): string {
  return `${STACKS}.decoder.layers.${layer}`
}

/** linear, ReLU, dropout, linear, dropout. */
function feedForward(scope: Scope, settings: TransformerSettings, name: string, x: Tensor): Tensor {
  const { width, feedForward: inner, dropout } = settings
  const hidden = scope.dropout(relu(linearLayer(scope, `${name}.linear1`, x, { width: inner })), dropout)
  return scope.dropout(linearLayer(scope, `${name}.linear2`, hidden, { width }), dropout)
}

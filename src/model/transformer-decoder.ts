/** The Transformer as a decoder: it keeps the keys and values of the characters so far. */
import type { ModelSettings } from '../config.ts'
import { BATCH, concatenate, reshape, sizeAt, sliceBetween, type Tensor } from '../tensor/index.ts'
import { type Decoder, IMAGE_PLACES, LENGTH, type TeacherForcing } from './decoder.ts'
import { causalMask, crossAttention, decode, embed, sinusoids } from './transformer.ts'

/** Rows of the table of positions when they count places in a batch: the largest batch of the authors' code. */
const AUTHORS_POSITIONS = 5000
/** Symbol: the characters read before a step, and those with it. */
const PRESENT = -3

/** Names of the graphs' inputs and outputs for decoder layer `layer`. */
const cacheNames = (layer: number) => ({
  crossKey: `cross_key_${layer}`,
  crossValue: `cross_value_${layer}`,
  pastKey: `past_key_${layer}`,
  pastValue: `past_value_${layer}`,
  presentKey: `present_key_${layer}`,
  presentValue: `present_value_${layer}`,
})

export function transformerDecoder(settings: ModelSettings): Decoder {
  const { transformer, maximumLength, authorsQuirks } = settings
  const { width, heads, decoderLayers } = transformer
  const layers = Array.from({ length: decoderLayers }, (_, layer) => cacheNames(layer))
  const ofHead = width / heads
  const positions = () => {
    const count = authorsQuirks ? AUTHORS_POSITIONS : maximumLength + 1
    return { count, data: sinusoids(count, width) }
  }
  const crossOf = (image: (name: string) => Tensor) => (layer: number) => ({
    key: image(layers[layer]!.crossKey),
    value: image(layers[layer]!.crossValue),
  })
  return {
    imageParts: layers.flatMap(({ crossKey, crossValue }) =>
      [crossKey, crossValue].map((name) => ({ name, shape: [heads, IMAGE_PLACES, ofHead] })),
    ),
    states: layers.flatMap(({ pastKey, pastValue, presentKey, presentValue }) => [
      { before: pastKey, after: presentKey, shape: [heads, 0, ofHead] },
      { before: pastValue, after: presentValue, shape: [heads, 0, ofHead] },
    ]),
    positions,
    ofImage: (scope, memory) =>
      layers.flatMap((_, layer) => {
        const { key, value } = crossAttention(scope, transformer, layer).projectMemory(memory)
        return [key, value]
      }),
    step(scope, { tokens, place, image, before, after, observe }) {
      const x = embed(scope, settings, reshape(tokens, [BATCH, 1]), place()!)
      const join = (past: Tensor, fed: Tensor) => concatenate([past, fed], { axis: 2, size: PRESENT })
      const logits = decode(scope, settings, x, {
        self(layer, fed) {
          const names = layers[layer]!
          const past = { key: before(names.pastKey), value: before(names.pastValue) }
          const present = { key: join(past.key, fed.key), value: join(past.value, fed.value) }
          after(names.presentKey, present.key)
          after(names.presentValue, present.value)
          return present
        },
        cross: crossOf(image),
        observe,
      })
      return reshape(logits, [BATCH, logits.shape[2]!])
    },
    words(scope, { tokens, image, observe }) {
      const { graph } = scope
      const table = positions()
      const [start, end] = [graph.integers([0]), sizeAt(tokens, 1)]
      const upTo = (x: Tensor, axis: number) => sliceBetween(x, { axis, start, end, size: LENGTH })
      const placed = upTo(graph.constant(table.data, [table.count, width]), 0)
      const mask = upTo(upTo(causalMask(placed, table.count), 0), 1)
      return decode(scope, settings, embed(scope, settings, tokens, placed), {
        cross: crossOf(image),
        mask,
        observe,
      })
    },
  }
}

export const forceTransformer: TeacherForcing = (scope, settings, { memory, tokens }) => {
  const [batch, steps] = tokens.shape as [number, number]
  const { width } = settings.transformer
  const positions = settings.authorsQuirks
    ? scope.graph.constant(sinusoids(batch, width), [batch, 1, width])
    : scope.graph.constant(sinusoids(steps, width), [steps, width])
  return decode(scope, settings, embed(scope, settings, tokens, positions), {
    cross: (_, project) => project(memory),
    mask: causalMask(memory, steps),
  })
}

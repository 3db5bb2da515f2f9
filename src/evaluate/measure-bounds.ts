/** Measures between what a model's activations lie, so that it can read in 8 bits. */
import { createCharset, encodeText, START } from '../charset.ts'
import { fit } from '../image/fit.ts'
import type { Bounds } from '../model/eight-bit.ts'
import { decoderOf } from '../model/safl.ts'
import { encoderGraph, wordGraph } from '../model/step-graphs.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { shapeOf, wordShapes } from '../model/word-shapes.ts'
import { emit, type Runtime, Session, type Tensor, type Value, writeModel } from '../tensor/index.ts'
import type { LabelledImage } from './validate.ts'

/** The least and the largest value of every activation over all words, whose labels the decoder is given. */
export async function measureBounds(
  { settings, weights }: WeightsFile,
  words: readonly LabelledImage[],
  runtime: Runtime,
): Promise<Bounds> {
  const bounds: Record<string, [number, number]> = {}
  const measured = (graph: typeof encoderGraph) =>
    Session.create(writeModel(graph(settings, weights, { activation: alsoGiveBounds })), runtime)
  const encoder = await measured(encoderGraph)
  const settler = await measured(wordGraph)
  const run = async (session: Session, feeds: Readonly<Record<string, Value>>) => {
    const values = await session.run(feeds)
    for (const [key, { data }] of Object.entries(values)) {
      const [, kind, name] = /^(least|largest):(.*)$/.exec(key) ?? []
      if (name === undefined) continue
      const value = Number(data[0])
      bounds[name] ??= [value, value]
      if (kind === 'least') bounds[name][0] = Math.min(bounds[name][0], value)
      else bounds[name][1] = Math.max(bounds[name][1], value)
    }
    return values
  }
  const charset = createCharset(settings.furtherCharacters)
  const { imageHeight: height, maximumLength } = settings
  const shapes = wordShapes(settings)
  try {
    for (const { label, image } of words) {
      const { imageWidth: width, leastAspect } = shapeOf(shapes, image)
      const { data } = fit(image, { width, height, leastAspect })
      const images: Value = { type: 'uint8', shape: [1, height, width, 3], data }
      const seen = await run(encoder, { images })
      const tokens = Int32Array.of(START, ...encodeText(label, charset).slice(0, maximumLength))
      const ofImage = Object.fromEntries(decoderOf(settings).imageParts.map(({ name }) => [name, seen[name]!]))
      await run(settler, {
        ...ofImage,
        tokens: { type: 'int32', shape: [1, tokens.length], data: tokens },
        images: { type: 'int64', shape: [1], data: BigInt64Array.of(0n) },
      })
    }
  } finally {
    await encoder.dispose()
    await settler.dispose()
  }
  return bounds
}

/** Lets a graph say between what an activation lies. */
function alsoGiveBounds(name: string, x: Tensor): Tensor {
  const operators = { least: 'ReduceMin', largest: 'ReduceMax' }
  for (const [kind, operator] of Object.entries(operators))
    x.graph.output(`${kind}:${name}`, emit(operator, [x], [], { attributes: { keepdims: 0 } }))
  return x
}

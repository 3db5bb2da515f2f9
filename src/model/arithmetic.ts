/** How large a model of given settings is, and how much arithmetic a word has: counted in its graphs, not by formulas. */
import type { ModelSettings } from '../config.ts'
import type { Part } from '../first-kinds.ts'
import { countOperations, Graph, sizeOf } from '../tensor/index.ts'
import { ctcLogits } from './ctc-head.ts'
import { partOf } from './part-of.ts'
import { decodeTargets, type EncodedImage, encodeImage, tensorSpecs } from './safl.ts'
import { inputScope, type Scope } from './scope.ts'

/** Parameters of each part, without the heads of auxiliary losses. */
export function parametersByPart(model: ModelSettings): Record<Part, number> {
  const counts = { rectifier: 0, backbone: 0, encoder: 0, decoder: 0 }
  for (const { name, shape, kind } of tensorSpecs(model))
    if (kind === 'parameter') counts[partOf(name)] += sizeOf(shape)
  return counts
}

/** Operations of rectifier, backbone and encoder for one word of the model's plain width. */
export function encodingOperations(model: ModelSettings): number {
  const { scope } = encodeOne(model)
  return countOperations(scope.graph)
}

/** Which of the two heads reads. */
export interface ReadingHeads {
  readonly ctc: boolean
  readonly decoder: boolean
}

/** What reads: all of the model but heads that do not, the CTC head included where it does. */
export function readingSize(
  model: ModelSettings,
  heads: ReadingHeads,
  characters = 7,
): { parameters: number; operations: number } {
  const { scope, encoded } = encodeOne(model)
  if (heads.ctc) ctcLogits(scope, model, encoded.columns)
  if (heads.decoder)
    decodeTargets(scope, model, encoded.memory, scope.graph.input('targets', 'int32', [1, characters + 1]))
  const parameters = scope.specs.filter(({ kind }) => kind === 'parameter')
  return {
    parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    operations: countOperations(scope.graph),
  }
}

function encodeOne(model: ModelSettings): { scope: Scope; encoded: EncodedImage } {
  const graph = new Graph()
  const scope = inputScope(graph)
  const images = graph.input('images', 'uint8', [1, model.imageHeight, model.imageWidth, 3])
  return { scope, encoded: encodeImage(scope, model, images) }
}

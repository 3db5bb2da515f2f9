/**
 * Writes down the SHA-256 of every graph that the presets are written as: before and after a change that shall change none.
 *
 *     npx tsx tools/hold-graphs.ts > before.txt        # then change the model's house
 *     npx tsx tools/hold-graphs.ts > after.txt; diff before.txt after.txt
 *
 * Names of presets may follow; without them those of the paper's model.
 */
import { createHash } from 'node:crypto'
import type { Preset } from '../src/config.ts'
import { ctcLogits } from '../src/model/ctc-head.ts'
import { ctcGraph, recognizerGraph } from '../src/model/recognizer-graph.ts'
import { encodeImage, tensorSpecs } from '../src/model/safl.ts'
import { inputScope } from '../src/model/scope.ts'
import { encoderGraph, stepGraph, wordGraph } from '../src/model/step-graphs.ts'
import type { Weights } from '../src/model/weights.ts'
import { formatWeights } from '../src/model/weights-file.ts'
import { loadPreset } from '../src/presets/index.ts'
import { Graph, sizeOf, writeModel } from '../src/tensor/index.ts'
import { trainingGraph } from '../src/train/training-graph.ts'
import { wordTask } from '../src/train/word-task.ts'

/** Values that differ from each other and cost nothing. */
function plainWeights({ model }: Preset): Weights {
  const graph = new Graph()
  const scope = inputScope(graph)
  const { columns } = encodeImage(
    scope,
    model,
    graph.input('images', 'uint8', [2, model.imageHeight, model.imageWidth, 3]),
  )
  const before = scope.specs.length
  ctcLogits(scope, model, columns)
  const specs = [...tensorSpecs(model), ...scope.specs.slice(before)]
  return new Map(
    specs.map(({ name, shape }, place) => {
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, index) => ((index * 31 + place * 7) % 101) / 100)
      return [name, { shape, data }]
    }),
  )
}

function training(preset: Preset): Graph {
  const { model } = preset
  const [size, length] = [4, 8]
  const task = wordTask(preset)
  const batch = {
    index: 0,
    size,
    length,
    imageWidth: model.imageWidth,
    images: new Uint8Array(size * model.imageHeight * model.imageWidth * 3),
    targets: new Int32Array(size * length),
    characterMap: new Uint8Array(size * 16 * 128),
    outlines: new Float32Array(size * 2 * model.rectifier.controlPoints),
    skipped: [],
  }
  return trainingGraph(task, task.feeds(batch, 1))
}

const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : ['mini', 'tiny', 'small', 'base', 'authors']) {
  const preset = loadPreset(name)
  const { model } = preset
  const weights = plainWeights(preset)
  const written: Readonly<Record<string, () => Uint8Array>> = {
    recognizer: () => writeModel(recognizerGraph(model, weights)),
    'recognizer, int8': () => writeModel(recognizerGraph(model, weights, 'int8')),
    encoder: () => writeModel(encoderGraph(model, weights)),
    step: () => writeModel(stepGraph(model, weights)),
    word: () => writeModel(wordGraph(model, weights)),
    ctc: () => writeModel(ctcGraph(model, weights)),
    training: () => writeModel(training(preset)),
    'weights file': () => formatWeights({ settings: model, weights, provenance: {} }, 'F16'),
  }
  for (const [kind, write] of Object.entries(written))
    console.log(`${name}, ${kind}: ${createHash('sha256').update(write()).digest('hex')}`)
}

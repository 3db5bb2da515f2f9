/** The graph of one step of training: forward, losses and gradient. */

import type { Preset } from '../config.ts'
import { columnLoss, MAP_COLUMNS, MAP_ROWS } from '../model/column-guidance.ts'
import { ctcLogits } from '../model/ctc-head.ts'
import { STATISTICS_MOMENTUM } from '../model/layers.ts'
import { encodeImage, tensorSpecs } from '../model/safl.ts'
import { inputScope, Scope, type TensorSpec } from '../model/scope.ts'
import { add, concatenate, Graph, gradient, multiply, reshape, sizeOf, split, type Tensor } from '../tensor/index.ts'
import type { BatchShape } from './batch-shape.ts'
import { noiseLength } from './dropout-noise.ts'
import { stepLosses } from './step-losses.ts'

/** The model's tensors and those of the auxiliary losses. */
export function trainingSpecs(preset: Preset): TensorSpec[] {
  const specs = tensorSpecs(preset.model)
  const { columnWeight, ctcWeight } = preset.training
  if (columnWeight === 0 && ctcWeight === 0) return specs
  const graph = new Graph()
  const scope = inputScope(graph)
  const { model } = preset
  const encoded = encodeImage(scope, model, graph.input('images', 'uint8', [2, model.imageHeight, model.imageWidth, 3]))
  const asked = scope.specs.length
  if (columnWeight > 0)
    columnLoss(scope, model, encoded, graph.input('character_map', 'uint8', [2, MAP_ROWS, MAP_COLUMNS]))
  if (ctcWeight > 0) ctcLogits(scope, model, encoded.memory)
  return [...specs, ...scope.specs.slice(asked)]
}

/** The graph's output for the gradient of a parameter. */
export const gradientName = (parameter: string) => `gradient of ${parameter}`

/** The training step's graph for batches of one shape: an input and an output for each parameter, by its name. */
export function trainingGraph(preset: Preset, shape: BatchShape): Graph {
  const { size, length, imageWidth } = shape
  const { model, training } = preset
  const graph = new Graph()
  const specs = trainingSpecs(preset)
  const parameters = specs.filter(({ kind }) => kind === 'parameter')
  const statisticCount = countElements(specs.filter(({ kind }) => kind === 'statistic'))
  const noise = noiseLength(preset, shape)
  const {
    loss,
    columnLoss: guidance,
    ctcLoss: ctc,
    outlineLoss: outline,
    gradients,
    statistics,
  } = buildStep(preset, {
    images: graph.input('images', 'uint8', [size, model.imageHeight, imageWidth, 3]),
    targets: graph.input('targets', 'int32', [size, length]),
    parameters: parameters.map(({ name, shape }) => graph.input(name, 'float32', shape)),
    statistics: graph.input('statistics', 'float32', [statisticCount]),
    noise: noise > 0 ? graph.input('noise', 'float32', [noise]) : null,
    characterMap:
      training.columnWeight > 0 ? graph.input('character_map', 'uint8', [size, MAP_ROWS, MAP_COLUMNS]) : null,
    outlines:
      training.outlineWeight > 0 ? graph.input('outlines', 'float32', [size, model.rectifier.controlPoints, 2]) : null,
  })
  graph.output('loss', loss)
  if (guidance) graph.output('column_loss', guidance)
  if (ctc) graph.output('ctc_loss', ctc)
  if (outline) graph.output('outline_loss', outline)
  for (const [place, { name }] of parameters.entries()) graph.output(gradientName(name), gradients[place]!)
  graph.output('new_statistics', statistics)
  return graph
}

export interface StepTensors {
  /** [B, H, W, 3], uint8. */
  readonly images: Tensor
  /** [B, T], int32. */
  readonly targets: Tensor
  /** Every parameter, in their order. */
  readonly parameters: readonly Tensor[]
  /** Flat, [Q]. */
  readonly statistics: Tensor
  /** Random numbers in [0, 1) for dropout; null where the model has none. */
  readonly noise: Tensor | null
  /** [B, 16, 64], uint8; null without guidance. */
  readonly characterMap: Tensor | null
  /** [B, K, 2]; null where the rectifier is not guided. */
  readonly outlines: Tensor | null
}

/** Forward, loss and backward: losses [1], the parameters' gradients, the statistics after the step [Q]. */
export function buildStep(preset: Preset, inputs: StepTensors) {
  const { model } = preset
  const { images, targets, noise, characterMap, outlines } = inputs
  const specs = trainingSpecs(preset)
  const statistics = specs.filter(({ kind }) => kind === 'statistic')
  const tensors = new Map(
    unpack(inputs.statistics, statistics).map((tensor, place) => [statistics[place]!.name, tensor]),
  )
  const parameters = specs.filter(({ kind }) => kind === 'parameter')
  for (const [place, { name }] of parameters.entries()) tensors.set(name, inputs.parameters[place]!)
  const scope = new Scope({
    graph: images.graph,
    training: true,
    resolve: ({ name }) => tensors.get(name)!,
    ...(noise && { noise }),
  })
  const encoded = encodeImage(scope, model, images)
  const { objective, ...losses } = stepLosses(scope, preset, { encoded, targets, characterMap, outlines })
  return {
    ...losses,
    gradients: gradient(objective, inputs.parameters),
    statistics: add(
      multiply(inputs.statistics, 1 - STATISTICS_MOMENTUM),
      multiply(flatten(statistics.map(({ name }) => scope.measured.get(name)!)), STATISTICS_MOMENTUM),
    ),
  }
}

/** Tensors of the given shapes that lie one after another in `flat`. */
export function unpack(flat: Tensor, specs: readonly TensorSpec[]): Tensor[] {
  const sizes = specs.map(({ shape }) => sizeOf(shape))
  return split(flat, { axis: 0, sizes }).map((part, place) => reshape(part, specs[place]!.shape))
}

export function flatten(tensors: readonly Tensor[]): Tensor {
  return concatenate(
    tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)])),
    { axis: 0 },
  )
}

/** Numbers in all the tensors. */
export function countElements(specs: readonly TensorSpec[]): number {
  return specs.reduce((total, { shape }) => total + sizeOf(shape), 0)
}

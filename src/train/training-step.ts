/** One step of training as one run of a graph: loss, gradient and new running statistics from weights and a batch. */
import type { Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import { columnLoss, MAP_COLUMNS, MAP_ROWS } from '../model/column-guidance.ts'
import { ctcLogits } from '../model/ctc-head.ts'
import { STATISTICS_MOMENTUM } from '../model/layers.ts'
import { encodeImage, tensorSpecs } from '../model/safl.ts'
import { inputScope, Scope, type TensorSpec, type Weights } from '../model/scope.ts'
import { createRandom, deriveSeed } from '../random.ts'
import {
  add,
  concatenate,
  Graph,
  gradient,
  multiply,
  type Runtime,
  reshape,
  Session,
  type SessionOptions,
  sizeOf,
  split,
  type Tensor,
  type Value,
  writeModel,
} from '../tensor/index.ts'
import { stepLosses } from './step-losses.ts'

export interface StepResult {
  /** Focal loss, a word's mean; the CTC loss where no decoder is trained. */
  readonly loss: number
  /** Mean cross-entropy of the columns' characters; 0 without guidance. */
  readonly columnLoss: number
  /** −log p of the words by the CTC head, a word's mean; 0 without it. */
  readonly ctcLoss: number
  /** Mean squared distance of the control points from the words' edges, fractions of the image; 0 without guidance. */
  readonly outlineLoss: number
  /** Of the weighted sum of the losses, [P]. */
  readonly gradient: Float32Array
  /** Running means and variances after the step, [Q]. */
  readonly statistics: Float32Array
}

export interface StepInput {
  readonly weights: Float32Array
  readonly statistics: Float32Array
  readonly batch: TrainingBatch
  /** Number of the step: with the seed it decides the dropout masks. */
  readonly step: number
}

export class TrainingStep {
  readonly parameters: readonly TensorSpec[]
  readonly statistics: readonly TensorSpec[]
  readonly parameterCount: number
  readonly statisticCount: number
  private readonly preset: Preset
  private readonly runtime: Runtime
  private readonly options: SessionOptions
  private readonly sessions = new Map<string, Promise<Session>>()

  constructor(preset: Preset, runtime: Runtime, options: SessionOptions = {}) {
    this.preset = preset
    this.runtime = runtime
    this.options = options
    const specs = trainingSpecs(preset)
    this.parameters = specs.filter((spec) => spec.kind === 'parameter')
    this.statistics = specs.filter((spec) => spec.kind === 'statistic')
    this.parameterCount = countElements(this.parameters)
    this.statisticCount = countElements(this.statistics)
  }

  /** Initial weights and statistics from a seed; each tensor has a stream of its own, so that one more changes no other. */
  initialState(seed: number): { weights: Float32Array; statistics: Float32Array } {
    const fill = (specs: readonly TensorSpec[]) => {
      const flat = new Float32Array(countElements(specs))
      let offset = 0
      for (const { name, shape, initializer } of specs) {
        const stream = deriveSeed(seed, ...Array.from(name, (character) => character.charCodeAt(0)))
        flat.set(initializer(shape, createRandom(stream)), offset)
        offset += sizeOf(shape)
      }
      return flat
    }
    return { weights: fill(this.parameters), statistics: fill(this.statistics) }
  }

  /** Where in the flat weights lie matrices and filters: what weight decay shrinks. */
  get decayRanges(): { offset: number; length: number }[] {
    let offset = 0
    return this.parameters.flatMap(({ shape }) => {
      const range = { offset, length: sizeOf(shape) }
      offset += range.length
      return shape.length > 1 ? [range] : []
    })
  }

  /** The state dict: every tensor by name, as views of the flat vectors. */
  namedTensors(weights: Float32Array, statistics: Float32Array): Map<string, { shape: number[]; data: Float32Array }> {
    const named = new Map<string, { shape: number[]; data: Float32Array }>()
    for (const [specs, flat] of [
      [this.parameters, weights],
      [this.statistics, statistics],
    ] as const) {
      let offset = 0
      for (const { name, shape } of specs) {
        const length = sizeOf(shape)
        named.set(name, { shape: [...shape], data: flat.subarray(offset, offset + length) })
        offset += length
      }
    }
    return named
  }

  /** Copies tensors from named weights into flat vectors; returns the names that the weights lack. */
  loadNamed(source: Weights, state: { weights: Float32Array; statistics: Float32Array }): string[] {
    const missing: string[] = []
    for (const [name, { shape, data }] of this.namedTensors(state.weights, state.statistics)) {
      const found = source.get(name)
      if (!found) missing.push(name)
      else if (found.shape.join() !== shape.join()) {
        throw new Error(`"${name}" is [${found.shape.join(', ')}] in the weights, [${shape.join(', ')}] in the model`)
      } else data.set(found.data)
    }
    return missing
  }

  async run({ weights, statistics, batch, step }: StepInput): Promise<StepResult> {
    const { size, length } = batch
    const { model, training } = this.preset
    const key = `${size}x${length}`
    let session = this.sessions.get(key)
    if (!session) {
      const graph = trainingGraph(this.preset, { size, length })
      // The next batches are made on the same cores meanwhile.
      session = Session.create(writeModel(graph), this.runtime, { spin: false, ...this.options })
      this.sessions.set(key, session)
    }
    const feeds: Record<string, Value> = {
      weights: { type: 'float32', shape: [this.parameterCount], data: weights },
      statistics: { type: 'float32', shape: [this.statisticCount], data: statistics },
      images: { type: 'uint8', shape: [size, model.imageHeight, model.imageWidth, 3], data: batch.images },
      targets: { type: 'int32', shape: [size, length], data: batch.targets },
    }
    if (training.columnWeight > 0) {
      feeds.character_map = { type: 'uint8', shape: [size, MAP_ROWS, MAP_COLUMNS], data: batch.characterMap }
    }
    if (training.outlineWeight > 0) {
      const shape = [size, model.rectifier.controlPoints, 2]
      feeds.outlines = { type: 'float32', shape, data: batch.outlines }
    }
    const noise = noiseLength(this.preset, { size, length })
    if (noise > 0) feeds.noise = { type: 'float32', shape: [noise], data: dropoutNoise(training.seed, step, noise) }
    const results = await (await session).run(feeds)
    return {
      loss: results.loss!.data[0] as number,
      columnLoss: (results.column_loss?.data[0] as number | undefined) ?? 0,
      ctcLoss: (results.ctc_loss?.data[0] as number | undefined) ?? 0,
      outlineLoss: (results.outline_loss?.data[0] as number | undefined) ?? 0,
      gradient: results.gradient!.data as Float32Array,
      statistics: results.new_statistics!.data as Float32Array,
    }
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).dispose()
    this.sessions.clear()
  }
}

interface BatchShape {
  readonly size: number
  readonly length: number
}

/** The model's tensors and those of the auxiliary losses. */
function trainingSpecs(preset: Preset): TensorSpec[] {
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
  if (ctcWeight > 0) ctcLogits(scope, encoded.memory)
  return [...specs, ...scope.specs.slice(asked)]
}

/** The training step's graph for batches of one shape. */
export function trainingGraph(preset: Preset, { size, length }: BatchShape): Graph {
  const { model, training } = preset
  const graph = new Graph()
  const specs = trainingSpecs(preset)
  const vector = (name: string, kind: TensorSpec['kind']) =>
    graph.input(name, 'float32', [countElements(specs.filter((spec) => spec.kind === kind))])
  const noise = noiseLength(preset, { size, length })
  const {
    loss,
    columnLoss: guidance,
    ctcLoss: ctc,
    outlineLoss: outline,
    gradient: slope,
    statistics,
  } = buildStep(preset, {
    images: graph.input('images', 'uint8', [size, model.imageHeight, model.imageWidth, 3]),
    targets: graph.input('targets', 'int32', [size, length]),
    weights: vector('weights', 'parameter'),
    statistics: vector('statistics', 'statistic'),
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
  graph.output('gradient', slope)
  graph.output('new_statistics', statistics)
  return graph
}

export interface StepTensors {
  /** [B, H, W, 3], uint8. */
  readonly images: Tensor
  /** [B, T], int32. */
  readonly targets: Tensor
  /** Flat: [P] and [Q]. */
  readonly weights: Tensor
  readonly statistics: Tensor
  /** Random numbers in [0, 1) for dropout; null where the model has none. */
  readonly noise: Tensor | null
  /** [B, 16, 64], uint8; null without guidance. */
  readonly characterMap: Tensor | null
  /** [B, K, 2]; null where the rectifier is not guided. */
  readonly outlines: Tensor | null
}

/** Forward, loss and backward: losses [1], the gradient [P], the statistics after the step [Q]. */
export function buildStep(preset: Preset, inputs: StepTensors) {
  const { model } = preset
  const { images, targets, noise, characterMap, outlines } = inputs
  const specs = trainingSpecs(preset)
  const tensors = new Map<string, Tensor>()
  const unpack = (flat: Tensor, kind: TensorSpec['kind']) => {
    const chosen = specs.filter((spec) => spec.kind === kind)
    const sizes = chosen.map(({ shape }) => sizeOf(shape))
    for (const [index, part] of split(flat, { axis: 0, sizes }).entries()) {
      tensors.set(chosen[index]!.name, reshape(part, chosen[index]!.shape))
    }
    return chosen
  }
  const parameters = unpack(inputs.weights, 'parameter')
  const statistics = unpack(inputs.statistics, 'statistic')
  const scope = new Scope({
    graph: images.graph,
    training: true,
    resolve: ({ name }) => tensors.get(name)!,
    ...(noise && { noise }),
  })
  const encoded = encodeImage(scope, model, images)
  const { objective, ...losses } = stepLosses(scope, preset, { encoded, targets, characterMap, outlines })
  const gradients = gradient(
    objective,
    parameters.map(({ name }) => tensors.get(name)!),
  )
  return {
    ...losses,
    gradient: flatten(gradients),
    statistics: add(
      multiply(inputs.statistics, 1 - STATISTICS_MOMENTUM),
      multiply(flatten(statistics.map(({ name }) => scope.measured.get(name)!)), STATISTICS_MOMENTUM),
    ),
  }
}

function flatten(tensors: readonly Tensor[]): Tensor {
  return concatenate(
    tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)])),
    { axis: 0 },
  )
}

/** How many random numbers a step needs at once: those of its largest dropout, and room for others to start elsewhere. */
export function noiseLength({ model }: Preset, { size, length }: BatchShape): number {
  const { width, heads, feedForward, dropout, positionDropout } = model.transformer
  if (dropout === 0 && positionDropout === 0) return 0
  const positions = model.textWidth / 4
  const steps = Math.max(positions, length)
  return size * Math.max(steps * Math.max(width, feedForward), heads * steps * steps) + 65_536
}

/** Uniform noise of one step, the same for the same seed and step. */
export function dropoutNoise(seed: number, step: number, length: number): Float32Array {
  const random = createRandom(deriveSeed(seed, step, 0xd20))
  const noise = new Float32Array(length)
  for (let index = 0; index < length; index++) noise[index] = random()
  return noise
}

function countElements(specs: readonly TensorSpec[]): number {
  return specs.reduce((total, { shape }) => total + sizeOf(shape), 0)
}

/**
 * Many steps of training in one run of a graph: forward, backward and the optimizer, with weights, moments and averages going from
 * step to step inside the runtime. On a GPU they stay there, and the bus carries them once in so many steps.
 */
import type { Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import { MAP_COLUMNS, MAP_ROWS } from '../model/column-guidance.ts'
import {
  add,
  emit,
  Graph,
  loop,
  type Runtime,
  reshape,
  Session,
  type SessionOptions,
  type Tensor,
  TURNS,
  type TypedArray,
  type Value,
  writeModel,
} from '../tensor/index.ts'
import { type BatchShape, shapeKey } from './batch-shape.ts'
import type { TrainingState } from './checkpoint.ts'
import { dropoutNoise, noiseLength } from './dropout-noise.ts'
import { keptShare, mixed, optimize, SCHEDULE, scheduleOf, type WeightPart, weightParts } from './graph-optimizer.ts'
import { part, type Stretch } from './optimizer.ts'
import { learningRate } from './schedule.ts'
import { buildStep, flatten, unpack } from './training-graph.ts'
import type { TrainingStep } from './training-step.ts'

export interface StepOutcome {
  readonly loss: number
  readonly columnLoss: number
  readonly ctcLoss: number
  readonly outlineLoss: number
  readonly rate: number
  readonly norm: number
}

/** The state that lies in parts, and that of batch norm. */
const IN_PARTS = ['weights', 'moment1', 'moment2', 'average'] as const
const STATISTICS = ['statistics', 'averageStatistics'] as const

interface GraphOptions extends BatchShape {
  readonly parts: readonly WeightPart[]
  /** Q. */
  readonly statistics: number
}

export class ManySteps {
  private readonly preset: Preset
  private readonly model: TrainingStep
  private readonly runtime: Runtime
  private readonly options: SessionOptions
  private readonly sessions = new Map<string, Promise<Session>>()
  private readonly parts: readonly WeightPart[]

  constructor(preset: Preset, model: TrainingStep, runtime: Runtime, options: SessionOptions = {}) {
    this.preset = preset
    this.model = model
    this.runtime = runtime
    this.options = options
    this.parts = weightParts(preset.training, model.parameters)
  }

  get stepsPerRun(): number {
    return this.preset.training.stepsPerRun
  }

  /**
   * Takes a step for each batch, all of one shape, and changes the state's vectors in place. Stops after a step whose loss
   * or gradient is not finite, whose outcome is the last, with the state as it was before it.
   */
  async advance(state: TrainingState, batches: readonly TrainingBatch[]): Promise<StepOutcome[]> {
    const { size, length, imageWidth } = batches[0]!
    const key = shapeKey(batches[0]!)
    let session = this.sessions.get(key)
    if (!session) {
      const graph = manyStepsGraph(this.preset, {
        size,
        length,
        imageWidth,
        parts: this.parts,
        statistics: this.model.statisticCount,
      })
      session = Session.create(writeModel(graph), this.runtime, this.options)
      // Reported below; there is nothing to dispose of.
      session.catch(() => this.sessions.delete(key))
      this.sessions.set(key, session)
    }
    const results = await this.explaining(size, async () => (await session).run(this.feeds(state, batches)))
    const values = (name: string) => results[name]!.data as Float32Array
    const outcomes = Array.from(values('loss'), (loss, index) => ({
      loss,
      columnLoss: values('column_loss')[index]!,
      ctcLoss: values('ctc_loss')[index]!,
      outlineLoss: values('outline_loss')[index]!,
      norm: values('norm')[index]!,
      rate: this.rate(state.step + index + 1),
    }))
    const last = outcomes.at(-1)!
    if (Number.isFinite(last.loss + last.norm)) this.keep(state, results)
    // The steps before it once more, whose state was overwritten.
    else if (outcomes.length > 1) await this.advance(state, batches.slice(0, outcomes.length - 1))
    return outcomes
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).dispose()
    this.sessions.clear()
  }

  /** Says what to do where the device is missing or too small. */
  private async explaining<T>(batchSize: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (/out of memory|failed to allocate|CUDA failure 2\b/i.test(message)) {
        throw new Error(
          `the device has too little memory for batches of ${batchSize}: try --set training.batchSize=${Math.max(1, batchSize >> 1)} (${message.split('\n')[0]})`,
        )
      }
      if (this.options.provider && /backend|provider|shared library|\.so\b/i.test(message)) {
        throw new Error(
          `ONNX Runtime cannot use ${this.options.provider} here: it needs an NVIDIA GPU, its driver, CUDA, cuDNN and the provider's library (${message.split('\n')[0]})`,
        )
      }
      throw error
    }
  }

  /** The state after a run. */
  private keep(state: TrainingState, results: Record<string, Value>): void {
    for (const name of STATISTICS) state[name].set(results[`new ${name}`]!.data as Float32Array)
    for (const { name, place, stretches } of partStates(this.parts)) {
      const after = results[`new ${name} ${place}`]!.data as Float32Array
      let read = 0
      for (const { offset, length } of stretches) {
        state[name].set(after.subarray(read, read + length), offset)
        read += length
      }
    }
  }

  private rate(step: number): number {
    return learningRate(this.preset.training, this.preset.model.transformer.width, step)
  }

  private feeds(state: TrainingState, batches: readonly TrainingBatch[]): Record<string, Value> {
    const { model, training } = this.preset
    const [{ size, length, imageWidth }, count] = [batches[0]!, batches.length]
    const vector = (data: Float32Array): Value => ({ type: 'float32', shape: [data.length], data })
    const feeds: Record<string, Value> = {
      count: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(count)) },
      images: {
        type: 'uint8',
        shape: [count, size, model.imageHeight, imageWidth, 3],
        data: stack(batches.map(({ images }) => images)),
      },
      targets: { type: 'int32', shape: [count, size, length], data: stack(batches.map(({ targets }) => targets)) },
      schedule: {
        type: 'float32',
        shape: [count, SCHEDULE],
        data: Float32Array.from(
          batches.flatMap((_, index) =>
            scheduleOf(training, state.step + index + 1, this.rate(state.step + index + 1)),
          ),
        ),
      },
    }
    for (const name of STATISTICS) feeds[name] = vector(state[name])
    for (const { name, place, stretches } of partStates(this.parts)) {
      feeds[`${name} ${place}`] = vector(joined(state[name], stretches))
    }
    if (training.columnWeight > 0) {
      const maps = stack(batches.map(({ characterMap }) => characterMap))
      feeds.character_map = { type: 'uint8', shape: [count, size, MAP_ROWS, MAP_COLUMNS], data: maps }
    }
    if (training.outlineWeight > 0) {
      const data = stack(batches.map(({ outlines }) => outlines))
      feeds.outlines = { type: 'float32', shape: [count, size, model.rectifier.controlPoints, 2], data }
    }
    const noise = noiseLength(this.preset, batches[0]!)
    if (noise > 0) {
      const data = stack(batches.map((_, index) => dropoutNoise(training.seed, state.step + index + 1, noise)))
      feeds.noise = { type: 'float32', shape: [count, noise], data }
    }
    return feeds
  }
}

/** What of the state is kept for which part of the weights. */
function partStates(parts: readonly WeightPart[]) {
  return parts.flatMap((part, place) =>
    IN_PARTS.filter((name) => !(name === 'moment2' && part.matrix)).map((name) => ({ name, place, ...part })),
  )
}

/** Stretches of a vector, one after another. */
function joined(vector: Float32Array, stretches: readonly Stretch[]): Float32Array {
  return stack(stretches.map((stretch) => part(vector, stretch)))
}

function stack<A extends TypedArray>(parts: readonly A[]): A {
  const whole = new (parts[0]!.constructor as new (length: number) => A)(
    parts.reduce((sum_, { length }) => sum_ + length, 0),
  )
  let place = 0
  for (const part of parts) {
    whole.set(part as never, place)
    place += part.length
  }
  return whole
}

/** The graph of up to any number of steps on batches of one shape; ends after a step whose loss or gradient is not finite. */
function manyStepsGraph(preset: Preset, { parts, statistics, ...shape }: GraphOptions): Graph {
  const { size, length, imageWidth } = shape
  const { imageHeight } = preset.model
  const graph = new Graph()
  const states = partStates(parts)
  const names = [...states.map(({ name, place }) => `${name} ${place}`), ...STATISTICS]
  const state = [
    ...states.map((each, index) => graph.input(names[index]!, 'float32', [each.length])),
    ...STATISTICS.map((name) => graph.input(name, 'float32', [statistics])),
  ]
  const noise = noiseLength(preset, shape)
  const stacked = {
    images: graph.input('images', 'uint8', [TURNS, size, imageHeight, imageWidth, 3]),
    targets: graph.input('targets', 'int32', [TURNS, size, length]),
    schedule: graph.input('schedule', 'float32', [TURNS, SCHEDULE]),
    noise: noise > 0 ? graph.input('noise', 'float32', [TURNS, noise]) : null,
    characterMap:
      preset.training.columnWeight > 0
        ? graph.input('character_map', 'uint8', [TURNS, size, MAP_ROWS, MAP_COLUMNS])
        : null,
    outlines:
      preset.training.outlineWeight > 0
        ? graph.input('outlines', 'float32', [TURNS, size, preset.model.rectifier.controlPoints, 2])
        : null,
  }
  const { state: after, kept } = loop({
    count: graph.input('count', 'int64', []),
    state,
    body({ graph: inside, index, state: old, outer }) {
      const take = (tensor: Tensor | null) =>
        tensor &&
        emit('Gather', [outer(tensor), index], tensor.shape.slice(1), { type: tensor.type, attributes: { axis: 0 } })
      const before = parts.map((_, place) => {
        const own = (name: string) => old[names.indexOf(`${name} ${place}`)] ?? null
        return {
          weights: own('weights')!,
          moment1: own('moment1')!,
          moment2: own('moment2'),
          average: own('average')!,
        }
      })
      const [running, averaged] = STATISTICS.map((name) => old[names.indexOf(name)]!) as [Tensor, Tensor]
      const schedule = take(stacked.schedule)!
      const parameters: Tensor[] = []
      for (const [place, { specs, members }] of parts.entries()) {
        for (const [each, tensor] of unpack(before[place]!.weights, specs).entries())
          parameters[members[each]!] = tensor
      }
      const step = buildStep(preset, {
        images: take(stacked.images)!,
        targets: take(stacked.targets)!,
        noise: take(stacked.noise),
        characterMap: take(stacked.characterMap),
        outlines: take(stacked.outlines),
        parameters,
        statistics: running,
      })
      const gradients = parts.map(({ members }) => flatten(members.map((member) => step.gradients[member]!)))
      const { norm, after } = optimize(preset.training, parts, { before, gradients, schedule })
      const none = inside.constant(new Float32Array(1), [1])
      return {
        state: [
          ...states.map(({ name, place }) => after[place]![name]!),
          step.statistics,
          mixed(averaged, step.statistics, keptShare(schedule)),
        ],
        kept: [step.loss, step.columnLoss ?? none, step.ctcLoss ?? none, step.outlineLoss ?? none, norm].map((tensor) =>
          reshape(tensor, []),
        ),
        proceed: reshape(finite(add(step.loss, norm)), []),
      }
    },
  })
  for (const [place, name] of names.entries()) graph.output(`new ${name}`, after[place]!)
  for (const [place, name] of ['loss', 'column_loss', 'ctc_loss', 'outline_loss', 'norm'].entries())
    graph.output(name, kept[place]!)
  return graph
}

/** One bool [1] of one number: x − x is 0 for finite numbers alone. */
function finite(x: Tensor): Tensor {
  const zero = emit('Sub', [x, x], x.shape)
  return emit('Equal', [zero, x.graph.scalar(0)], x.shape, { type: 'bool' })
}

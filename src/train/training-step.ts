/** One step of training as one run of a graph: loss, gradient and new running statistics from weights and a batch. */
import type { AnyPreset, Preset } from '../config.ts'
import type { TensorSpec } from '../model/scope.ts'
import type { Weights } from '../model/weights.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { type Runtime, Session, type SessionOptions, sizeOf, writeModel } from '../tensor/index.ts'
import { Muon } from './muon.ts'
import { adamUpdate, type OptimizerState } from './optimizer.ts'
import type { TrainingTask } from './task.ts'
import { type BatchOf, type LossesOf, taskOf } from './tasks.ts'
import { countElements, gradientName, trainingGraph } from './training-graph.ts'

/** With the losses of the task. */
export type StepResult<P extends AnyPreset = Preset> = LossesOf<P> & StepVectors

export interface StepVectors {
  /** Of the weighted sum of the losses, [P]; the next run overwrites it. */
  readonly gradient: Float32Array
  /** Running means and variances after the step, [Q]. */
  readonly statistics: Float32Array
}

export interface StepInput<P extends AnyPreset = Preset> {
  readonly weights: Float32Array
  readonly statistics: Float32Array
  readonly batch: BatchOf<P>
  /** Number of the step: with the seed it decides the dropout masks. */
  readonly step: number
}

export class TrainingStep<P extends AnyPreset = Preset> {
  readonly parameters: readonly TensorSpec[]
  readonly statistics: readonly TensorSpec[]
  readonly parameterCount: number
  readonly statisticCount: number
  readonly task: TrainingTask<BatchOf<P>, LossesOf<P>>
  private readonly preset: P
  private readonly runtime: Runtime
  private readonly options: SessionOptions
  private readonly sessions = new Map<string, Promise<Session>>()
  private gradient: Float32Array | null = null
  private muon: Muon | null = null

  constructor(preset: P, runtime: Runtime, options: SessionOptions = {}) {
    this.preset = preset
    this.runtime = runtime
    this.options = options
    this.task = taskOf(preset)
    const { specs } = this.task
    this.parameters = specs.filter((spec) => spec.kind === 'parameter')
    this.statistics = specs.filter((spec) => spec.kind === 'statistic')
    this.parameterCount = countElements(this.parameters)
    this.statisticCount = countElements(this.statistics)
  }

  /** Initial weights and statistics from a seed; each tensor has a stream of its own, so that one more changes no other. */
  initialState(seed: number): { weights: Float32Array; statistics: Float32Array } {
    const fill = (specs: readonly TensorSpec[]) => {
      const flat = new Float32Array(countElements(specs))
      for (const { spec, data } of viewsOf(specs, flat)) {
        const stream = deriveSeed(seed, ...Array.from(spec.name, (character) => character.charCodeAt(0)))
        data.set(spec.initializer(spec.shape, createRandom(stream)))
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
    const named = [...viewsOf(this.parameters, weights), ...viewsOf(this.statistics, statistics)]
    return new Map(named.map(({ spec, data }) => [spec.name, { shape: [...spec.shape], data }]))
  }

  /** Copies named tensors, all of them and of the right shapes, into flat vectors. */
  loadNamed(source: Weights, state: { weights: Float32Array; statistics: Float32Array }): void {
    for (const [name, { data }] of this.namedTensors(state.weights, state.statistics)) data.set(source.get(name)!.data)
  }

  async run({ weights, statistics, batch, step }: StepInput<P>): Promise<StepResult<P>> {
    const { task } = this
    const feeds = task.feeds(batch, step)
    const key = task.shapeKey(batch)
    let session = this.sessions.get(key)
    if (!session) {
      const graph = trainingGraph(task, feeds)
      // The next batches are made on the same cores meanwhile.
      session = Session.create(writeModel(graph), this.runtime, { spin: false, ...this.options })
      this.sessions.set(key, session)
    }
    feeds.statistics = { type: 'float32', shape: [this.statisticCount], data: statistics }
    for (const { spec, data } of viewsOf(this.parameters, weights))
      feeds[spec.name] = { type: 'float32', shape: spec.shape, data }
    // Joining the tensors of 44 million numbers, and finding room for them anew, took a tenth of a step of `base`.
    this.gradient ??= new Float32Array(this.parameterCount)
    const slopes = viewsOf(this.parameters, this.gradient).map(({ spec, data }) => {
      return [gradientName(spec.name), { type: 'float32', shape: spec.shape, data }] as const
    })
    const results = await (await session).runInto(Object.fromEntries(slopes), feeds)
    const losses = Object.fromEntries(task.lossNames.map((name) => [name, results[name]?.data[0] ?? 0]))
    return {
      ...(losses as unknown as LossesOf<P>),
      gradient: this.gradient,
      statistics: results.new_statistics!.data as Float32Array,
    }
  }

  /** Moves the weights against the gradient, by the preset's optimizer; returns the gradient's norm. */
  async update(state: OptimizerState, gradient: Float32Array, at: { step: number; rate: number }): Promise<number> {
    const options = { settings: this.preset.training, decayRanges: this.decayRanges, ...at }
    if (options.settings.optimizer === 'adam') return adamUpdate(state, gradient, options)
    this.muon ??= this.openMuon()
    return this.muon.update(state, gradient, options)
  }

  protected openMuon(): Muon {
    return new Muon(this.parameters, this.runtime)
  }

  async dispose(): Promise<void> {
    await this.muon?.dispose()
    for (const session of this.sessions.values()) await (await session).dispose()
    this.sessions.clear()
  }
}

/** Tensors that lie one after another in a flat vector. */
function viewsOf(specs: readonly TensorSpec[], flat: Float32Array): { spec: TensorSpec; data: Float32Array }[] {
  let end = 0
  return specs.map((spec) => {
    const start = end
    end += sizeOf(spec.shape)
    return { spec, data: flat.subarray(start, end) }
  })
}

/**
 * Many steps of training in one run of a graph: forward, backward and the optimizer, with weights, moments and averages going from
 * step to step inside the runtime. On a GPU they stay there, and the bus carries them once in so many steps.
 */
import type { AnyPreset, AnyTrainingSettings, Preset } from '../config.ts'
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
import type { TrainingState } from './checkpoint.ts'
import { keptShare, mixed, optimize, SCHEDULE, scheduleOf, type WeightPart, weightParts } from './graph-optimizer.ts'
import { part, type Stretch } from './optimizer.ts'
import { rateAt } from './schedule.ts'
import type { TaskBatch, TaskLosses, TrainingTask } from './task.ts'
import type { BatchOf, LossesOf } from './tasks.ts'
import { buildStep, type Fed, flatten, unpack } from './training-graph.ts'
import type { TrainingStep } from './training-step.ts'

/** With the losses of the task. */
export type StepOutcome<P extends AnyPreset = Preset> = LossesOf<P> & { readonly rate: number; readonly norm: number }

/** The state that lies in parts, and that of batch norm. */
const IN_PARTS = ['weights', 'moment1', 'moment2', 'average'] as const
const STATISTICS = ['statistics', 'averageStatistics'] as const

interface GraphOptions {
  readonly settings: AnyTrainingSettings
  /** What one step is fed. */
  readonly fed: Fed
  readonly parts: readonly WeightPart[]
  /** Q. */
  readonly statistics: number
}

export class ManySteps<P extends AnyPreset = Preset> {
  private readonly preset: P
  private readonly model: TrainingStep<P>
  private readonly runtime: Runtime
  private readonly options: SessionOptions
  private readonly sessions = new Map<string, Promise<Session>>()
  private readonly parts: readonly WeightPart[]

  constructor(preset: P, model: TrainingStep<P>, runtime: Runtime, options: SessionOptions = {}) {
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
  async advance(state: TrainingState, batches: readonly BatchOf<P>[]): Promise<StepOutcome<P>[]> {
    const { task } = this.model
    const { size } = batches[0]!
    const key = task.shapeKey(batches[0]!)
    const fed = batches.map((batch, index) => task.feeds(batch, state.step + index + 1))
    let session = this.sessions.get(key)
    if (!session) {
      const graph = manyStepsGraph(task, {
        settings: this.preset.training,
        fed: fed[0]!,
        parts: this.parts,
        statistics: this.model.statisticCount,
      })
      session = Session.create(writeModel(graph), this.runtime, this.options)
      // Reported below; there is nothing to dispose of.
      session.catch(() => this.sessions.delete(key))
      this.sessions.set(key, session)
    }
    const results = await this.explaining(size, async () => (await session).run(this.feeds(state, fed)))
    const values = (name: string) => results[name]!.data as Float32Array
    const outcomes = Array.from(values('norm'), (norm, index) => ({
      ...(Object.fromEntries(task.lossNames.map((name) => [name, values(name)[index]!])) as unknown as LossesOf<P>),
      norm,
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
    return rateAt(this.preset, step)
  }

  /** Of all steps one after another. */
  private feeds(state: TrainingState, fed: readonly Readonly<Record<string, Value>>[]): Record<string, Value> {
    const { training } = this.preset
    const count = fed.length
    const vector = (data: Float32Array): Value => ({ type: 'float32', shape: [data.length], data })
    const numbers = fed.flatMap((_, index) => {
      const step = state.step + index + 1
      return scheduleOf(training, step, this.rate(step))
    })
    const feeds: Record<string, Value> = {
      count: { type: 'int64', shape: [], data: BigInt64Array.of(BigInt(count)) },
      schedule: { type: 'float32', shape: [count, SCHEDULE], data: Float32Array.from(numbers) },
    }
    for (const [name, { type, shape }] of Object.entries(fed[0]!))
      feeds[name] = { type, shape: [count, ...shape], data: stack(fed.map((each) => each[name]!.data)) }
    for (const name of STATISTICS) feeds[name] = vector(state[name])
    for (const { name, place, stretches } of partStates(this.parts)) {
      feeds[`${name} ${place}`] = vector(joined(state[name], stretches))
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
function manyStepsGraph<B extends TaskBatch, L extends TaskLosses>(
  task: TrainingTask<B, L>,
  { settings, fed, parts, statistics }: GraphOptions,
): Graph {
  const graph = new Graph()
  const states = partStates(parts)
  const names = [...states.map(({ name, place }) => `${name} ${place}`), ...STATISTICS]
  const state = [
    ...states.map((each, index) => graph.input(names[index]!, 'float32', [each.length])),
    ...STATISTICS.map((name) => graph.input(name, 'float32', [statistics])),
  ]
  const stacked = Object.entries(fed).map(
    ([name, { type, shape }]) => [name, graph.input(name, type, [TURNS, ...shape])] as const,
  )
  const schedules = graph.input('schedule', 'float32', [TURNS, SCHEDULE])
  const { state: after, kept } = loop({
    count: graph.input('count', 'int64', []),
    state,
    body({ graph: inside, index, state: old, outer }) {
      const take = (tensor: Tensor) =>
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
      const schedule = take(schedules)
      const parameters: Tensor[] = []
      for (const [place, { specs, members }] of parts.entries()) {
        for (const [each, tensor] of unpack(before[place]!.weights, specs).entries())
          parameters[members[each]!] = tensor
      }
      const step = buildStep(task, {
        inputs: Object.fromEntries(stacked.map(([name, tensor]) => [name, take(tensor)])),
        parameters,
        statistics: running,
      })
      const gradients = parts.map(({ members }) => flatten(members.map((member) => step.gradients[member]!)))
      const { norm, after } = optimize(settings, parts, { before, gradients, schedule })
      const none = inside.constant(new Float32Array(1), [1])
      return {
        state: [
          ...states.map(({ name, place }) => after[place]![name]!),
          step.statistics,
          mixed(averaged, step.statistics, keptShare(schedule)),
        ],
        kept: [...task.lossNames.map((name) => step.losses[name] ?? none), norm].map((tensor) => reshape(tensor, [])),
        proceed: reshape(finite(add(step.losses.loss!, norm)), []),
      }
    },
  })
  for (const [place, name] of names.entries()) graph.output(`new ${name}`, after[place]!)
  for (const [place, name] of [...task.lossNames, 'norm'].entries()) graph.output(name, kept[place]!)
  return graph
}

/** One bool [1] of one number: x − x is 0 for finite numbers alone. */
function finite(x: Tensor): Tensor {
  const zero = emit('Sub', [x, x], x.shape)
  return emit('Equal', [zero, x.graph.scalar(0)], x.shape, { type: 'bool' })
}

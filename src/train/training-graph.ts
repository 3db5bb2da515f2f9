/** The graph of one step of training: forward, losses and gradient. */
import { STATISTICS_MOMENTUM } from '../model/layers.ts'
import { Scope, type TensorSpec } from '../model/scope.ts'
import { trainingLayers } from '../model/training-layers.ts'
import {
  add,
  concatenate,
  Graph,
  gradient,
  multiply,
  reshape,
  sizeOf,
  split,
  type Tensor,
  type Value,
} from '../tensor/index.ts'
import type { TaskBatch, TaskLosses, TrainingTask } from './task.ts'

/** The graph's output for the gradient of a parameter. */
export const gradientName = (parameter: string) => `gradient of ${parameter}`

/** Types and shapes of what a graph is fed, by name. */
export type Fed = Readonly<Record<string, Pick<Value, 'type' | 'shape'>>>

/** The training step's graph for batches that are fed so: an input and an output for each parameter, by its name. */
export function trainingGraph<B extends TaskBatch, L extends TaskLosses>(task: TrainingTask<B, L>, fed: Fed): Graph {
  const graph = new Graph()
  const parameters = task.specs.filter(({ kind }) => kind === 'parameter')
  const statisticCount = countElements(task.specs.filter(({ kind }) => kind === 'statistic'))
  const { losses, gradients, statistics } = buildStep(task, {
    inputs: Object.fromEntries(
      Object.entries(fed).map(([name, { type, shape }]) => [name, graph.input(name, type, shape)]),
    ),
    parameters: parameters.map(({ name, shape }) => graph.input(name, 'float32', shape)),
    statistics: graph.input('statistics', 'float32', [statisticCount]),
  })
  for (const name of task.lossNames) if (losses[name]) graph.output(name, losses[name])
  for (const [place, { name }] of parameters.entries()) graph.output(gradientName(name), gradients[place]!)
  graph.output('new_statistics', statistics)
  return graph
}

export interface StepTensors {
  /** What the task is fed, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>
  /** Every parameter, in their order. */
  readonly parameters: readonly Tensor[]
  /** Flat, [Q]. */
  readonly statistics: Tensor
}

/** Forward, loss and backward: losses [1], the parameters' gradients, the statistics after the step [Q]. */
export function buildStep<B extends TaskBatch, L extends TaskLosses>(task: TrainingTask<B, L>, step: StepTensors) {
  const { noise } = step.inputs
  const statistics = task.specs.filter(({ kind }) => kind === 'statistic')
  const tensors = new Map(unpack(step.statistics, statistics).map((tensor, place) => [statistics[place]!.name, tensor]))
  const parameters = task.specs.filter(({ kind }) => kind === 'parameter')
  for (const [place, { name }] of parameters.entries()) tensors.set(name, step.parameters[place]!)
  const scope = new Scope({
    graph: step.statistics.graph,
    training: trainingLayers({ noise, frozenNorms: task.frozenNorms }),
    resolve: ({ name }) => tensors.get(name)!,
  })
  const { losses, objective } = task.losses(scope, step.inputs)
  return {
    losses,
    gradients: gradient(objective, step.parameters),
    statistics: task.frozenNorms
      ? multiply(step.statistics, 1)
      : add(
          multiply(step.statistics, 1 - STATISTICS_MOMENTUM),
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

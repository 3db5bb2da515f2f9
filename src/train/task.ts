/** What the trainer has to know of what it trains: words to read or words to find, one trainer for both. */
import type { Scope, TensorSpec } from '../model/scope.ts'
import type { Tensor, Value } from '../tensor/index.ts'

/** A batch of any task. */
export interface TaskBatch {
  /** Place in the stream: a batch is a pure function of the stream's settings and this number. */
  readonly index: number
  /** Samples B. */
  readonly size: number
  /** Samples that could not be read and were replaced: each named once. */
  readonly skipped: readonly string[]
}

/** `loss` is what the log calls so; each task has others besides. */
export interface TaskLosses {
  readonly loss: number
}

export interface TrainingTask<B extends TaskBatch, L extends TaskLosses> {
  /** The model's tensors and those of auxiliary losses. */
  readonly specs: readonly TensorSpec[]
  /** Whether norms go by the running statistics, which stay as they are. */
  readonly frozenNorms: boolean
  /** Names of the losses that a step reports, `loss` first. */
  readonly lossNames: readonly (keyof L & string)[]
  /** Batches of one key share a graph. */
  shapeKey(batch: B): string
  /**
   * What a step's graph is fed beside weights and statistics, by name: the graph has an input of that type and shape for
   * each. `noise` [M], if there is one, goes to the scope's dropout; with the seed the step decides it.
   */
  feeds(batch: B, step: number): Record<string, Value>
  /** Forward: the losses, [1], null where they have no weight, and what the step makes smaller. */
  losses(
    scope: Scope,
    inputs: Readonly<Record<string, Tensor>>,
  ): {
    readonly losses: Readonly<Record<keyof L & string, Tensor | null>>
    readonly objective: Tensor
  }
  /** The `place`-th of `count` parts of a batch. */
  part(batch: B, place: number, count: number): B
}

/** The `place`-th of `count` equal stretches of an array. */
export function cut<A extends Uint8Array | Int32Array | Float32Array>(whole: A, place: number, count: number): A {
  const length = whole.length / count
  return whole.slice(place * length, (place + 1) * length) as A
}

/** Runs model files with ONNX Runtime: typed arrays in, typed arrays out. */
import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-common'
import { type DataType, emit, Graph, type Shape, type TypedArray } from './graph.ts'
import { writeModel } from './onnx.ts'

/** What `onnxruntime-node` and `onnxruntime-web` have in common. */
export type Runtime = typeof import('onnxruntime-common')

export interface Value {
  readonly type: DataType
  readonly shape: Shape
  readonly data: TypedArray
}

export interface SessionOptions {
  /** Threads of one run; all cores when absent. */
  readonly threads?: number
  /** Where the runtime computes; the CPU when absent. What WebGPU lacks, WebAssembly computes. */
  readonly provider?: 'cuda' | 'webgpu'
  /**
   * Whether a run's threads that have nothing to do wait in a busy loop until it ends, default true: faster on idle cores,
   * and much slower where other threads need them. After a run all of them sleep.
   */
  readonly spin?: boolean
  /** Products of bytes by slower instructions that do not overflow; see `bytesOverflow`. */
  readonly exactBytes?: boolean
  /** Where the runtime writes its profile, a path without its ending. */
  readonly profile?: string
}

export class Session {
  private readonly runtime: Runtime
  private readonly session: InferenceSession
  private readonly begin: Begin

  private constructor(runtime: Runtime, session: InferenceSession, begin: Begin) {
    this.runtime = runtime
    this.session = session
    this.begin = begin
  }

  static async create(model: Uint8Array, runtime: Runtime, options: SessionOptions = {}): Promise<Session> {
    const begin: Begin = options.provider === 'webgpu' ? oneByOne : (work) => work()
    const create = () =>
      runtime.InferenceSession.create(model, {
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
        ...(options.provider && {
          executionProviders: options.provider === 'webgpu' ? ['webgpu', 'wasm'] : [options.provider],
        }),
        extra: {
          session: {
            force_spinning_stop: '1',
            ...(options.exactBytes && { x64quantprecision: '1' }),
            ...(options.spin === false && { intra_op: { allow_spinning: '0' } }),
          },
        },
        ...(options.profile !== undefined && { enableProfiling: true, profileFilePrefix: options.profile }),
      })
    return new Session(runtime, await begin(create), begin)
  }

  /** Feeds every input by name and returns every output (or those named) by name. */
  async run(feeds: Readonly<Record<string, Value>>, outputs?: readonly string[]): Promise<Record<string, Value>> {
    const tensors = this.tensorsOf(feeds)
    return valuesOf(
      await this.begin(() => (outputs ? this.session.run(tensors, [...outputs]) : this.session.run(tensors))),
    )
  }

  /** As `run`, all outputs, of which those in `into` are written to its arrays instead of new ones. (Node) */
  async runInto(
    into: Readonly<Record<string, Value>>,
    feeds: Readonly<Record<string, Value>>,
  ): Promise<Record<string, Value>> {
    const others = Object.fromEntries(this.session.outputNames.map((name) => [name, null]))
    return valuesOf(
      await this.begin(() => this.session.run(this.tensorsOf(feeds), { ...others, ...this.tensorsOf(into) })),
    )
  }

  private tensorsOf(values: Readonly<Record<string, Value>>): Record<string, RuntimeTensor> {
    const tensors: Record<string, RuntimeTensor> = {}
    for (const [name, { type, data, shape }] of Object.entries(values)) {
      tensors[name] = new this.runtime.Tensor(type, data, shape)
    }
    return tensors
  }

  /** The shape of an input as the model file states it; a symbol's name where its size is known at run time. */
  inputShape(name: string): readonly (number | string)[] {
    const input = this.session.inputMetadata.find((each) => each.name === name)
    if (!input?.isTensor) throw new Error(`the model has no input "${name}"`)
    return input.shape
  }

  endProfiling(): void {
    this.session.endProfiling()
  }

  async dispose(): Promise<void> {
    await this.session.release()
  }
}

/** Whether sums of products of bytes overflow 16 bits on the way, as on x64 processors from before VNNI. */
export async function bytesOverflow(runtime: Runtime): Promise<boolean> {
  const graph = new Graph()
  const x = graph.input('x', 'uint8', [1, 2])
  graph.output(
    'sum',
    emit('MatMulInteger', [x, graph.constant(Int8Array.of(127, 127), [2, 1])], [1, 1], { type: 'int32' }),
  )
  const session = await Session.create(writeModel(graph), runtime, { threads: 1 })
  const { sum } = await session.run({ x: { type: 'uint8', shape: [1, 2], data: Uint8Array.of(255, 255) } })
  await session.dispose()
  return sum!.data[0] !== 2 * 255 * 127
}

function valuesOf(results: InferenceSession.OnnxValueMapType): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const [name, result] of Object.entries(results)) {
    values[name] = { type: result.type as DataType, shape: result.dims, data: result.data as TypedArray }
  }
  return values
}

/** When what the runtime computes begins. */
type Begin = <T>(work: () => Promise<T>) => Promise<T>

let last: Promise<unknown> = Promise.resolve()

/** On WebGPU what begins before another run has ended never ends, whatever session it is of. */
function oneByOne<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work)
  last = result.catch(() => {})
  return result
}

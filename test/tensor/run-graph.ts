import * as runtime from 'onnxruntime-node'
import { Graph, Session, type Tensor, type TypedArray, writeModel } from '../../src/tensor/index.ts'

/** Builds a graph with float32 inputs of the given shapes, runs it and returns its outputs in order. */
export async function runGraph(
  inputs: readonly { shape: readonly number[]; data: TypedArray }[],
  build: (tensors: Tensor[]) => readonly Tensor[],
): Promise<Float32Array[]> {
  const graph = new Graph()
  const type = (data: TypedArray) => (data instanceof Int32Array ? 'int32' : 'float32')
  const tensors = inputs.map(({ shape, data }, index) => graph.input(`input${index}`, type(data), shape))
  for (const [index, output] of build(tensors).entries()) graph.output(`output${index}`, output)
  const session = await Session.create(writeModel(graph), runtime)
  const feeds = inputs.map(({ shape, data }, index) => [`input${index}`, { type: type(data), shape, data }] as const)
  const results = await session.run(Object.fromEntries(feeds))
  await session.dispose()
  return graph.outputs.map(({ name }) => results[name]!.data as Float32Array)
}

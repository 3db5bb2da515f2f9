import * as nodeRuntime from 'onnxruntime-node'
import * as webRuntime from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import { stepGraph } from '../../src/model/step-graphs.ts'
import { createRandom } from '../../src/random.ts'
import * as t from '../../src/tensor/index.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'

describe('shapes that do not fit are refused where the graph is built, by operator and shapes', () => {
  const graph = new t.Graph()
  const x = graph.input('x', 'float32', [2, 3])
  const image = graph.input('image', 'float32', [2, 3, 5, 4])
  const filters = graph.input('filters', 'float32', [4, 2, 3, 3])
  const ids = graph.input('ids', 'int32', [2])
  test.each([
    ['add', () => t.add(x, image), /add: .*\[2, 3\] and float32\[2, 3, 5, 4\]/],
    ['matrixProduct', () => t.matrixProduct(x, x), /matrixProduct: inner sizes differ .*\[2, 3\] and/],
    ['convolution', () => t.convolution(image, filters, null), /convolution: channels do not fit/],
    ['maxPool2x2', () => t.maxPool2x2(image), /maxPool2x2: .*\[2, 3, 5, 4\]/],
    ['reshape', () => t.reshape(x, [4]), /reshape: cannot become \[4\] \(given float32\[2, 3\]\)/],
    ['slice', () => t.slice(x, { axis: 1, end: 4 }), /slice: /],
    ['concatenate', () => t.concatenate([x, image], { axis: 0 }), /concatenate: /],
    ['types', () => t.relu(ids), /relu: takes float32 \(given int32\[2\]\)/],
    ['graphs', () => t.add(x, new t.Graph().input('y', 'float32', [2, 3])), /another graph/],
    ['sum', () => t.sum(x, { axes: [2] }), /sum: axis 2 is outside a tensor of rank 2/],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message)
  })
})

test('the gradient to what the loss does not depend on is zero', async () => {
  const graph = new t.Graph()
  const [x, unused] = [graph.input('x', 'float32', [2]), graph.input('unused', 'float32', [3])]
  graph.output('g', t.gradient(t.sum(x), [unused])[0]!)
  const session = await t.Session.create(t.writeModel(graph), nodeRuntime)
  const feed = (data: Float32Array) => ({ type: 'float32' as const, shape: [data.length], data })
  const { g } = await session.run({ x: feed(new Float32Array(2)), unused: feed(new Float32Array(3)) })
  expect([...g!.data]).toEqual([0, 0, 0])
  await session.dispose()
})

test('sampling by one operator, and composed for training, agree', async () => {
  const random = createRandom(3)
  const feed = (shape: readonly number[], scale: number): t.Value => {
    const data = Float32Array.from({ length: t.sizeOf(shape) }, () => (random() * 2 - 1) * scale)
    return { type: 'float32', shape, data }
  }
  // Some points lie on the border.
  const points = feed([2, 2, 4, 6], 1.3)
  const within = (points.data as Float32Array).map((value) => Math.min(Math.max(value, -1), 1))
  const feeds = { image: feed([2, 3, 5, 7], 1), grid: { ...points, data: within } }
  const [fixed, any] = await Promise.all(
    [
      { batch: 2, sample: t.gridSampleTraining },
      { batch: t.BATCH, sample: t.gridSample },
    ].map(async ({ batch, sample }) => {
      const graph = new t.Graph()
      const image = graph.input('image', 'float32', [batch, 3, 5, 7])
      graph.output('y', sample(image, graph.input('grid', 'float32', [batch, 2, 4, 6])))
      const session = await t.Session.create(t.writeModel(graph), nodeRuntime)
      return (await session.run(feeds)).y!.data as Float32Array
    }),
  )
  for (const [index, value] of fixed!.entries()) expect(value).toBeCloseTo(any![index]!, 5)
})

test('onnxruntime-web loads the same model files and computes the same', async () => {
  const preset = miniPreset()
  const step = new TrainingStep(preset, nodeRuntime)
  const { weights, statistics } = step.initialState(4)
  const model = t.writeModel(stepGraph(preset.model, step.namedTensors(weights, statistics)), { who: 'test' })
  const { heads, width, decoderLayers } = preset.model.transformer
  const ramp = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(index))
  const feeds: Record<string, t.Value> = {
    tokens: { type: 'int32', shape: [2], data: Int32Array.of(5, 90) },
    positions: { type: 'int32', shape: [2], data: Int32Array.of(3, 3) },
  }
  for (let layer = 0; layer < decoderLayers; layer++) {
    for (const [kind, places] of [
      ['cross', 25],
      ['past', 3],
    ] as const) {
      for (const part of ['key', 'value']) {
        const shape = [2, heads, places, width / heads]
        feeds[`${kind}_${part}_${layer}`] = { type: 'float32', shape, data: ramp(t.sizeOf(shape)) }
      }
    }
  }
  const [inNode, inWeb] = await Promise.all(
    [nodeRuntime, webRuntime as unknown as t.Runtime].map(async (runtime) => {
      const session = await t.Session.create(model, runtime)
      return (await session.run(feeds)).probabilities!.data as Float32Array
    }),
  )
  expect(inWeb!.length).toBe(2 * 97)
  for (const [index, value] of inWeb!.entries()) expect(value).toBeCloseTo(inNode![index]!, 5)
})

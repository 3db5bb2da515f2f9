/** Every operator's gradient against central differences, computed by running the forward graph twice a value. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random.ts'
import * as t from '../../src/tensor/index.ts'
import { runGraph } from './run-graph.ts'

interface Case {
  readonly name: string
  /** Shapes of the differentiated inputs. */
  readonly shapes: readonly t.Shape[]
  readonly build: (...tensors: t.Tensor[]) => t.Tensor
  /** Range of the input values, default [-1, 1]. */
  readonly range?: readonly [number, number]
  /** Inputs that are fed but not differentiated. */
  readonly fixed?: readonly number[]
  /** No two values closer than a step, for operators with kinks where values are equal. */
  readonly distinct?: boolean
}

const ids = (graph: t.Graph) => graph.constant(Int32Array.of(3, 0, 3, 1, 1, 2), [2, 3])
const condition = (x: t.Tensor) => t.greaterOrEqual(t.detach(x), 0.1)

/** Three steps of two sequences with three inputs, two units. */
const LSTM_SHAPES = [[3, 2, 3], [8, 3], [8, 2], [8], [8]] as const
const recurrent = (weights: readonly t.Tensor[]): t.RecurrentWeights => {
  const [input, recurrent, inputBias, recurrentBias] = weights as [t.Tensor, t.Tensor, t.Tensor, t.Tensor]
  return { input, recurrent, inputBias, recurrentBias }
}

const cases: readonly Case[] = [
  {
    name: 'add, both broadcast',
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: t.add,
  },
  { name: 'add, left broadcast', shapes: [[4], [2, 3, 4]], build: t.add },
  {
    name: 'subtract',
    shapes: [
      [2, 1, 3],
      [2, 4, 1],
    ],
    build: t.subtract,
  },
  {
    name: 'multiply',
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: t.multiply,
  },
  { name: 'multiply by itself', shapes: [[2, 3]], build: (x) => t.multiply(x!, x!) },
  {
    name: 'divide',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: t.divide,
    range: [0.5, 2],
  },
  { name: 'negate', shapes: [[2, 3]], build: t.negate },
  { name: 'exponential', shapes: [[2, 3]], build: t.exponential },
  { name: 'logarithm', shapes: [[2, 3]], build: t.logarithm, range: [0.5, 2] },
  { name: 'squareRoot', shapes: [[2, 3]], build: t.squareRoot, range: [0.5, 2] },
  { name: 'sigmoid', shapes: [[2, 3]], build: t.sigmoid },
  { name: 'tanh', shapes: [[2, 3]], build: t.tanh },
  { name: 'relu', shapes: [[4, 5]], build: t.relu },
  { name: 'power', shapes: [[2, 3]], build: (x) => t.power(x!, 2.5), range: [0.5, 2] },
  { name: 'clamp', shapes: [[4, 5]], build: (x) => t.clamp(x!, -0.4, 0.3) },
  { name: 'select', shapes: [[3, 4], [4]], build: (a, b) => t.select(condition(a!), a!, b!) },
  { name: 'sum of two axes', shapes: [[2, 3, 4]], build: (x) => t.sum(x!, { axes: [0, -1] }) },
  { name: 'sum of all', shapes: [[2, 3]], build: (x) => t.sum(x!) },
  { name: 'mean, kept', shapes: [[2, 3, 4]], build: (x) => t.mean(x!, { axes: [1], keepDimensions: true }) },
  { name: 'maximum', shapes: [[2, 3, 4]], build: (x) => t.maximum(x!, { axes: [2] }) },
  { name: 'reshape', shapes: [[2, 6]], build: (x) => t.reshape(x!, [3, 4]) },
  { name: 'transpose', shapes: [[2, 3, 4]], build: (x) => t.transpose(x!, [2, 0, 1]) },
  { name: 'expand', shapes: [[3, 1]], build: (x) => t.expand(x!, [2, 3, 4]) },
  { name: 'slice', shapes: [[3, 7]], build: (x) => t.slice(x!, { axis: 1, start: 1, end: 5 }) },
  { name: 'slice by steps', shapes: [[3, 7]], build: (x) => t.slice(x!, { axis: 1, start: 1, end: 6, step: 2 }) },
  { name: 'slice by steps to the end', shapes: [[6, 2]], build: (x) => t.slice(x!, { axis: 0, step: 4 }) },
  { name: 'pad', shapes: [[3, 2]], build: (x) => t.pad(x!, { axis: 0, before: 1, after: 2, value: 3 }) },
  {
    name: 'concatenate',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => t.concatenate([a!, b!, a!], { axis: 1 }),
  },
  {
    name: 'split',
    shapes: [[2, 5]],
    build: (x) =>
      t.multiply(...(t.split(t.slice(x!, { axis: 1, end: 4 }), { axis: 1, sizes: [2, 2] }) as [t.Tensor, t.Tensor])),
  },
  { name: 'split, one part unused', shapes: [[5, 2]], build: (x) => t.split(x!, { axis: 0, sizes: [2, 3] })[1]! },
  { name: 'embedding', shapes: [[4, 5]], build: (x) => t.embedding(x!, ids(x!.graph)) },
  { name: 'gather', shapes: [[2, 4, 3]], build: (x) => t.gather(x!, { axis: 1, indices: [3, 0, 3] }) },
  {
    name: 'matrixProduct',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: t.matrixProduct,
  },
  {
    name: 'matrixProduct, batched',
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    build: t.matrixProduct,
  },
  {
    name: 'matrixProduct, broadcast',
    shapes: [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    build: t.matrixProduct,
  },
  { name: 'linear', shapes: [[2, 3, 4], [5, 4], [5]], build: t.linear },
  {
    name: 'convolution',
    shapes: [[2, 3, 5, 7], [4, 3, 3, 3], [4]],
    build: (x, w, b) => t.convolutionTraining(x!, w!, b!, { padding: [1, 1] }),
  },
  {
    name: 'convolution 1x1',
    shapes: [
      [2, 3, 4, 5],
      [2, 3, 1, 1],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null),
  },
  {
    name: 'convolution, stride',
    shapes: [
      [2, 2, 6, 7],
      [3, 2, 3, 3],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { stride: [2, 1], padding: [1, 1] }),
  },
  {
    name: 'convolution, stride past the end',
    shapes: [
      [1, 2, 6, 8],
      [3, 2, 1, 3],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { stride: [2, 3] }),
  },
  {
    name: 'convolution 1x1, stride',
    shapes: [
      [2, 2, 5, 4],
      [3, 2, 1, 1],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { stride: [2, 2] }),
  },
  {
    name: 'convolution, groups',
    shapes: [
      [2, 4, 4, 5],
      [6, 2, 3, 2],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { groups: 2, padding: [1, 0] }),
  },
  {
    name: 'convolution, depthwise',
    shapes: [[2, 3, 4, 5], [3, 1, 3, 3], [3]],
    build: (x, w, b) => t.convolutionTraining(x!, w!, b!, { groups: 3, padding: [1, 1], stride: [1, 2] }),
  },
  {
    name: 'convolution over one row',
    shapes: [
      [2, 2, 1, 5],
      [3, 2, 3, 3],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { padding: [1, 1] }),
  },
  {
    name: 'convolution over two rows',
    shapes: [
      [2, 2, 2, 5],
      [3, 2, 3, 3],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { padding: [1, 1] }),
  },
  {
    name: 'convolution over two rows, stride',
    shapes: [
      [2, 2, 2, 5],
      [3, 2, 3, 3],
    ],
    build: (x, w) => t.convolutionTraining(x!, w!, null, { padding: [1, 1], stride: [2, 1] }),
  },
  { name: 'maxPool2x2', shapes: [[2, 2, 4, 6]], distinct: true, build: (x) => t.maxPool2x2Training(x!) },
  {
    name: 'maxPool2x2, rows first',
    shapes: [[4, 2, 6, 2]],
    distinct: true,
    build: (x) => t.maxPool2x2Training(x!, [0, 2]),
  },
  { name: 'maxPoolRows', shapes: [[2, 2, 4, 3]], distinct: true, build: (x) => t.maxPoolRows(x!) },
  { name: 'maxPoolRows, rows first', shapes: [[4, 2, 3, 2]], distinct: true, build: (x) => t.maxPoolRows(x!, [0, 2]) },
  { name: 'upsample2x2', shapes: [[2, 2, 3, 2]], build: (x) => t.upsample2x2(x!) },
  { name: 'reorder', shapes: [[4, 2]], build: (x) => t.reorder(x!, [2, 0, 3, 1]) },
  { name: 'subsample', shapes: [[1, 2, 4, 5]], build: (x) => t.subsample(x!, [2, 2]) },
  {
    name: 'batchNormTraining 4-D',
    shapes: [[3, 2, 2, 4], [2], [2]],
    build: (x, scale, bias) => t.batchNormTraining({ x: x!, scale: scale!, bias: bias! }).output,
  },
  {
    name: 'batchNormTraining 2-D',
    shapes: [[6, 3], [3], [3]],
    build: (x, scale, bias) => t.batchNormTraining({ x: x!, scale: scale!, bias: bias! }).output,
  },
  {
    name: 'batchNormInference',
    shapes: [[3, 2, 2, 4], [2], [2], [2], [2]],
    range: [0.5, 1.5],
    fixed: [3, 4],
    build: (x, scale, bias, mean, variance) =>
      t.batchNormInference({ x: x!, scale: scale!, bias: bias!, mean: mean!, variance: variance! }),
  },
  {
    name: 'layerNorm',
    shapes: [[2, 3, 8], [8], [8]],
    build: (x, scale, bias) => t.layerNorm({ x: x!, scale: scale!, bias: bias! }),
  },
  { name: 'lstm', shapes: LSTM_SHAPES, build: (x, ...weights) => t.lstmTraining(x!, recurrent(weights)) },
  {
    name: 'lstm, reversed',
    shapes: LSTM_SHAPES,
    build: (x, ...weights) => t.lstmTraining(x!, recurrent(weights), { isReversed: true }),
  },
  {
    name: 'lstm, one step',
    shapes: [[1, 2, 3], ...LSTM_SHAPES.slice(1)],
    build: (x, ...weights) => t.lstmTraining(x!, recurrent(weights)),
  },
  {
    name: 'gruStep',
    shapes: [[2, 3], [2, 4], [12, 3], [12, 4], [12], [12]],
    build: (x, state, ...weights) => t.gruStep(x!, state!, recurrent(weights)),
  },
  { name: 'softmax', shapes: [[2, 3, 5]], build: (x) => t.softmax(x!) },
  { name: 'softmax, middle axis', shapes: [[2, 3, 5]], build: (x) => t.softmax(x!, 1) },
  { name: 'logSoftmax', shapes: [[2, 5]], build: (x) => t.logSoftmax(x!) },
  {
    name: 'attention',
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 5, 4],
      [2, 2, 5, 4],
    ],
    build: (query, key, value) =>
      t.attention({
        query: query!,
        key: key!,
        value: value!,
        mask: query!.graph.constant(
          Float32Array.from({ length: 15 }, (_, i) => (i % 4 ? 0 : -1e9)),
          [3, 5],
        ),
      }).output,
  },
  {
    name: 'dropout',
    shapes: [
      [4, 5],
      [4, 5],
    ],
    range: [0, 1],
    fixed: [1],
    build: (x, noise) => t.multiply(x!, t.dropoutMask(noise!, 0.4)),
  },
  {
    name: 'gridSample',
    shapes: [
      [2, 3, 5, 7],
      [2, 2, 4, 3],
    ],
    range: [-0.95, 0.95],
    fixed: [0],
    build: t.gridSampleTraining,
  },
]

const STEP = 2 ** -8

describe('gradients agree with central differences', () => {
  test.each(cases)('$name', async ({ shapes, build, range = [-1, 1], fixed = [], distinct = false }) => {
    const random = createRandom(7)
    const inputs = shapes.map((shape) => ({
      shape,
      data: Float32Array.from({ length: t.sizeOf(shape) }, (_, index) => {
        const place = distinct ? ((index * 37) % t.sizeOf(shape)) / t.sizeOf(shape) : random()
        return range[0] + place * (range[1] - range[0])
      }),
    }))
    const free = inputs.map((_, index) => index).filter((index) => !fixed.includes(index))
    let upstream: Float32Array | undefined
    const loss = (tensors: t.Tensor[]) => {
      const output = build(...tensors)
      upstream ??= Float32Array.from({ length: t.sizeOf(output.shape) }, () => random() * 2 - 1)
      return t.sum(t.multiply(output, output.graph.constant(upstream, output.shape)))
    }
    const analytic = await runGraph(inputs, (tensors) =>
      t.gradient(
        loss(tensors),
        free.map((index) => tensors[index]!),
      ),
    )

    // All the shifted copies of one input run in one graph, so that a case costs two sessions.
    const shifted: typeof inputs = []
    for (const index of free) {
      for (let element = 0; element < inputs[index]!.data.length; element++) {
        for (const direction of [1, -1]) {
          const data = inputs[index]!.data.slice()
          data[element]! += direction * STEP
          shifted.push({ shape: inputs[index]!.shape, data })
        }
      }
    }
    const losses = await runGraph([...inputs, ...shifted], (tensors) => {
      let next = inputs.length
      return free.flatMap((index) =>
        Array.from({ length: inputs[index]!.data.length * 2 }, () => {
          const moved = tensors.slice(0, inputs.length)
          moved[index] = tensors[next++]!
          return loss(moved)
        }),
      )
    })
    let next = 0
    for (const [position] of free.entries()) {
      const numeric = analytic[position]!.map(() => {
        const [above, below] = [losses[next++]![0]!, losses[next++]![0]!]
        return (above - below) / (2 * STEP)
      })
      const scale = Math.max(...numeric.map(Math.abs), 1e-3)
      const error = Math.max(...numeric.map((value, element) => Math.abs(value - analytic[position]![element]!)))
      expect(error / scale).toBeLessThan(1e-2)
    }
  })
})

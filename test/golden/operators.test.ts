/** Every operator, forward and backward, against PyTorch: `tools/golden/operators.py` made the figures. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { focalLoss } from '../../src/loss/focal.ts'
import { MultiHeadAttention } from '../../src/model/layers.ts'
import { Scope } from '../../src/model/scope.ts'
import { causalMask } from '../../src/model/transformer.ts'
import * as t from '../../src/tensor/index.ts'
import { adamUpdate } from '../../src/train/optimizer.ts'
import { runGraph } from '../tensor/run-graph.ts'

interface Packed {
  readonly shape: readonly number[]
  readonly type: 'float32' | 'int32'
  readonly data: string
}
interface Case {
  readonly name: string
  readonly inputs: readonly Packed[]
  readonly outputs: readonly Packed[]
  readonly upstream: Packed
  readonly gradients: readonly (Packed | null)[]
}
interface Golden {
  readonly cases: readonly Case[]
  readonly adam: { readonly start: Packed; readonly gradients: readonly Packed[]; readonly weights: readonly Packed[] }
}

const golden = JSON.parse(readFileSync(new URL('./operators.json', import.meta.url), 'utf8')) as Golden

function unpack({ data, type }: Packed): Float32Array | Int32Array {
  const { buffer } = new Uint8Array(Buffer.from(data, 'base64'))
  return type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer)
}

type Build = (...inputs: t.Tensor[]) => readonly t.Tensor[]
const one =
  (build: (...inputs: t.Tensor[]) => t.Tensor): Build =>
  (...inputs) => [build(...inputs)]
const conv = (options: t.ConvolutionOptions) => one((x, w, b) => t.convolutionTraining(x!, w!, b ?? null, options))
const batchNorm: Build = (x, scale, bias) => {
  const { output, mean, variance } = t.batchNormTraining({ x: x!, scale: scale!, bias: bias! })
  return [output, mean, variance]
}

const recurrent = (weights: readonly t.Tensor[]): t.RecurrentWeights => {
  const [input, recurrent, inputBias, recurrentBias] = weights as [t.Tensor, t.Tensor, t.Tensor, t.Tensor]
  return { input, recurrent, inputBias, recurrentBias }
}

const operators: Readonly<Record<string, Build>> = {
  add: one(t.add),
  subtract: one(t.subtract),
  multiply: one(t.multiply),
  divide: one(t.divide),
  exp: one(t.exponential),
  log: one(t.logarithm),
  sqrt: one(t.squareRoot),
  sigmoid: one(t.sigmoid),
  tanh: one(t.tanh),
  relu: one(t.relu),
  neg: one(t.negate),
  power: one((x) => t.power(x!, 2.5)),
  clamp: one((x) => t.clamp(x!, -0.5, 0.7)),
  select: one((a, b) => t.select(t.greaterOrEqual(a!, 0.1), a!, b!)),
  sum: one((x) => t.sum(x!, { axes: [0, 2] })),
  mean: one((x) => t.mean(x!, { axes: [1], keepDimensions: true })),
  maximum: one((x) => t.maximum(x!, { axes: [2] })),
  reshape: one((x) => t.reshape(x!, [4, 3])),
  transpose: one((x) => t.transpose(x!, [2, 0, 1])),
  expand: one((x) => t.expand(x!, [2, 3, 4])),
  slice: one((x) => t.slice(x!, { axis: 1, start: 1, end: 6, step: 2 })),
  concatenate: one((a, b) => t.concatenate([a!, b!], { axis: 1 })),
  pad: one((x) => t.pad(x!, { axis: 0, before: 1, after: 2, value: 3 })),
  gather: one((x) => t.gather(x!, { axis: 1, indices: [3, 0, 3] })),
  embedding: one(t.embedding),
  matrixProduct: one(t.matrixProduct),
  'matrixProduct broadcast': one(t.matrixProduct),
  linear: one(t.linear),
  convolution: conv({ padding: [1, 1] }),
  'convolution stride': conv({ stride: [2, 1], padding: [1, 1] }),
  'convolution 1x1 stride': conv({ stride: [2, 1] }),
  'convolution kernel 1x3': conv({ padding: [0, 1] }),
  'convolution groups': conv({ groups: 2, padding: [1, 1] }),
  'convolution depthwise': conv({ groups: 3, padding: [1, 1], stride: [1, 2] }),
  'convolution over one row': conv({ padding: [1, 1] }),
  'convolution over two rows': conv({ padding: [1, 1], stride: [2, 1] }),
  maxPool2x2: one((x) => t.maxPool2x2Training(x!)),
  maxPoolRows: one((x) => t.maxPoolRows(x!)),
  batchNormTraining: batchNorm,
  'batchNormTraining 2-D': batchNorm,
  batchNormInference: one((x, scale, bias, mean, variance) =>
    t.batchNormInference({ x: x!, scale: scale!, bias: bias!, mean: mean!, variance: variance! }),
  ),
  layerNorm: one((x, scale, bias) => t.layerNorm({ x: x!, scale: scale!, bias: bias! })),
  lstm: one((x, ...weights) => t.lstmTraining(x!, recurrent(weights))),
  'lstm reversed': one((x, ...weights) => t.lstmTraining(x!, recurrent(weights), { isReversed: true })),
  gruStep: one((x, state, ...weights) => t.gruStep(x!, state!, recurrent(weights))),
  softmax: one((x) => t.softmax(x!, 1)),
  logSoftmax: one((x) => t.logSoftmax(x!)),
  // PyTorch's grid has x and y in its last axis.
  gridSample: one((image, grid) => t.gridSampleTraining(image!, t.transpose(grid!, [0, 3, 1, 2]))),
  multiHeadAttention: one((x, ...weights) => {
    const names = ['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']
    const resolve = ({ name }: { name: string }) => weights[names.indexOf(name.slice('self.'.length))]!
    const scope = new Scope({ graph: x!.graph, resolve })
    const self = new MultiHeadAttention(scope, 'self', { width: 8, heads: 2, dropout: 0 })
    const { query, ...memory } = self.projectAll(x!)
    return self.attend(query, memory, { mask: causalMask(x!, 5) })
  }),
}

function focal(name: string): Build {
  const [, alpha, gamma] = name.split(' ').map(Number)
  return one((logits, ids) => focalLoss(logits!, ids!, { alpha: alpha!, gamma: gamma! }))
}

function expectClose(found: Float32Array, expected: Float32Array | Int32Array): void {
  expect(found.length).toBe(expected.length)
  const scale = Math.max(...Array.from(expected, Math.abs), 1e-6)
  const error = Math.max(...Array.from(expected, (value, index) => Math.abs(value - found[index]!)))
  expect(error / scale).toBeLessThan(1e-4)
}

describe('operators agree with PyTorch', () => {
  test.each(golden.cases)('$name', async ({ name, inputs, outputs, upstream, gradients }) => {
    const build = name.startsWith('focalLoss') ? focal(name) : operators[name]!
    const feeds = inputs.map((input) => ({ shape: input.shape, data: unpack(input) }))
    const found = await runGraph(feeds, (tensors) => {
      const results = build(...tensors)
      expect(results[0]!.shape).toEqual(outputs[0]!.shape)
      const weight = results[0]!.graph.constant(unpack(upstream), upstream.shape)
      const sources = tensors.filter((_, index) => gradients[index])
      return [...results, ...t.gradient(t.sum(t.multiply(results[0]!, weight)), sources)]
    })
    const expected = [...outputs, ...gradients.filter((gradient) => gradient !== null)].map(unpack)
    for (const [index, values] of expected.entries()) expectClose(found[index]!, values)
  })

  test('no operator is left out', () => {
    const covered = golden.cases.map(({ name }) => name)
    expect(covered.filter((name) => !name.startsWith('focalLoss')).sort()).toEqual(Object.keys(operators).sort())
  })
})

test('Adam with clipping agrees with PyTorch over five steps', () => {
  const weights = unpack(golden.adam.start) as Float32Array
  const zeros = () => new Float32Array(weights.length)
  const state = { weights, moment1: zeros(), moment2: zeros(), average: weights.slice() }
  const settings = { beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0, clip: 1, averageDecay: 0.5 }
  for (const [index, packed] of golden.adam.gradients.entries()) {
    adamUpdate(state, unpack(packed) as Float32Array, { settings, step: index + 1, rate: 0.01, decayRanges: [] })
    expectClose(weights, unpack(golden.adam.weights[index]!))
  }
})

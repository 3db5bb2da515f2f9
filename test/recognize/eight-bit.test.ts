/** Reading in 8 bits beside reading in 32: layers, whole graphs, and the package's weights. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { measureBounds } from '../../src/evaluate/measure-bounds.ts'
import { type Bounds, eightBitLinear, rounded } from '../../src/model/eight-bit.ts'
import { convolutionLayer, layerNormLayer, MultiHeadAttention } from '../../src/model/layers.ts'
import { type Scope, weightScope } from '../../src/model/scope.ts'
import { encoderGraph, wordGraph } from '../../src/model/step-graphs.ts'
import { causalMask } from '../../src/model/transformer.ts'
import type { Weights } from '../../src/model/weights.ts'
import { formatWeights, parseWeights } from '../../src/model/weights-file.ts'
import { createRandom } from '../../src/random.ts'
import { precisionOf } from '../../src/recognize/open-engine.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { readWeightsFile } from '../../src/recognize/weights-source.ts'
import { bytesOverflow, linear, type Runtime, Session, type Tensor, writeModel } from '../../src/tensor/index.ts'
import { miniPreset } from '../mini-preset.ts'
import { runGraph } from '../tensor/run-graph.ts'
import { stripedImages as images, randomWeights } from './random-model.ts'

const random = createRandom(5)
const uniform = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1)

/** Root of the mean square of the difference, as a share of that of the wanted values. */
function apart(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length)
  const square = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value * value, 0)
  return Math.sqrt(square(found.map((value, index) => value - wanted[index]!)) / square(wanted))
}

describe('layers in 8 bits', () => {
  test('a value is rounded to the nearest of 256 between the bounds, 0 among them', async () => {
    const data = Float32Array.of(-9, -1, -0.003, 0, 0.41, 1, 2.9, 3, 40)
    const [found] = await runGraph([{ shape: [9], data }], ([x]) => [
      rounded({ weights: new Map(), bounds: { x: [-1, 3] } }, 'x', x!),
    ])
    const step = 4 / 255
    for (const [index, value] of data.entries()) {
      const nearest = Math.min(Math.max(Math.round(value / step), -64), 191) * step
      expect(found![index]).toBeCloseTo(nearest, 5)
    }
  })

  test.each([
    { kernel: 1, height: 4, stride: [1, 1] as const },
    { kernel: 3, height: 4, stride: [1, 1] as const, bias: true },
    { kernel: 3, height: 4, stride: [2, 1] as const },
    // So low that rows of the filter meet padding alone.
    { kernel: 3, height: 2, stride: [2, 1] as const },
    { kernel: 3, height: 2, stride: [1, 1] as const },
    { kernel: 3, height: 1, stride: [1, 1] as const },
  ])('a convolution and its batch norm, %o', async ({ kernel, height, stride, bias = false }) => {
    const [channels, filters, width] = [6, 5, 7]
    const weights: Weights = new Map(
      Object.entries({
        'c.weight': [filters, channels, kernel, kernel],
        'c.bias': [filters],
        'n.weight': [filters],
        'n.bias': [filters],
        'n.running_mean': [filters],
        'n.running_var': [filters],
      }).map(([name, shape]) => {
        const data = uniform(shape.reduce((a, b) => a * b))
        return [name, { shape, data: name === 'n.running_var' ? data.map((value) => 1.5 + value) : data }]
      }),
    )
    const padding = kernel === 3 ? ([1, 1] as const) : ([0, 0] as const)
    const layer = { names: ['c', 'n'] as const, filters, kernel, stride, padding, bias }
    const shape = [2, channels, height, width]
    const [found, wanted] = await runGraph([{ shape, data: uniform(2 * channels * height * width) }], ([x]) => {
      const scope = (eightBit?: Bounds) => weightScope(x!.graph, renamed(weights, eightBit ? '8' : ''), { eightBit })
      const eight = scope({ x: [-1, 1] })
      return [
        convolutionLayer(eight, eight.activation('x', x!), { ...layer, names: ['8c', '8n'] }),
        convolutionLayer(scope(), x!, layer),
      ]
    })
    expect(apart(found!, wanted!)).toBeLessThan(0.015)
    expect(apart(found!, wanted!)).toBeGreaterThan(1e-5)
  })

  test('a linear layer, also by some of its rows', async () => {
    const weights: Weights = new Map([
      ['weight', { shape: [12, 8], data: uniform(96) }],
      ['bias', { shape: [12], data: uniform(12) }],
    ])
    const [found, wanted] = await runGraph([{ shape: [2, 3, 8], data: uniform(48) }], ([x]) => {
      const constant = (name: string, shape: number[], from: number, to: number) =>
        x!.graph.constant(weights.get(name)!.data.slice(from, to), shape)
      const layer = { names: ['weight', 'bias'] as const, taken: 'x', outer: 12, from: 4, rows: 6 }
      return [
        eightBitLinear({ weights, bounds: { x: [-1, 1] } }, x!, layer),
        linear(x!, constant('weight', [6, 8], 32, 80), constant('bias', [6], 4, 10)),
      ]
    })
    expect(apart(found!, wanted!)).toBeLessThan(0.015)
  })

  const [width, heads, steps] = [16, 2, 5]
  test.each<[string, number, (scope: Scope, name: string, x: Tensor, y: Tensor) => Tensor]>([
    ['attention of each to all', 0.03, (scope, name, x) => attention(scope, name).attendSelf(x)],
    [
      'attention of each to those up to it',
      0.03,
      (scope, name, x) => attention(scope, name).attendSelf(x, { mask: causalMask(x, steps), isCausal: true }),
    ],
    [
      'attention by a mask',
      0.03,
      (scope, name, x) => attention(scope, name).attendSelf(x, { mask: causalMask(x, steps) }),
    ],
    [
      'attention to a memory',
      0.03,
      (scope, name, x, y) => {
        const layer = attention(scope, name)
        return layer.attendMemory(x, layer.projectMemory(y), {})
      },
    ],
    ['a norm', 1e-5, (scope, name, x) => layerNormLayer(scope, `${name}.norm`, x)],
    ['a norm of a sum', 1e-5, (scope, name, x, y) => layerNormLayer(scope, `${name}.norm`, x, y)],
  ])('%s', async (_, most, build) => {
    const shapes = {
      in_proj_weight: [3 * width, width],
      in_proj_bias: [3 * width],
      'out_proj.weight': [width, width],
      'out_proj.bias': [width],
      'norm.weight': [width],
      'norm.bias': [width],
    }
    const weights: Weights = new Map(
      Object.entries(shapes).flatMap(([name, shape]) => {
        const data = uniform(shape.reduce((a, b) => a * b))
        return ['8', '32'].map((bits) => [`${bits}.${name}`, { shape, data }] as const)
      }),
    )
    const bounds: Bounds = { '8.in_proj.0': [-1, 1], '8.in_proj.1': [-1, 1], '8.out_proj': [-5, 5] }
    const shape = [2, steps, width]
    const inputs = [0, 1].map(() => ({ shape, data: uniform(2 * steps * width) }))
    const [found, wanted] = await runGraph(inputs, ([x, y]) =>
      [{ eightBit: bounds }, {}].map((options, place) =>
        build(weightScope(x!.graph, weights, options), place ? '32' : '8', x!, y!),
      ),
    )
    expect(apart(found!, wanted!)).toBeLessThan(most)
  })

  function attention(scope: Scope, name: string): MultiHeadAttention {
    return new MultiHeadAttention(scope, name, { width, heads, dropout: 0 })
  }

  test.each([
    [64770, false],
    [32767, true],
  ])('a runtime whose product of bytes is %i overflows: %s', async (product, overflows) => {
    const session = {
      run: async () => ({ sum: { type: 'int32', dims: [1, 1], data: Int32Array.of(product) } }),
      release: async () => {},
    }
    const stub = { ...runtime, InferenceSession: { create: async () => session } } as unknown as Runtime
    expect(await bytesOverflow(stub)).toBe(overflows)
  })
})

function renamed(weights: Weights, prefix: string): Weights {
  return new Map([...weights].map(([name, value]) => [`${prefix}${name}`, value]))
}

describe('a model in 8 bits', () => {
  const { model: settings } = miniPreset()
  const weights = randomWeights()
  const file = { settings, weights, provenance: {} }
  const words = images.map((image, index) => ({ image, label: ['a', 'Bc', '1,5', 'word', 'Exit'][index]! }))

  test('the runtime computes its layers in whole numbers, but for the rectifier', async () => {
    const bounds = await measureBounds(file, words, runtime)
    const operators = async (graph: typeof encoderGraph | typeof wordGraph) => {
      const folder = await mkdtemp(join(tmpdir(), 'safl-'))
      const model = writeModel(graph(settings, weights, { eightBit: bounds }))
      const session = await Session.create(model, runtime, { profile: join(folder, 'run') })
      await session.run(
        graph === encoderGraph
          ? { images: { type: 'uint8', shape: [1, 64, 256, 3], data: new Uint8Array(64 * 256 * 3) } }
          : {
              ...Object.fromEntries(
                ['cross_key_0', 'cross_value_0', 'cross_key_1', 'cross_value_1'].map((name) => [
                  name,
                  { type: 'float32' as const, shape: [1, 2, 25, 8], data: new Float32Array(400) },
                ]),
              ),
              tokens: { type: 'int32', shape: [1, 2], data: Int32Array.of(5, 6) },
              images: { type: 'int64', shape: [1], data: BigInt64Array.of(0n) },
            },
      )
      session.endProfiling()
      await session.dispose()
      const [name] = await readdir(folder)
      const events = JSON.parse(await readFile(join(folder, name!), 'utf8')) as { args?: { op_name?: string } }[]
      return (wanted: string) => events.filter(({ args }) => args?.op_name === wanted).length
    }
    const inEncoder = await operators(encoderGraph)
    // The stem, two layers for each of six blocks, five shortcuts; six layers of the rectifier stay as they are.
    expect([inEncoder('QLinearConv'), inEncoder('Conv')]).toEqual([18, 6])
    // Three of the encoder's layer, two keys and values, the head; queries, keys and values of the layer are with what attends.
    expect([inEncoder('MatMulIntegerToFloat'), inEncoder('QAttention')]).toEqual([6, 1])
    // Five of each of two layers, and the classifier.
    const inSettler = await operators(wordGraph)
    expect([inSettler('MatMulIntegerToFloat'), inSettler('QAttention')]).toEqual([11, 2])
  })

  test('bounds are kept in the weights file, and hold every activation', async () => {
    const bounds = await measureBounds(file, words, runtime)
    const found = await parseWeights(formatWeights({ ...file, bounds }, 'F16'))
    expect(found.bounds).toEqual(bounds)
    expect(bounds.image![0]).toBeGreaterThanOrEqual(-1)
    expect(bounds['encoder.layer0']![0]).toBeGreaterThanOrEqual(0)
    for (const [least, largest] of Object.values(bounds)) expect(least).toBeLessThan(largest)
    // More words, wider bounds.
    const fewer = await measureBounds(file, words.slice(0, 2), runtime)
    expect(Object.keys(fewer)).toEqual(Object.keys(bounds))
    for (const [name, [least, largest]] of Object.entries(fewer)) {
      expect(bounds[name]![0]).toBeLessThanOrEqual(least)
      expect(bounds[name]![1]).toBeGreaterThanOrEqual(largest)
    }
  })

  test('Node computes in 8 bits what was measured for it and can be', async () => {
    const measured = { ...file, bounds: await measureBounds(file, words, runtime) }
    const headless = new Map([...weights].filter(([name]) => !name.startsWith('ctc.')))
    const quirks = { ...file.settings, authorsQuirks: true }
    expect(precisionOf(measured, {})).toBe('int8')
    expect(precisionOf(measured, { precision: 'float32' })).toBe('float32')
    expect(precisionOf(measured, { decoder: 'ctc' })).toBe('float32')
    expect(precisionOf(file, {})).toBe('float32')
    expect(precisionOf({ ...measured, weights: headless }, {})).toBe('float32')
    expect(precisionOf({ ...measured, settings: quirks }, {})).toBe('float32')
  })

  test('what cannot be read in 8 bits is refused', async () => {
    const bounds = await measureBounds(file, words, runtime)
    const create = (given: typeof file & { bounds?: Bounds }, options: object = {}) =>
      SceneTextRecognizer.create(given, runtime, { precision: 'int8', ...options })
    await expect(create(file)).rejects.toThrow(/no bounds of activations/)
    await expect(create({ ...file, bounds }, { decoder: 'ctc' })).rejects.toThrow(/ctc decoder reads in float32/)
    const headless = new Map([...weights].filter(([name]) => !name.startsWith('ctc.')))
    await expect(create({ ...file, bounds, weights: headless })).rejects.toThrow(/no CTC head/)
    const { image: _, ...others } = bounds
    await expect(create({ ...file, bounds: others })).rejects.toThrow(/lack the bounds of "image"/)
    const partial = precisionOf({ ...file, bounds: others }, {})
    await expect(create({ ...file, bounds: others }, { precision: partial })).rejects.toMatchObject({ code: 'weights' })
    const damaged = formatWeights({ ...file, bounds: { image: [1] } as unknown as Bounds }, 'F16')
    await expect(parseWeights(damaged)).rejects.toThrow(/bounds do not fit/)
  })
})

test("the package's weights read in 8 bits what they read in 32, a batch as its images one by one", async () => {
  const draw = async (text: string) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60"><rect width="200" height="60" fill="#357"/>
      <text x="100" y="43" font-family="DejaVu Sans" font-size="36" text-anchor="middle" fill="#ffe">${text}</text></svg>`
    const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data: new Uint8Array(data) }
  }
  const crops = await Promise.all(['EXIT', 'Taxi', 'Hotel', '24h', 'Market', 'open'].map(draw))
  for (const model of ['tiny', 'small']) {
    const file = await readWeightsFile({ model })
    const usual = await SceneTextRecognizer.create(file, runtime)
    const eight = await SceneTextRecognizer.create(file, runtime, { precision: 'int8' })
    const wanted = await usual.recognizeAll(crops)
    const together = await eight.recognizeAll(crops)
    expect(together.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
    for (const [index, crop] of crops.entries()) {
      const alone = await eight.recognize(crop)
      expect(alone.text).toBe(together[index]!.text)
      expect(alone.confidence).toBeCloseTo(together[index]!.confidence, 3)
      expect(Math.abs(alone.confidence - wanted[index]!.confidence)).toBeLessThan(0.1)
    }
    await usual.dispose()
    await eight.dispose()
  }
})

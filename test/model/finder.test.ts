/** The finder's network, as it is trained and as it finds. */
import * as nodeRuntime from 'onnxruntime-node'
import * as webRuntime from 'onnxruntime-web'
import { expect, test } from 'vitest'
import { finderPresetSettings } from '../../src/config.ts'
import { finderSpecs, findKernels } from '../../src/model/finder.ts'
import { finderGraph, formatFinder, openFinder } from '../../src/model/finder-file.ts'
import { weightScope } from '../../src/model/scope.ts'
import { formatWeights } from '../../src/model/weights-file.ts'
import { finder } from '../../src/presets/finder.ts'
import { createRandom } from '../../src/random.ts'
import { Graph, Session, sizeOf, type Value, writeModel } from '../../src/tensor/index.ts'
import { miniFinder } from '../mini-finder.ts'
import { miniPreset } from '../mini-preset.ts'

const { model: settings } = miniFinder()
const random = createRandom(8)
const weights = new Map(
  finderSpecs(settings).map(({ name, shape, initializer }) => [
    name,
    { shape: [...shape], data: initializer(shape, random).map((value) => value + 0.05 * random()) },
  ]),
)
/** Not square, two of them, one of noise. */
const [height, width] = [64, 96]
const pictures: Value = {
  type: 'uint8',
  shape: [2, height, width, 3],
  data: Uint8Array.from({ length: 2 * height * width * 3 }, (_, index) =>
    index < height * width * 3 ? (index * 7) % 256 : random() * 256,
  ),
}

async function run(graph: Graph, images: Value, runtime: typeof nodeRuntime = nodeRuntime) {
  const session = await Session.create(writeModel(graph), runtime)
  const results = await session.run({ images })
  await session.dispose()
  return results
}

function expectClose(found: Value, wanted: Value, digits: number): void {
  expect(found.shape).toEqual(wanted.shape)
  for (const [index, value] of Array.from(found.data as Float32Array).entries())
    expect(value).toBeCloseTo(wanted.data[index] as number, digits)
}

test('the graph for pictures of any size is the model, in Node and on WebAssembly', async () => {
  const model = new Graph()
  const images = model.input('images', 'uint8', pictures.shape)
  const { kernels, distances } = findKernels(weightScope(model, weights), settings, images)
  model.output('kernels', kernels)
  model.output('distances', distances)
  const wanted = await run(model, pictures)
  const graph = finderGraph(settings, weights)
  for (const runtime of [nodeRuntime, webRuntime]) {
    const found = await run(graph, pictures, runtime as typeof nodeRuntime)
    expect(found.kernels!.shape).toEqual([2, height / 4, width / 4])
    const sigmoid = (wanted.kernels!.data as Float32Array).map((logit) => 1 / (1 + Math.exp(-logit)))
    expectClose(found.kernels!, { ...wanted.kernels!, data: sigmoid }, 4)
    // No distance is so long that it overflows.
    const logs = (wanted.distances!.data as Float32Array).map((log) => Math.min(log, Math.log(10_000)))
    const foundLogs = (found.widening!.data as Float32Array).map(Math.log)
    expectClose({ ...found.widening!, data: foundLogs }, { ...wanted.distances!, data: logs }, 3)
  }
})

test('two pictures at once are each alone; another size needs no other graph', async () => {
  const graph = finderGraph(settings, weights)
  const together = await run(graph, pictures)
  const pixels = height * width * 3
  for (const place of [0, 1]) {
    const data = (pictures.data as Uint8Array).slice(place * pixels, (place + 1) * pixels)
    const alone = await run(graph, { ...pictures, shape: [1, height, width, 3], data })
    for (const name of ['kernels', 'widening']) {
      const half = together[name]!.data.length / 2
      const part = (together[name]!.data as Float32Array).slice(place * half, (place + 1) * half)
      expectClose(alone[name]!, { type: 'float32', shape: [1, height / 4, width / 4], data: part }, 4)
    }
  }
  const small = await run(graph, { type: 'uint8', shape: [1, 32, 32, 3], data: new Uint8Array(32 * 32 * 3) })
  expect(small.kernels!.shape).toEqual([1, 8, 8])
})

test('sizes that are known at run time have names', async () => {
  const session = await nodeRuntime.InferenceSession.create(writeModel(finderGraph(settings, weights)))
  const shapes = [...session.inputMetadata, ...session.outputMetadata].map((each) => (each.isTensor ? each.shape : []))
  await session.release()
  const map = ['batch', 'map_height', 'map_width']
  expect(shapes).toEqual([['batch', 'height', 'width', 3], map, map])
})

test('the finder that is trained has fewer than a million weights and two megabytes', async () => {
  const preset = finderPresetSettings.parse(finder)
  const specs = finderSpecs(preset.model)
  expect(specs.reduce((total, { shape }) => total + sizeOf(shape), 0)).toBeLessThan(1_000_000)
  const tensors = new Map(specs.map(({ name, shape }) => [name, { shape, data: new Float32Array(sizeOf(shape)) }]))
  const bytes = formatFinder({ settings: preset.model, weights: tensors, provenance: {} }, 'F16')
  expect(bytes.length).toBeLessThan(2_000_000)
})

test('a file is read as it was written; other files are refused', () => {
  const provenance = { crops: '12' }
  const bytes = formatFinder({ settings, weights, provenance }, 'F32')
  const file = openFinder(bytes)
  expect(file.settings).toEqual(settings)
  expect(file.provenance).toMatchObject(provenance)
  expect(file.weights).toEqual(weights)
  const recognizer = formatWeights({ settings: miniPreset().model, weights: new Map(), provenance: {} }, 'F32')
  expect(() => openFinder(recognizer)).toThrow(/no weights of a finder: train one/)
  const odd = formatFinder({ settings: { ...settings, stem: 0 }, weights, provenance }, 'F32')
  expect(() => openFinder(odd)).toThrow(/the finder's settings do not fit: .*stem/s)
})

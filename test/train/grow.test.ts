/** A larger model that begins with a smaller one's weights. */
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import type { Preset } from '../../src/config.ts'
import { recognizerGraph } from '../../src/model/recognizer-graph.ts'
import { createRandom } from '../../src/random.ts'
import { Session, writeModel } from '../../src/tensor/index.ts'
import type { TrainingState } from '../../src/train/checkpoint.ts'
import { initialState, train } from '../../src/train/loop.ts'
import { startFrom } from '../../src/train/start-from.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomBatches } from './random-batches.ts'

const small = miniPreset()
const large = (transformer: object = {}) =>
  miniPreset(
    {},
    {
      backbone: { stem: 6, widths: [5, 8, 9, 12, 16], blocks: [2, 1, 3, 3, 2] },
      transformer: { width: 16, heads: 2, feedForward: 24, encoderLayers: 3, decoderLayers: 3, ...transformer },
    },
  )

async function trained(preset: Preset): Promise<{ model: TrainingStep; state: TrainingState }> {
  const model = new TrainingStep(preset, runtime)
  const state = initialState(model, 1)
  const signal = new AbortController().signal
  await train({ model, preset, batches: randomBatches(preset.model), state, signal, onStep: () => {} })
  return { model, state }
}

/** Probabilities of four images' characters, and where their control points lie. */
async function read(preset: Preset, model: TrainingStep, { weights, statistics }: TrainingState): Promise<number[]> {
  const { imageHeight, imageWidth } = preset.model
  const random = createRandom(3)
  const data = Uint8Array.from({ length: 4 * imageHeight * imageWidth * 3 }, () => 256 * random())
  const graph = recognizerGraph(preset.model, model.namedTensors(weights, statistics))
  const session = await Session.create(writeModel(graph), runtime)
  const images = { type: 'uint8', shape: [4, imageHeight, imageWidth, 3], data } as const
  const { ids, probabilities, control_points } = await session.run({ images })
  await session.dispose()
  return [ids, probabilities, control_points].flatMap((value) => Array.from(value!.data as Float32Array, Number))
}

test('reads as the smaller one does, and learns in every tensor that is new', async () => {
  const { model, state } = await trained(small)
  const file = { settings: small.model, weights: model.namedTensors(state.weights, state.statistics), provenance: {} }
  const preset = large()
  const larger = new TrainingStep(preset, runtime)
  const grown = initialState(larger, 2)
  const missing = startFrom(file, { preset, model: larger, state: grown })
  expect(missing).toContain('encoder.layer1.1.conv1.weight')
  expect(missing).toContain('decoder.decoder.decoder.encoder.layers.2.linear2.weight')
  const [before, after] = [await read(small, model, state), await read(preset, larger, grown)]
  expect(after.length).toBe(before.length)
  for (const [index, value] of before.entries()) expect(after[index]).toBeCloseTo(value, 4)

  const begun = grown.weights.slice()
  const signal = new AbortController().signal
  await train({ model: larger, preset, batches: randomBatches(preset.model), state: grown, signal, onStep: () => {} })
  const [old, now] = [begun, grown.weights].map((weights) => larger.namedTensors(weights, grown.statistics))
  for (const name of missing.filter((name) => !name.includes('running_'))) {
    expect(
      now!.get(name)!.data.some((value, index) => value !== old!.get(name)!.data[index]),
      name,
    ).toBe(true)
  }
  await model.dispose()
  await larger.dispose()
})

test('a smaller model, and a Transformer of another width, are refused', async () => {
  const model = new TrainingStep(large(), runtime)
  const state = initialState(model, 1)
  const weights = model.namedTensors(state.weights, state.statistics)
  const into = (preset: Preset) => {
    const target = new TrainingStep(preset, runtime)
    startFrom(
      { settings: large().model, weights, provenance: {} },
      { preset, model: target, state: initialState(target, 1) },
    )
  }
  expect(() => into(small)).toThrow(
    '"encoder.layer0.0.weight" is [6, 3, 3, 3] in the weights, [4, 3, 3, 3] in the model',
  )
  expect(() => into(large({ heads: 4 }))).toThrow(
    "the weights' Transformer has width 16 and 2 heads, the model's 16 and 4",
  )
  await model.dispose()
})

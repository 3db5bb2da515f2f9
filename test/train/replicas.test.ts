/** A batch cut into parts, each with a replica of the model in a thread of its own. */
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { presetSettings } from '../../src/config.ts'
import type { TrainingBatch } from '../../src/data/batches.ts'
import { initialState, train } from '../../src/train/loop.ts'
import { openTrainingStep } from '../../src/train/replicated-step.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomBatches } from './random-batches.ts'

const preset = miniPreset({ ctcWeight: 0.5, outlineWeight: 1, replicas: 2 })

function words(batch: TrainingBatch, from: number, to: number): TrainingBatch {
  const cut = <A extends Uint8Array | Int32Array | Float32Array>(whole: A) =>
    whole.slice((from * whole.length) / batch.size, (to * whole.length) / batch.size) as A
  const { images, targets, characterMap, outlines } = batch
  return {
    ...batch,
    size: to - from,
    images: cut(images),
    targets: cut(targets),
    characterMap: cut(characterMap),
    outlines: cut(outlines),
  }
}

test('losses, gradient and statistics are the means of the parts’', async () => {
  const withoutDropout = miniPreset(
    { ctcWeight: 0.5, outlineWeight: 1, replicas: 2 },
    { transformer: { ...preset.model.transformer, dropout: 0, positionDropout: 0 } },
  )
  const alone = new TrainingStep(withoutDropout, runtime, { threads: 1 })
  const replicated = openTrainingStep(withoutDropout, 2)
  const state = alone.initialState(1)
  const batch = await randomBatches(preset.model).next()
  const whole = await replicated.run({ ...state, batch, step: 1 })
  const ofWords = async (from: number, to: number) => {
    const result = await alone.run({ ...state, batch: words(batch, from, to), step: 1 })
    return { ...result, gradient: result.gradient.slice() }
  }
  const [first, second] = [await ofWords(0, 2), await ofWords(2, 4)]
  for (const name of ['loss', 'columnLoss', 'ctcLoss', 'outlineLoss'] as const) {
    expect(first[name]).not.toBe(second[name])
    expect(whole[name]).toBe((first[name] + second[name]) / 2)
  }
  for (const name of ['gradient', 'statistics'] as const) {
    expect(first[name]).not.toEqual(second[name])
    expect(whole[name]).toEqual(first[name].map((value, index) => Math.fround(value + second[name][index]!) / 2))
  }
  await replicated.dispose()
  await alone.dispose()
})

test('two runs of replicas agree bit for bit, each drawing dropout masks of its own', async () => {
  const losses = async () => {
    const model = openTrainingStep(preset, 2)
    const state = initialState(model, 1)
    const seen: number[] = []
    const onStep = ({ loss }: { loss: number }) => void seen.push(loss)
    const { signal } = new AbortController()
    await train({ model, preset, batches: randomBatches(preset.model), state, signal, onStep })
    await model.dispose()
    return { seen, weights: state.weights }
  }
  const [first, second] = [await losses(), await losses()]
  expect(first.seen).toHaveLength(8)
  expect(second).toEqual(first)
})

test('what a replica says is the error of the step', async () => {
  const model = openTrainingStep(preset, 2)
  const state = model.initialState(1)
  const batch = await randomBatches(preset.model).next()
  const broken = { ...batch, images: batch.images.slice(6) }
  await expect(model.run({ ...state, batch: broken, step: 1 })).rejects.toThrow(/does not match/)
  const { loss } = await model.run({ ...state, batch, step: 1 })
  expect(Number.isFinite(loss)).toBe(true)
  await model.dispose()
})

test('a batch that replicas cannot share is refused', () => {
  for (const batchSize of [5, 2])
    expect(() => presetSettings.parse({ training: { batchSize, replicas: 2 } })).toThrow(/multiple of replicas/)
})

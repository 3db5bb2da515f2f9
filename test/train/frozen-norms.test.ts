import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomBatches } from './random-batches.ts'

/** The loss of a batch and the mean of its halves', and the statistics before and after it. */
async function lossesOf(frozenNorms: boolean) {
  const transformer = { width: 16, heads: 2, feedForward: 16, encoderLayers: 1, decoderLayers: 2 }
  const preset = miniPreset({ frozenNorms }, { transformer: { ...transformer, dropout: 0, positionDropout: 0 } })
  const model = new TrainingStep(preset, runtime, { threads: 1 })
  const state = model.initialState(1)
  state.statistics.set(state.statistics.map((value, index) => value + 0.1 * (index % 7)))
  const batch = await randomBatches(preset.model).next()
  const { loss, statistics } = await model.run({ ...state, batch, step: 1 })
  const halves: number[] = []
  for (const half of [0, 1])
    halves.push((await model.run({ ...state, batch: model.task.part(batch, half, 2), step: 1 })).loss)
  await model.dispose()
  return { loss, mean: (halves[0]! + halves[1]!) / 2, before: state.statistics, statistics }
}

test('with frozen norms no word changes what another is, and statistics stay', async () => {
  const { loss, mean, before, statistics } = await lossesOf(true)
  expect(Math.abs(loss - mean)).toBeLessThan(1e-5)
  expect(statistics).toEqual(before)
})

test('without, both do', async () => {
  const { loss, mean, before, statistics } = await lossesOf(false)
  expect(Math.abs(loss - mean)).toBeGreaterThan(1e-4)
  expect(statistics).not.toEqual(before)
})

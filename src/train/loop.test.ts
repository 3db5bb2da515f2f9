import { expect, test } from 'vitest'
import { miniPreset } from '../../test/mini-preset.ts'
import { randomBatches } from '../../test/train/random-batches.ts'
import { initialState, type StepReport, type Trainable, train } from './loop.ts'

test('a step takes the mean gradient of its batches, and each batch moves the running statistics', async () => {
  const preset = miniPreset({ accumulate: 3, steps: 2 })
  const taken: number[][] = []
  const fed: { index: number; step: number; statistics: number }[] = []
  const gradient = new Float32Array(2)
  const model: Trainable = {
    task: { shapeKey: () => '' },
    initialState: () => ({ weights: new Float32Array(2), statistics: new Float32Array(1) }),
    run: async ({ batch: { index }, step, statistics }) => {
      fed.push({ index, step, statistics: statistics[0]! })
      // As the real one does, each run overwrites the gradient of the one before.
      gradient.set([index, -2 * index])
      const others = { columnLoss: 1, ctcLoss: 0, outlineLoss: index }
      return { loss: 10 * index, ...others, gradient, statistics: Float32Array.of(statistics[0]! + 1) }
    },
    update: async (_, mean) => {
      taken.push([...mean])
      return 5
    },
  }
  const state = initialState(model, 1)
  const reports: StepReport[] = []
  const { signal } = new AbortController()
  const onStep = (report: StepReport) => void reports.push(report)
  await train({ model, preset, batches: randomBatches(preset.model), state, onStep, signal })
  expect(taken).toEqual([
    [1, -2],
    [4, -8],
  ])
  expect(fed).toEqual([0, 1, 2, 3, 4, 5].map((index) => ({ index, step: index + 1, statistics: index })))
  expect(reports.map(({ loss, outlineLoss, columnLoss, norm }) => [loss, outlineLoss, columnLoss, norm])).toEqual([
    [10, 1, 1, 5],
    [40, 4, 1, 5],
  ])
  expect(reports.map(({ batches }) => batches.map(({ index }) => index))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ])
  expect([state.step, state.samples, state.statistics[0]]).toEqual([2, 24, 6])
})

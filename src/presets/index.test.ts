import { expect, test } from 'vitest'
import { loadPreset, loadPresetForWeights, presetNames } from './index.ts'

test.each(presetNames)('%s: from weights a fifth of the rate, all else alike', (name) => {
  const { model, synth, training } = loadPreset(name)
  const { learningRate, ...others } = training
  const settled = loadPresetForWeights(name)
  expect(settled).toEqual({ model, synth, training: { ...others, learningRate: expect.closeTo(learningRate / 5, 12) } })
})

import { expect, test } from 'vitest'
import { loadPreset, loadPresetForWeights, presetNames } from './index.ts'

test.each(presetNames)('%s: from weights their widths and a fifth of the rate, all else alike', (name) => {
  const { model, synth, training } = loadPreset(name)
  const { learningRate, ...others } = training
  const settled = loadPresetForWeights(name, { textWidths: [32, 64] })
  const widths = { ...model, textWidths: [32, 64] }
  expect(settled).toEqual({
    model: widths,
    synth,
    training: { ...others, learningRate: expect.closeTo(learningRate / 5, 12) },
  })
})

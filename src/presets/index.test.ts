import { expect, test } from 'vitest'
import { loadPreset, loadPresetForWeights, presetNames } from './index.ts'

test.each(presetNames)('%s: from weights their widths and a fifth of the rate, all else alike', (name) => {
  const { model, synth, training } = loadPreset(name)
  const { learningRate, ...others } = training
  const widths = { ...model, textWidths: [32, 64] }
  expect(loadPresetForWeights(name, widths)).toEqual({
    model: widths,
    synth,
    training: { ...others, learningRate: expect.closeTo(learningRate / 5, 12), frozenNorms: true },
  })
})

test('what grows out of weights has norms that these know nothing of', () => {
  expect(loadPresetForWeights('small', loadPreset('tiny').model).training.frozenNorms).toBe(false)
})

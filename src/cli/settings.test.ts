import { expect, test } from 'vitest'
import { presetSettings } from '../config.ts'
import { overrideSettings } from './settings.ts'

const change = (...changes: string[]) => overrideSettings(presetSettings, presetSettings.parse({}), changes)

test('changes are made, others stay', () => {
  const { training, model } = change('training.steps=7', 'training.lengths=[4,9]', 'model.furtherCharacters=é€')
  expect([training.steps, training.lengths, training.batchSize, model.furtherCharacters]).toEqual([
    7,
    [4, 9],
    128,
    'é€',
  ])
})

test.each([
  ['training.steps=abc', '--set training.steps: abc is no whole number'],
  ['training.steps=1.5', '--set training.steps: 1.5 is no whole number'],
  ['training.steps=0', '--set training.steps: 0 is too small: more than 0 will do'],
  ['training.learningRate=fast', '--set training.learningRate: fast is no number'],
  ['training.schedule=linear', '--set training.schedule: linear is none of noam, cosine, constant, decay'],
  ['training.lengths=[]', '--set training.lengths: [] is too small: at least 1 values will do'],
  ['training.lengths=8', '--set training.lengths: 8 is no list, such as [8,14]'],
  ['training.realShare=2', '--set training.realShare: 2 is too large: at most 1 will do'],
  ['model.rectifier.enabled=no', '--set model.rectifier.enabled: no is no true or false'],
  ['model.backbone={"kind":"vgg"}', '--set model.backbone.kind: kind must be one of residual, crnn, satrn'],
  [
    'model.backbone={"kind":"satrn"}',
    '--set model: the backbone satrn gives a map of several rows, which encoder.kind=satrn alone reads',
  ],
  ['training.batchsize=4', '--set training.batchsize: no such setting; did you mean training.batchSize?'],
  ['steps', '--set steps: give key=value, such as training.batchSize=64'],
])('%s is refused by its name and value', (text, message) => {
  expect(() => change(text)).toThrow(new Error(message))
})

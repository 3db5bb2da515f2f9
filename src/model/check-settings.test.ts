import { expect, test } from 'vitest'
import { modelSettings } from '../config.ts'
import { loadPreset, presetNames } from '../presets/index.ts'
import { checkModelSettings, settingsInFile } from './check-settings.ts'

const settings = modelSettings.parse({})

test.each(presetNames)('the settings of %s are a model', (name) => {
  const { model } = loadPreset(name)
  expect(checkModelSettings(structuredClone(model))).toEqual(model)
})

test.each(presetNames)('the settings of %s in a file are read as they were written', (name) => {
  const { model } = loadPreset(name)
  expect(checkModelSettings(JSON.parse(JSON.stringify(settingsInFile(model))))).toEqual(model)
})

test('files say of what kind parts are where older versions would take them for others', () => {
  const written = settingsInFile(settings)
  expect(Object.keys(written)).not.toContain('encoder')
  expect(written.backbone).toEqual({ stem: 32, widths: [32, 64, 128, 256, 512], blocks: [3, 4, 6, 6, 3] })
  const { backbone, decoder, rectifier } = settingsInFile(loadPreset('rare').model)
  expect(decoder).toEqual({ kind: 'gru', width: 256 })
  expect([backbone, rectifier]).toMatchObject([{ kind: 'crnn' }, { kind: 'rare' }])
})

test('what older files do not name has the default of today', () => {
  const { textWidths: _, furtherCharacters: __, temperature: ___, ...older } = settings
  expect(checkModelSettings(older)).toEqual(settings)
})

const { rectifier, transformer } = settings
test.each([
  ['null is no object', null],
  ['textWidth: 0 is not a whole number from 1 on', { ...settings, textWidth: 0 }],
  ['textWidth: "128" is not a whole number from 1 on', { ...settings, textWidth: '128' }],
  ['textWidths: [64,1.5] is not a list of whole numbers from 1 on', { ...settings, textWidths: [64, 1.5] }],
  ['temperature: -1 is not a number above 0', { ...settings, temperature: -1 }],
  ['furtherCharacters: 5 is not a text', { ...settings, furtherCharacters: 5 }],
  ['rectifier.enabled: "no" is not true or false', { ...settings, rectifier: { ...rectifier, enabled: 'no' } }],
  [
    'rectifier.targetMargin: -1 is not a number from 0 on',
    { ...settings, rectifier: { ...rectifier, targetMargin: -1 } },
  ],
  ['rectifier: true is not an object', { ...settings, rectifier: true }],
  ['colours: there is no such setting', { ...settings, colours: 3 }],
  ['backbone.kind: "vgg" is not one of residual, crnn, satrn', { ...settings, backbone: { kind: 'vgg' } }],
  ['encoder.width: there is no such setting', { ...settings, encoder: { kind: 'satrn', adaptive: true, width: 3 } }],
  [
    'transformer.heads: 7 must divide transformer.width, which is 512',
    { ...settings, transformer: { ...transformer, heads: 7 } },
  ],
])('%s', (message, given) => {
  expect(() => checkModelSettings(given)).toThrow(new Error(message))
  expect(modelSettings.safeParse(given).success).toBe(false)
})

test('a setting that is missing is named', () => {
  const { targetMargin: _, ...lacking } = rectifier
  expect(() => checkModelSettings({ ...settings, rectifier: lacking })).toThrow(
    new Error('rectifier.targetMargin: is missing'),
  )
})

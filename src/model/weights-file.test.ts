import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadPreset } from '../presets/index.ts'
import { formatWeights, parseWeights } from './weights-file.ts'

test('the weights that come with the package are read as any others are', async () => {
  const files = (await readdir('models')).filter((name) => name.endsWith('.safetensors'))
  expect(files).toContain('tiny.safetensors')
  for (const name of files) {
    const bytes = await readFile(`models/${name}`)
    const { settings } = await parseWeights(bytes, { isOwn: true })
    expect(settings).toEqual((await parseWeights(bytes)).settings)
  }
})

test('what belongs to no model is refused, own or not', async () => {
  const { model } = loadPreset('mini')
  const file = { settings: { ...model, textWidth: 0 }, weights: new Map(), provenance: {} }
  for (const isOwn of [false, true])
    await expect(parseWeights(formatWeights(file, 'F16'), { isOwn })).rejects.toThrow(
      new Error("the weights' settings do not fit: textWidth: 0 is not a whole number from 1 on"),
    )
})

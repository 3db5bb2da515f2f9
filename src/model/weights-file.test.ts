import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { finderModelSettings } from '../config.ts'
import { loadPreset } from '../presets/index.ts'
import { formatFinder, openFinder } from './finder-file.ts'
import { formatWeights, parseWeights } from './weights-file.ts'

test('the weights that come with the package are read as any others are', async () => {
  const files = (await readdir('models')).filter((name) => name.endsWith('.safetensors'))
  expect(files).toContain('tiny.safetensors')
  for (const name of files) {
    const bytes = await readFile(`models/${name}`)
    if (name.startsWith('finder')) {
      expect(openFinder(bytes).weights.size).toBeGreaterThan(0)
      continue
    }
    const { settings } = await parseWeights(bytes, { isOwn: true })
    expect(settings).toEqual((await parseWeights(bytes)).settings)
  }
})

test('a finder’s weights read no words', async () => {
  const bytes = formatFinder({ settings: finderModelSettings.parse({}), weights: new Map(), provenance: {} }, 'F16')
  await expect(parseWeights(bytes)).rejects.toThrow(/weights of another task, find/)
})

test('what belongs to no model is refused, own or not', async () => {
  const { model } = loadPreset('mini')
  const file = { settings: { ...model, textWidth: 0 }, weights: new Map(), provenance: {} }
  for (const isOwn of [false, true])
    await expect(parseWeights(formatWeights(file, 'F16'), { isOwn })).rejects.toThrow(
      new Error("the weights' settings do not fit: textWidth: 0 is not a whole number from 1 on"),
    )
})

import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { finderModelSettings } from '../config.ts'
import { formatFinder, openFinder } from './finder-file.ts'
import { parseWeights } from './weights-file.ts'

// They are taken as they stand: a setting that came later than the weights would be missing.
test('the settings of the weights that come with the package are complete', async () => {
  const files = (await readdir('models')).filter((name) => name.endsWith('.safetensors'))
  expect(files).toContain('tiny.safetensors')
  for (const name of files) {
    const bytes = await readFile(`models/${name}`)
    const open = name.startsWith('finder') ? openFinder : parseWeights
    const { settings } = await open(bytes, { isOwn: true })
    expect(settings).toEqual((await open(bytes)).settings)
  }
})

test('a finder’s weights read no words', async () => {
  const bytes = formatFinder({ settings: finderModelSettings.parse({}), weights: new Map(), provenance: {} }, 'F16')
  await expect(parseWeights(bytes)).rejects.toThrow(/weights of another task, find/)
})

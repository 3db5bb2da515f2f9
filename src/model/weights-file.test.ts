import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseWeights } from './weights-file.ts'

// They are taken as they stand: a setting that came later than the weights would be missing.
test('the settings of the weights that come with the package are complete', async () => {
  const files = (await readdir('models')).filter((name) => name.endsWith('.safetensors'))
  expect(files).toContain('tiny.safetensors')
  for (const name of files) {
    const bytes = await readFile(`models/${name}`)
    const { settings } = await parseWeights(bytes, { isOwn: true })
    expect(settings).toEqual((await parseWeights(bytes)).settings)
  }
})

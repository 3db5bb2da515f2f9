import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { sourceChanges } from '../train/run-sources.ts'
import { countSets, resolveSources, trainingSpecs } from './train-sources.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const shared = join(folder, 'shared')
for (const [name, words] of Object.entries({ icdar2015: 60, iiit5k: 30, forms: 10 })) {
  await mkdir(join(shared, 'words', name), { recursive: true })
  await writeFile(join(shared, 'words', name, 'train.tsv'), 'a.png\tA\n'.repeat(words))
  await writeFile(join(shared, 'words', name, 'validation.tsv'), 'a.png\tA\n'.repeat(7))
}
await writeFile(join(folder, 'ten.tsv'), 'a.png\tA\n'.repeat(10))
const ten = `tsv:${join(folder, 'ten.tsv')}`
const words = (name: string) => join(shared, 'words', name)

const nothing = { data: [], validation: [] }

test('unless told otherwise the sets of the shared folder and synthetic words, by absolute paths', async () => {
  const sources = await resolveSources({ ...nothing, shared, fonts: 'fonts' }, null)
  expect(sources).toEqual({
    data: [`lists:${words('icdar2015')}`, `lists:${words('iiit5k')}`, `lists*3:${words('forms')}`],
    mixture: 'all',
    validation: [],
    synth: true,
    shared,
    fonts: resolve('fonts'),
    backgrounds: null,
  })
  expect(await countSets(sources)).toEqual([
    { name: 'icdar2015', words: 60, share: 0.5 },
    { name: 'iiit5k', words: 30, share: 0.25 },
    { name: 'forms', words: 10, share: 0.25 },
  ])
})

test('open sets need open backgrounds, unless no synthetic words are drawn', async () => {
  const open = { ...nothing, shared, open: true }
  await expect(resolveSources(open, null)).rejects.toThrow(
    /for research only; cut grounds .*npx tsx tools\/cut-grounds.ts --photographs .*icdar2015-train .*mlt2017-fr --out FOLDER/,
  )
  const without = await resolveSources({ ...open, synth: false }, null)
  expect([without.data, without.mixture]).toEqual([[`lists:${words('icdar2015')}`], 'open'])
  const withGrounds = await resolveSources({ ...open, backgrounds: folder }, null)
  expect(withGrounds.backgrounds).toBe(folder)
  // A branch of it may take all sets, and keeps the grounds.
  const branch = await resolveSources({ ...nothing, open: false }, withGrounds)
  expect([branch.data.length, branch.mixture, branch.backgrounds]).toEqual([3, 'all', folder])
})

test('what is not given is as it was kept; what is given and differs is named', async () => {
  const kept = await resolveSources({ ...nothing, data: [ten], shared, synth: false }, null)
  expect(await resolveSources(nothing, kept)).toEqual(kept)
  expect(sourceChanges(kept, await resolveSources({ ...nothing, data: [ten], synth: false }, kept))).toEqual([])
  const other = await resolveSources({ ...nothing, data: ['tsv*2:x.tsv'], synth: true, fonts: '/fonts' }, kept)
  expect(sourceChanges(kept, other)).toEqual([
    `data: without ${ten}; with tsv*2:${resolve('x.tsv')}`,
    'synth: false before, true now',
    `fonts: ${kept.fonts} before, /fonts now`,
  ])
})

test('with validation sets of their own, sets without lists are trained on whole', async () => {
  const own = await resolveSources({ data: [ten, `lists:${words('forms')}`], validation: [], synth: false }, null)
  expect((await countSets(own)).map(({ words }) => words)).toEqual([8, 10])
  const given = await resolveSources({ ...nothing, validation: [`lists:${words('iiit5k')}`] }, own)
  expect((await countSets(given)).map(({ words }) => words)).toEqual([10, 10])
  expect(trainingSpecs(given)).toEqual([
    { kind: 'tsv', path: join(folder, 'ten.tsv'), weight: 1, wholly: 'train' },
    { kind: 'lists', path: words('forms'), weight: 1, wholly: 'train' },
  ])
})

test('a set of which all is left for validation is no training set, and says so', async () => {
  await writeFile(join(folder, 'one.tsv'), 'a.png\tA\n')
  const sources = await resolveSources({ data: [`tsv:${join(folder, 'one.tsv')}`], validation: [], synth: false }, null)
  await expect(countSets(sources)).rejects.toThrow(
    /no words to train on: the only sample is left for validation; add more, or .*--validation KIND:PATH/,
  )
})

import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { presetSettings } from '../config.ts'
import type { ValidationRecord } from './log-record.ts'
import { RunFolder } from './run-folder.ts'

const preset = presetSettings.parse({})
const sources = { data: [], mixture: null, validation: [], synth: true, shared: '/s', fonts: '/f', backgrounds: null }

const record = (step: number, accuracy: number, more: Partial<ValidationRecord> = {}): ValidationRecord => {
  return { step, samples: 0, seconds: 0, accuracy, oneMinusNed: 0.5, words: 4, ...more }
}

async function bestOf(records: readonly ValidationRecord[], view: 'alphanumeric' | 'all', log = ''): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'safl-'))
  await writeFile(join(path, 'log.jsonl'), log)
  const folder = await RunFolder.open(path, { resume: false })
  await folder.begin(50, { preset, sources, view })
  for (const each of records) await folder.validated(each, Buffer.from(`step ${each.step}`))
  return readFile(join(path, 'best.safetensors'), 'utf8').catch(() => 'none')
}

test('the best is the most accurate, of these the one with the higher 1 - NED, of these the later', async () => {
  expect(await bestOf([record(1, 0.5), record(2, 0.75), record(3, 0.5)], 'all')).toBe('step 2')
  expect(await bestOf([record(1, 0.5), record(2, 0.5, { oneMinusNed: 0.4 })], 'all')).toBe('step 1')
  expect(await bestOf([record(1, 0.5), record(2, 0.5, { oneMinusNed: 0.6 })], 'all')).toBe('step 2')
  expect(await bestOf([record(1, 0.5), record(2, 0.5)], 'all')).toBe('step 2')
})

test('what was read of other words is no bar for these', async () => {
  expect(await bestOf([record(1, 0.9), record(2, 0.6, { words: 9 })], 'all')).toBe('step 2')
})

test('nothing to compare is never the best', async () => {
  expect(await bestOf([record(1, 0, { words: 0, oneMinusNed: 0 })], 'all')).toBe('none')
})

test('a resumed run remembers what was best, by the view that decides; what was not saved is forgotten', async () => {
  const old = `${JSON.stringify(record(10, 0.9))}\n${JSON.stringify(record(60, 1))}\n`
  expect(await bestOf([record(61, 0.8)], 'alphanumeric', old)).toBe('none')
  expect(await bestOf([record(61, 0.9)], 'alphanumeric', old)).toBe('step 61')
  // Older logs say nothing of all characters.
  expect(await bestOf([record(61, 0.8)], 'all', old)).toBe('step 61')
  const figures = (accuracy: number) => ({ words: 4, accuracy, oneMinusNed: 0.5 })
  const both = record(10, 0.9, { view: 'alphanumeric', alphanumeric: figures(0.9), all: figures(0.7) })
  expect(await bestOf([record(61, 0.6)], 'all', `${JSON.stringify(both)}\n`)).toBe('none')
  expect(await bestOf([record(61, 0.8)], 'all', `${JSON.stringify(both)}\n`)).toBe('step 61')
})

test('where its words come from is read back; a folder without the file says so, a damaged one is named', async () => {
  const path = await mkdtemp(join(tmpdir(), 'safl-'))
  const folder = await RunFolder.open(path, { resume: true })
  expect(await folder.readSources()).toBe(null)
  await folder.begin(0, { preset, sources, view: 'all' })
  expect(await folder.readSources()).toEqual(sources)
  await writeFile(join(path, 'sources.json'), '{"data": 5}')
  await expect(folder.readSources()).rejects.toThrow(/sources.json: not what a run writes: .*data/)
})

test('the page is there when a run begins, and shows losses from the first line of the log', async () => {
  const path = await mkdtemp(join(tmpdir(), 'safl-'))
  const folder = await RunFolder.open(path, { resume: false })
  await folder.begin(0, { preset, sources, view: 'all', facts: ['tiny from scratch'] })
  const page = () => readFile(join(path, 'progress.html'), 'utf8')
  expect(await page()).toMatch(/<li>tiny from scratch<\/li>[\s\S]*No step is done yet/)
  const losses = { loss: 3, columnLoss: 4, ctcLoss: 5, outlineLoss: 0 }
  await folder.log({ step: 1, samples: 2, seconds: 1, ...losses, rate: 1, norm: 1, samplesPerSecond: 2, waiting: 0 })
  expect(await page()).toMatch(/<h2>Losses<\/h2>[\s\S]*Loss a word[\s\S]*CTC/)
})

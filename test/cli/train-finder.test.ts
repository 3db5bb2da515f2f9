/** `safl train --task find`: a run, its resumption, a branch, weights to begin with, and what is refused. */
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { finderPresetSettings } from '../../src/config.ts'
import { openFinder } from '../../src/model/finder-file.ts'
import { loadCheckpoint } from '../../src/train/checkpoint.ts'
import type { LogRecord } from '../../src/train/log-record.ts'
import { miniFinder } from '../mini-finder.ts'
import { runSafl } from '../run-safl.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-finder-'))
const photographs = join(folder, 'photographs')
const place = (name: string) => join(folder, name)
const train = (...args: string[]) => runSafl('train', ...args)

const set = (changes: object, group: string) =>
  Object.entries(changes).flatMap(([name, value]) => ['--set', `${group}.${name}=${JSON.stringify(value)}`])
const small = [
  ...set(miniFinder().model, 'model'),
  ...set({ batchSize: 2, replicas: 1, warmup: 2, validationSteps: 3, validationCrops: 8 }, 'training'),
  ...set({ cropSize: 64, pageShare: 0 }, 'data'),
]
const alone = ['--workers', '1', '--threads', '1']

beforeAll(async () => {
  await mkdir(photographs)
  for (let index = 0; index < 5; index++) {
    const background = { r: 40 * index, g: 255 - 40 * index, b: 100 }
    const picture = sharp({ create: { width: 120, height: 80, channels: 3, background } })
    await picture.png().toFile(join(photographs, `p${index}.png`))
    await writeFile(join(photographs, `gt_p${index}.txt`), '20,20,80,20,80,44,20,44,word\n')
  }
})

const stateOf = async (run: string) =>
  (await loadCheckpoint(join(place(run), 'checkpoint.safetensors'), (found) => finderPresetSettings.parse(found))).state

test('a run from scratch; stopped and resumed it is the same; a branch of it', { timeout: 240_000 }, async () => {
  const sources = ['--data', `icdar-e2e:${photographs}`]
  const begin = (run: string, steps: number) =>
    train('--task', 'find', '--run', place(run), ...sources, ...small, ...alone, '--set', `training.steps=${steps}`)
  const whole = await begin('whole', 6)
  expect(whole.err).toMatch(/finder, [\d,]+ parameters, from scratch: steps 1 to 6, 2 crops of 64 pixels each/)
  expect(whole.err).toMatch(/photographs: photographs 4\n/)
  expect(whole.err).toMatch(/validation: 8 crops with \d+ words; best.safetensors by F/)
  expect(whole.err).toMatch(/step 6\/6 {2}loss .* kernels .* dice .* distances .* crops\/s/)
  expect(whole.err).toMatch(/6 steps, 12 crops/)
  const log = (await readFile(join(place('whole'), 'log.jsonl'), 'utf8')).trim().split('\n')
  const records = log.map((line) => JSON.parse(line) as LogRecord)
  expect(records.filter((record) => 'distanceError' in record).map(({ step }) => step)).toEqual([3, 6])
  expect(records.findLast((record) => 'loss' in record)).toMatchObject({ step: 6, samples: 12 })
  for (const name of ['weights', 'last', 'best'])
    expect(openFinder(await readFile(join(place('whole'), `${name}.safetensors`))).settings.stem).toBe(6)
  expect(await readFile(join(place('whole'), 'progress.html'), 'utf8')).toContain('Crops a second')

  await begin('parts', 2)
  const resumed = await train('--run', place('parts'), '--resume', ...alone, '--set', 'training.steps=6')
  expect(resumed.err).toMatch(/resumed after step 2: steps 3 to 6/)
  expect({ ...(await stateOf('parts')), seconds: 0 }).toEqual({ ...(await stateOf('whole')), seconds: 0 })

  const branch = await train('--branch', place('whole'), '--run', place('branch'), '--steps', '2', ...alone)
  expect(branch.err).toMatch(/a branch of .*whole after its step 6: steps 7 to 8, .* learning rate decay/)
  expect((await stateOf('branch')).step).toBe(8)

  const weights = join(place('whole'), 'weights.safetensors')
  const fine = ['--task', 'find', '--run', place('fine'), '--weights', weights, ...sources, ...alone]
  const tuned = await train(
    ...fine,
    '--set',
    'training.steps=1',
    '--set',
    'data.cropSize=64',
    '--set',
    'data.pageShare=0',
  )
  expect(tuned.err).toMatch(/from the weights .*weights.safetensors: steps 1 to 1/)

  expect((await train('--run', place('whole'), '--resume', '--task', 'read')).err).toMatch(
    /--task read: .*whole is a run of --task find/,
  )
  const elsewhere = await train('--run', place('whole'), '--resume', '--data', `icdar-e2e*2:${photographs}`)
  expect(elsewhere.err).toMatch(/began with other photographs or pages .*--change-sources/)
})

test.each([
  [['--no-synth'], /of a finder --set data.pageShare= says/],
  [['--open', '--shared', '../shared/data'], /for research only; .*data.pageShare=0/],
  [['--preset', 'tiny'], /--preset belongs to the training of a recogniser/],
  [['--validation', 'icdar-e2e:x'], /a finder is validated with the validation photographs of --data/],
  [['--data', 'tsv:x'], /"tsv:x" is no set of photographs: give icdar-e2e:FOLDER/],
  [['--shared', 'nowhere'], /holds none of the project's photographs; give --data icdar-e2e:FOLDER/],
  [['--set', 'training.focalAlpha=1'], /training.focalAlpha: 1 is too large: less than 1 will do/],
  [['--set', 'training.ctcWeight=1'], /training.ctcWeight: no such setting/],
])('%o is refused', async (args, message) => {
  const { code, err } = await train('--task', 'find', '--run', place('never'), ...args)
  expect(code).toBe(1)
  expect(err).toMatch(message)
})

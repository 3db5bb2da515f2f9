/** A trunk goes on, stops and goes on bit for bit; a branch of it cools beside it and leaves it untouched. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { parseWeights } from '../../src/model/weights-file.ts'
import { loadCheckpoint } from '../../src/train/checkpoint.ts'
import type { LogRecord } from '../../src/train/log-record.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-trunk-'))
const words = `tsv:${join(folder, 'words.tsv')}`
const others = `tsv:${join(folder, 'others.tsv')}`

async function train(...args: string[]): Promise<{ code: number; err: string }> {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'train', ...args])
  return run.then(
    ({ stderr }) => ({ code: 0, err: stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, err: stderr }),
  )
}

const set = (changes: object, group: string) =>
  Object.entries(changes).flatMap(([name, value]) => ['--set', `${group}.${name}=${JSON.stringify(value)}`])
const { model } = miniPreset()
const settings = [
  ...set({ rectifier: model.rectifier, backbone: model.backbone, transformer: model.transformer }, 'model'),
  ...set({ batchSize: 4, replicas: 1, lengths: [8], learningRate: 0.002, warmup: 4, optimizer: 'muon' }, 'training'),
  ...set({ schedule: 'constant', validationSteps: 4, columnWeight: 0, outlineWeight: 0 }, 'training'),
  ...['--workers', '1', '--threads', '1'],
]
const own = ['--no-synth', '--data', words]

const checkpoint = (run: string) => loadCheckpoint(join(folder, run, 'checkpoint.safetensors'))
const log = async (run: string) =>
  (await readFile(join(folder, run, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogRecord)

async function digest(run: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, run))).sort()
  const of = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, run, name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await of(name)])))
}

beforeAll(async () => {
  for (let index = 0; index < 12; index++) {
    const background = { r: 20 * index, g: 255 - 20 * index, b: 100 }
    const picture = sharp({ create: { width: 60, height: 20, channels: 3, background } })
    await picture.png().toFile(join(folder, `${index}.png`))
  }
  const lines = Array.from({ length: 12 }, (_, index) => `${index}.png\tW${index}\n`)
  await writeFile(join(folder, 'words.tsv'), lines.join(''))
  await writeFile(join(folder, 'others.tsv'), lines.join('').replaceAll('W', 'X'))
})

test('a trunk, its resumption, its branches and what is carried away', { timeout: 240_000 }, async () => {
  const begun = await train('--run', join(folder, 'trunk'), ...settings, ...own, '--set', 'training.steps=6')
  expect(begun.err).toMatch(/a model of its own, [\d,]+ parameters, from scratch: steps 1 to 6, 4 words each/)
  expect(begun.err).toMatch(/100.0 % of the words are real: tsv:.*words.tsv 9 \(100.0 %\)\n/)
  expect(begun.err).toMatch(/validation: 3 words of 1 set; best.safetensors by letters and digits/)
  expect(begun.err).toMatch(/progress: .*trunk.progress.html/)
  expect(begun.err).toMatch(/validation: letters and digits 0.0 % of 3 .*, all characters 0.0 % of 3/)
  const before = await digest('trunk')

  // What a new machine goes on from: the weights themselves, not their average.
  const { state, preset } = await checkpoint('trunk')
  expect(preset.training.schedule).toBe('constant')
  const last = await parseWeights(await readFile(join(folder, 'trunk/last.safetensors')))
  const named = new TrainingStep(preset, runtime).namedTensors(state.weights, state.statistics)
  expect([...last.weights.keys()].sort()).toEqual([...named.keys()].sort())
  for (const [name, { data }] of named)
    for (const [place, value] of data.entries())
      expect(Math.abs(last.weights.get(name)!.data[place]! - value)).toBeLessThanOrEqual(
        2 ** -11 * Math.abs(value) + 1e-7,
      )
  expect(state.average).not.toEqual(state.weights)
  const anew = ['--weights', join(folder, 'trunk/last.safetensors'), '--set', 'training.steps=2']
  const carried = await train('--run', join(folder, 'carried'), ...settings, ...own, ...anew)
  expect([carried.code, carried.err]).toEqual([0, expect.stringMatching(/from the weights .*last.safetensors/)])

  // A branch: from the trunk's step and rate down to 0 with the trunk's words; the trunk stays as it is.
  const branched = await train('--branch', join(folder, 'trunk'), '--run', join(folder, 'branch'), '--steps', '4')
  expect(branched.err).toMatch(/a branch of .*trunk after its step 6: steps 7 to 10/)
  expect(await digest('trunk')).toEqual(before)
  const cooled = await checkpoint('branch')
  expect(cooled.preset.training).toMatchObject({ schedule: 'decay', decayFrom: 6, steps: 10, learningRate: 0.002 })
  expect([cooled.state.step, cooled.state.samples]).toEqual([10, 40])
  const final = (await log('branch')).flatMap((record) => ('rate' in record ? [[record.step, record.rate]] : []))
  expect(final).toEqual([[10, 0]])
  expect(await readdir(join(folder, 'branch'))).not.toContain('last.safetensors')
  const { provenance } = await parseWeights(await readFile(join(folder, 'branch/weights.safetensors')))
  expect(provenance).toMatchObject({ steps: '10', words: '40' })

  // Stopped after its second step, as good as at once, and resumed, it ends the same.
  const paused = ['--run', join(folder, 'paused')]
  await train('--branch', join(folder, 'trunk'), ...paused, '--steps', '4', '--minutes', '0.0001')
  const stopped = (await checkpoint('paused')).state.step
  expect(stopped).toBeGreaterThan(6)
  expect(stopped).toBeLessThan(10)
  expect((await train(...paused, '--resume')).err).toMatch(/resumed after step/)
  expect((await checkpoint('paused')).state.weights).toEqual(cooled.state.weights)
  expect((await checkpoint('paused')).state.average).toEqual(cooled.state.average)

  // Other words are refused where the run goes on, unless they are asked for; a branch may have them.
  const trunk = ['--run', join(folder, 'trunk'), '--resume', '--set', 'training.steps=9']
  const refused = await train(...trunk, '--data', others)
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringMatching(/data: without tsv:.*words.tsv; with tsv:.*others.tsv.*--change-sources/),
  ])
  expect(await digest('trunk')).toEqual(before)
  const elsewhere = ['--run', join(folder, 'elsewhere'), '--steps', '1', '--data', others]
  expect((await train('--branch', join(folder, 'trunk'), ...elsewhere)).code).toBe(0)
  const sources = JSON.parse(await readFile(join(folder, 'elsewhere/sources.json'), 'utf8')) as object
  expect(sources).toMatchObject({ data: [others], synth: false, mixture: null, validation: [] })

  // The trunk goes on with its own words, as one that never stopped.
  expect((await train(...trunk)).code).toBe(0)
  await train('--run', join(folder, 'whole'), ...settings, ...own, '--set', 'training.steps=9')
  const [whole, resumed] = [await checkpoint('whole'), await checkpoint('trunk')]
  expect(resumed.state.weights).toEqual(whole.state.weights)
  expect(resumed.state.moment1).toEqual(whole.state.moment1)
  const changed = await train(...trunk.with(-1, 'training.steps=10'), '--data', others, '--change-sources')
  expect([changed.code, changed.err]).toEqual([
    0,
    expect.stringMatching(/changed: data: without .*; with .*others.tsv/),
  ])
  expect((await train(...trunk.with(-1, 'training.steps=11'))).err).toMatch(/others.tsv 9/)
})

test.each([
  [['--branch', 'nowhere', '--run', 'x', '--steps', '3'], /nowhere.*no checkpoint/],
  [['--branch', 'nowhere', '--run', 'x'], /--branch: give --steps/],
  [['--run', 'x', '--steps', '3'], /--steps is the length of a branch.*training.steps=/],
  [['--run', 'x', '--open', '--data', 'tsv:a'], /--open chooses among .* leave it or --data out/],
  [['--run', 'x', '--backgrounds', 'nowhere'], /--backgrounds nowhere: no such folder/],
])('%j is refused', async (args, message) => {
  const { code, err } = await train(...args)
  expect([code, err]).toEqual([1, expect.stringMatching(message)])
})

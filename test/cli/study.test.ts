/** `safl study` from the command line, with a toy of a model and a handful of words. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseWeights } from '../../src/model/weights-file.ts'
import { analyse } from '../../src/study/analyse.ts'
import { StudyFolder } from '../../src/study/study-folder.ts'
import { madeUpRun, STUDY } from '../study/made-up-runs.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-study-'))

const toy = [
  ...['training.batchSize=2', 'training.lengths=[8]', 'training.warmup=1', 'training.realShare=1'],
  ...['model.backbone.stem=4', 'model.backbone.widths=[4,4,8,8,16]'],
  ...['model.transformer.width=16', 'model.transformer.heads=2', 'model.transformer.feedForward=16'],
]

const study = (out: string, ...args: string[]) => runStudy('focal', out, ...args)

function runStudy(name: string, out: string, ...args: string[]): Promise<{ code: number; err: string }> {
  const settings = toy.flatMap((change) => ['--set', change])
  const data = ['--data', `tsv:${join(folder, 'labels.tsv')}`]
  const all = ['src/cli/main.ts', 'study', name, '--out', join(folder, out), ...settings, ...data, ...args]
  return promisify(execFile)(process.execPath, ['--import', 'tsx', ...all]).then(
    ({ stderr }) => ({ code: 0, err: stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, err: stderr }),
  )
}

beforeAll(async () => {
  const image = sharp({ create: { width: 60, height: 20, channels: 3, background: '#888' } })
  await writeFile(join(folder, 'a.png'), await image.png().toBuffer())
  const words = ['EXIT', 'Taxi', 'bus', 'Exit', 'no', 'taxi']
  await writeFile(join(folder, 'labels.tsv'), words.map((word) => `a.png\t${word}\n`).join(''))
})

describe('safl study focal', () => {
  test('a study grows without repeating a run; other settings, budgets and words are refused', async () => {
    const pair = ['--words', '4', '--arms', 'gamma0,gamma2']
    const first = await study('toy', ...pair, '--seeds', '1')
    expect(first).toMatchObject({ code: 0, err: expect.stringMatching(/2 of 2 runs are done/) })
    const runs = join(folder, 'toy', 'runs')
    const before = await stat(join(runs, 'gamma0-seed1.json'))
    const more = await study('toy', ...pair, '--seeds', '2')
    expect(more.err).toMatch(/run 3 of 4, gamma0, seed 2.*\n.*run 4 of 4, gamma2, seed 2/)
    expect(more.err).not.toMatch(/run [12] of 4/)
    expect((await readdir(runs)).sort()).toEqual(
      ['gamma0', 'gamma2'].flatMap((arm) =>
        [1, 2].flatMap((seed) => ['json', 'safetensors'].map((ending) => `${arm}-seed${seed}.${ending}`)),
      ),
    )
    expect((await stat(join(runs, 'gamma0-seed1.json'))).mtimeMs).toBe(before.mtimeMs)

    const read = await (await StudyFolder.open(join(folder, 'toy'), await describedIn('toy'))).runs()
    expect(read[0]!.sets[0]!.words.map(({ label }) => label)).toEqual(['EXIT', 'taxi'])
    expect(read[0]!.training.words).toBe(4)
    expect(analyse(read).comparisons[0]!.seeds).toEqual([1, 2])

    const page = await readFile(join(folder, 'toy', 'report.html'), 'utf8')
    expect(page).toMatch(/<svg/)
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/(src|href)="?https?:/)
    expect(await readFile(join(folder, 'toy', 'report.md'), 'utf8')).toMatch(/too small to tell/)

    const budget = await study('toy', '--words', '8')
    expect(budget).toMatchObject({ code: 1, err: expect.stringMatching(/words a run is 4 there, 8 here/) })
    const setting = await study('toy', '--words', '4', '--set', 'training.clip=2')
    expect(setting).toMatchObject({ code: 1, err: expect.stringMatching(/training\.clip is 1 there, 2 here; leave/) })

    const start = ['--weights', join(runs, 'gamma0-seed1.safetensors'), '--set', 'training.learningRate=1e-9']
    const other = await study('toy', ...pair, ...start)
    expect(other).toMatchObject({ code: 1, err: expect.stringMatching(/weights is "none" there, "[0-9a-f]{64}" here/) })
    expect(await study('further', ...pair, '--seeds', '1', ...start)).toMatchObject({ code: 0 })
    expect(await readFile(join(folder, 'further', 'report.md'), 'utf8')).toMatch(/from the weights gamma0-seed1/)
    const weightsOf = async (name: string) => {
      const bytes = await readFile(join(folder, name, 'runs', 'gamma0-seed1.safetensors'))
      return (await parseWeights(bytes)).weights.get('decoder.decoder.fc.weight')!.data
    }
    const [began, ended] = [await weightsOf('toy'), await weightsOf('further')]
    for (const [index, value] of ended.entries()) expect(Math.abs(value - began[index]!)).toBeLessThan(1e-4)
  }, 60_000)

  test.each([
    [['--set', 'training.focalGamma=1'], /--set training.focalGamma: the study itself decides this/],
    [['--set', 'training.steps=9'], /decides this; give --words/],
    [['--arms', 'gamma0,gamma9'], /no arm "gamma9": there are gamma0, gamma2/],
    [['--arms', 'gamma0,uniform-gamma0'], /uniform-gamma0: without synthetic words/],
  ])('%j is refused in one line', async (args, message) => {
    const { code, err } = await study('never', ...args)
    expect([code, err]).toEqual([1, expect.stringMatching(message)])
    expect(err).not.toMatch(/\n\s+at /)
  })
})

describe('safl study parts', () => {
  test('two arms are trained, read, measured and compared; a run that is done is not made again', async () => {
    const few = ['--words', '4', '--drawn', '3', '--workers', '1', '--seeds', '1']
    const args = [...few, '--arms', 'tiny,no-rectifier', '--set', 'training.replicas=1']
    const first = await runStudy('parts', 'parts', ...args)
    expect(first).toMatchObject({ code: 0, err: expect.stringMatching(/measuring 2 models\n.*2 of 2 runs are done/) })
    const out = join(folder, 'parts')
    const report = await readFile(join(out, 'report.md'), 'utf8')
    expect(report).toMatch(/\| arm \| parameters, millions \| GFLOP a word read \|/)
    expect(report).toMatch(/\| no rectifier against SAFL \| 1 \|/)
    expect(report).toMatch(/synthetic, straight \(3 words\) \| synthetic, curved \(3 words\)/)
    const widest = Math.max(...report.split('\n').map((line) => (line.startsWith('|') ? line.split(' | ').length : 0)))
    expect(widest).toBeLessThanOrEqual(6)
    const { costs, arms, comparisons } = JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))
    expect(costs.arms.map(({ arm }: { arm: string }) => arm)).toEqual(['tiny', 'no-rectifier'])
    for (const { trainWordsPerSecond, readMilliseconds } of costs.arms) {
      expect(trainWordsPerSecond).toBeGreaterThan(0)
      expect(readMilliseconds).toBeGreaterThan(0)
    }
    expect(arms.map(({ arm, seeds }: { arm: string; seeds: number[] }) => [arm, seeds])).toEqual([
      ['tiny', [1]],
      ['no-rectifier', [1]],
    ])
    expect(comparisons[0]).toMatchObject({ arm: 'no-rectifier', baseline: 'tiny', seeds: [1] })

    const again = await runStudy('parts', 'parts', ...args)
    expect(again.err).toBe(`safl: 2 of 2 runs are done: ${out}/report.md\n`)
    const other = '--words 4 --arms gamma0 --preset tiny --set training.replicas=1'.split(' ')
    const kind = await runStudy('focal', 'parts', ...other)
    expect(kind).toMatchObject({ code: 1, err: expect.stringMatching(/kind is "parts" there, "focal" here/) })
  }, 120_000)

  test('an arm that is none is named', async () => {
    const { code, err } = await runStudy('parts', 'never', '--arms', 'tiny,large')
    expect([code, err]).toEqual([1, expect.stringMatching(/no arm "large": there are tiny, unguided, no-rectifier/)])
  })
})

describe('the folder of a study', () => {
  test('runs come back as they were saved; half-written and foreign files are named', async () => {
    const path = join(folder, 'made-up')
    const opened = await StudyFolder.open(path, STUDY)
    const run = madeUpRun({ arm: 'gamma2', seed: 3, right: () => true })
    await opened.save(run, Uint8Array.of(1, 2, 3))
    expect(await opened.runs()).toEqual([run])
    expect([...(await readFile(join(path, 'runs', 'gamma2-seed3.safetensors')))]).toEqual([1, 2, 3])
    await writeFile(join(path, 'runs', 'gamma0-seed1.json'), '{"arm":')
    await expect(opened.runs()).rejects.toThrow(/gamma0-seed1\.json: not what a study writes/)
  })

  test('the same words may lie elsewhere; other words, and runs without a description, are refused', async () => {
    const path = join(folder, 'data')
    await StudyFolder.open(path, STUDY)
    const moved = { ...STUDY, data: STUDY.data.map((set) => ({ ...set, name: `moved ${set.name}` })) }
    expect((await StudyFolder.open(path, moved)).description).toEqual(STUDY)
    const other = { ...STUDY, data: STUDY.data.map((set) => ({ ...set, digest: 'else' })) }
    await expect(StudyFolder.open(path, other)).rejects.toThrow(/holds a study of other settings: data is/)
    await mkdir(join(folder, 'bare', 'runs'), { recursive: true })
    await expect(StudyFolder.open(join(folder, 'bare'), STUDY)).rejects.toThrow(/no study\.json/)
  })
})

async function describedIn(name: string): Promise<typeof STUDY> {
  return JSON.parse(await readFile(join(folder, name, 'study.json'), 'utf8')) as typeof STUDY
}

/** Trainings by two ranks of Open MPI on this machine: `apt-get install openmpi-bin`. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import sharp from 'sharp'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { parseAnyPreset } from '../../src/config.ts'
import { createDataset } from '../../src/data/write-dataset.ts'
import { loadCheckpoint } from '../../src/train/checkpoint.ts'
import { openMpi } from '../../src/train/open-mpi.ts'
import { miniFinder } from '../mini-finder.ts'
import { runSafl } from '../run-safl.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-mpi-'))
const labels = join(folder, 'words', 'labels.tsv')

const settings = [
  'model.rectifier.channels=[4,4,4,4,4,4]',
  'model.rectifier.hidden=8',
  'model.backbone.stem=4',
  'model.backbone.widths=[4,4,8,8,16]',
  'model.backbone.blocks=[1,1,1,1,1]',
  'model.transformer={"width":16,"heads":2,"feedForward":16,"encoderLayers":1,"decoderLayers":1,"dropout":0.1,"positionDropout":0.1}',
  'training.batchSize=4',
  'training.lengths=[8]',
  'training.steps=40',
  'training.warmup=10',
  'training.columnWeight=0',
  'training.optimizer=muon',
  'training.validationSteps=20',
  'training.checkpointSeconds=0.02',
]
const inTraining = (change: string) => `training.${change}`
const changes = (list: readonly string[]) => list.flatMap((change) => ['--set', change])
const words = () => ['--no-synth', '--data', `tsv:${labels}`, '--workers', '1', '--threads', '1']
const begin = (run: string, ...more: string[]) => [
  'train',
  '--run',
  join(folder, run),
  ...words(),
  ...changes([...settings, 'training.replicas=2', ...more]),
]
const resume = (run: string) => ['train', '--run', join(folder, run), '--resume', '--workers', '1', '--threads', '1']

interface Job {
  readonly child: ChildProcess
  /** The exit status and all that was said. */
  readonly ended: Promise<{ code: number | null; said: string }>
}

/** Ranks with arguments of their own, on this machine alone. */
function startRanks(...ranks: readonly (readonly string[])[]): Job {
  const apps = ranks.map((args, rank) => [
    ...(rank > 0 ? [':'] : []),
    ...['-n', '1', process.execPath, '--import', 'tsx', 'src/cli/main.ts', ...args, '--distributed', 'mpi'],
  ])
  const surroundings = {
    OMPI_ALLOW_RUN_AS_ROOT: '1',
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
    OMPI_MCA_rmaps_base_oversubscribe: '1',
    OMPI_MCA_hwloc_base_binding_policy: 'none',
    OMPI_MCA_plm: 'isolated',
    OMPI_MCA_btl: 'self,vader',
  }
  const child = spawn('mpirun', apps.flat(), {
    env: { ...process.env, ...surroundings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += text.toString()
    })
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, said })) }
}

const bothRanks = (args: readonly string[]) => startRanks(args, args)

/** Waits for the first checkpoint. */
async function saved(run: string, { ended }: Job): Promise<void> {
  let isOver = false
  ended.then(() => {
    isOver = true
  })
  while (!existsSync(join(folder, run, 'checkpoint.safetensors')) && !isOver) await setTimeout(10)
}

/** Processes that mpirun started itself. */
async function ranksOf({ child }: Job): Promise<number[]> {
  return (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim().split(' ').map(Number)
}

/** Whoever adopts a process may be slow to bury it. */
async function hasEnded(id: number): Promise<boolean> {
  const status = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => null)
  return status === null || /\) [ZX] /.test(status)
}

/** All but the time that it took. */
async function stateOf(run: string) {
  const { state, preset } = await loadCheckpoint(join(folder, run, 'checkpoint.safetensors'), parseAnyPreset)
  return { state: { ...state, seconds: 0 }, preset }
}

async function lossesOf(run: string) {
  const lines = (await readFile(join(folder, run, 'log.jsonl'), 'utf8')).trim().split('\n')
  return lines.map((line) => {
    const { step, loss, ctcLoss, norm, accuracy } = JSON.parse(line) as Record<string, number>
    return { step, loss, ctcLoss, norm, accuracy }
  })
}

const isInstalled = spawnSync('mpirun', ['--version']).status === 0
if (!isInstalled) console.warn('mpirun is not installed: the tests of trainings on several machines are skipped')

beforeAll(async () => {
  const writer = await createDataset({ kind: 'tsv', path: labels })
  for (let index = 0; index < 20; index++) {
    const background = { r: 12 * index, g: 255 - 12 * index, b: 100 }
    const crop = sharp({ create: { width: 60, height: 20, channels: 3, background } })
    await writer.add({ label: `W${index}`, bytes: await crop.png().toBuffer() })
  }
  await writer.finish()
})

describe.runIf(isInstalled)('two ranks', () => {
  beforeAll(async () => {
    expect(await runSafl(...begin('alone'))).toMatchObject({ code: 0 })
  })

  test('compute what two replicas of one process do, bit for bit; rank 0 alone speaks', async () => {
    const { code, said } = await bothRanks(begin('both')).ended
    expect([code, said.match(/step 1\/40 /g)?.length, said.match(/validation: letters/g)?.length]).toEqual([0, 1, 2])
    expect(await stateOf('both')).toEqual(await stateOf('alone'))
    expect(await lossesOf('both')).toEqual(await lossesOf('alone'))
  })

  test('with two replicas each compute what four of one process do, bit for bit', async () => {
    const more = ['training.replicas=4', 'training.batchSize=8', 'training.steps=8']
    expect(await runSafl(...begin('four', ...more))).toMatchObject({ code: 0 })
    expect(await bothRanks(begin('pairs', ...more)).ended).toMatchObject({ code: 0 })
    expect(await stateOf('pairs')).toEqual(await stateOf('four'))
  })

  test('train a finder, each on its crops of a photograph', async () => {
    await mkdir(join(folder, 'photographs'))
    for (let index = 0; index < 5; index++) {
      const background = { r: 40 * index, g: 255 - 40 * index, b: 100 }
      const picture = sharp({ create: { width: 120, height: 80, channels: 3, background } })
      await picture.png().toFile(join(folder, 'photographs', `p${index}.png`))
      await writeFile(join(folder, 'photographs', `gt_p${index}.txt`), '20,20,80,20,80,44,20,44,word\n')
    }
    const { model } = miniFinder()
    const small = [
      ...Object.entries(model).map(([name, value]) => `model.${name}=${JSON.stringify(value)}`),
      ...['batchSize=4', 'replicas=2', 'steps=4', 'validationSteps=2', 'validationCrops=4'].map(inTraining),
      ...['cropSize=64', 'pageShare=0', 'cropsOfOne=3'].map((change) => `data.${change}`),
    ]
    const find = (run: string) => [
      ...['train', '--task', 'find', '--run', join(folder, run), '--workers', '1', '--threads', '1'],
      ...['--data', `icdar-e2e:${join(folder, 'photographs')}`, ...changes(small)],
    ]
    expect(await runSafl(...find('finder'))).toMatchObject({ code: 0 })
    expect(await bothRanks(find('finders')).ended).toMatchObject({ code: 0 })
    expect(await stateOf('finders')).toEqual(await stateOf('finder'))
  })

  test('stop after the same step when they are asked to, save, and go on as if they had not', async () => {
    const job = bothRanks(begin('stopped'))
    await saved('stopped', job)
    // mpirun ends the ranks a second after SIGTERM, and hands this one on.
    job.child.kill('SIGUSR2')
    expect(await job.ended).toMatchObject({ code: 0, said: expect.stringContaining('saving after this step') })
    const { step } = (await stateOf('stopped')).state
    expect(step).toBeLessThan(40)
    expect(await bothRanks(resume('stopped')).ended).toMatchObject({
      code: 0,
      said: expect.stringContaining(`resumed after step ${step}: steps ${step + 1} to 40`),
    })
    expect(await stateOf('stopped')).toEqual(await stateOf('alone'))
  })

  test('end when one is killed; one process goes on from the checkpoint', async () => {
    const job = bothRanks(begin('killed'))
    await saved('killed', job)
    const ranks = await ranksOf(job)
    expect(ranks).toHaveLength(2)
    process.kill(ranks[1]!, 'SIGKILL')
    expect((await job.ended).code).not.toBe(0)
    // mpirun does not wait for those that it kills.
    for (const rank of ranks) await expect.poll(() => hasEnded(rank), { timeout: 10_000 }).toBe(true)
    expect((await stateOf('killed')).state.step).toBeLessThan(40)
    expect(await runSafl(...resume('killed'))).toMatchObject({ code: 0 })
    expect(await stateOf('killed')).toEqual(await stateOf('alone'))
  })

  test('that differ do not begin, and rank 0 names what differs', async () => {
    const { code, said } = await startRanks(begin('differ'), begin('differ', 'training.seed=7')).ended
    expect(code).not.toBe(0)
    const lines = said.split('\n').filter((line) => line.startsWith('safl: '))
    expect(lines).toEqual([
      expect.stringMatching(
        /^safl: rank 0: the ranks differ: hash of the weights is "\w{16}" on rank 1, "\w{16}" on rank 0; training\.seed is 7 on rank 1, 1 on rank 0; give all of them/,
      ),
    ])
    expect(existsSync(join(folder, 'differ'))).toBe(false)
  })

  test('that cannot share the replicas alike say what would do', async () => {
    const { code, said } = await bothRanks(begin('odd', 'training.batchSize=6', 'training.replicas=3')).ended
    expect(code).not.toBe(0)
    expect(said).toContain(
      'safl: rank 0: training.replicas: 3 parts of a batch cannot be shared by 2 ranks alike; give',
    )
  })
})

describe('without Open MPI', () => {
  afterEach(() => void vi.unstubAllEnvs())

  test('a process that mpirun did not start says so', async () => {
    const { code, err } = await runSafl(...begin('none'), '--distributed', 'mpi')
    expect([code, err]).toEqual([
      1,
      'safl: --distributed mpi: mpirun did not start this process; begin with mpirun, such as: mpirun -n 2 npx safl train ...\n',
    ])
  })

  test('a missing library, and one that is not Open MPI’s, are named', async () => {
    vi.stubEnv('OMPI_COMM_WORLD_SIZE', '2')
    await expect(openMpi(['libnone.so'])).rejects.toThrow(
      /library cannot be loaded \(.*libnone.*install Open MPI 4 or 5/,
    )
    const other = process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6'
    await expect(openMpi([other])).rejects.toThrow("the MPI library that was loaded is not Open MPI's")
  })

  test('steps in groups are refused', async () => {
    if (!isInstalled) return
    const { said } = await bothRanks(begin('groups', 'training.stepsPerRun=2')).ended
    expect(said).toContain('leave --device cuda out, or --set training.stepsPerRun=1')
  })
})

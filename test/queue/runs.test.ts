/** Runs in a server, without anybody who reads. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, UnrecoverableError, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collectRun } from '../../src/queue/collect-run.ts'
import { enqueueRun } from '../../src/queue/enqueue-run.ts'
import type { JobData, JobImage, JobRecord } from '../../src/queue/job.ts'
import { type RunPlan, RunStore } from '../../src/queue/run.ts'
import { type RedisServer, redisProgram, startRedis } from './redis-server.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-runs-'))
const plan: RunPlan = { folder, jobSize: 2, bytes: false, load: {}, reading: {} }
const named = (count: number): JobImage[] => Array.from({ length: count }, (_, index) => ({ name: `${index}.png` }))

describe.skipIf(redisProgram === null)('runs', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis()
  })

  afterAll(() => server?.stop())

  const enqueue = (queue: string, images: Iterable<JobImage>, more: Partial<RunPlan> = {}) =>
    enqueueRun({ redis: server.redis, queue, run: 'run', plan: { ...plan, ...more }, images })

  const collect = (queue: string, file: string, remove = false) => {
    const { signal } = new AbortController()
    return collectRun({ redis: server.redis, queue, run: 'run', file, follow: false, remove, signal })
  }

  test('enqueueing that was ended goes on where it was, and other images are refused', async () => {
    const images = named(1001)
    const ending = function* () {
      yield* images.slice(0, 900)
      throw new Error('ended')
    }
    await expect(enqueue('ended', ending())).rejects.toThrow('ended')
    const store = new RunStore(server.redis, 'ended')
    expect(await store.state('run')).toMatchObject({ jobs: 400, images: 800, isWhole: false })
    await expect(enqueue('ended', [...images].reverse())).rejects.toThrow('--run run: has other images in the queue')
    await expect(enqueue('ended', images.slice(0, 799))).rejects.toThrow('--run run: has other images in the queue')
    expect(await enqueue('ended', images)).toEqual({ images: 1001, jobs: 501, before: 800 })
    expect(await enqueue('ended', images)).toEqual({ images: 1001, jobs: 501, before: 1001 })
    await expect(enqueue('ended', named(1002))).rejects.toThrow('--run run: has other images in the queue')
    expect(await store.state('run')).toMatchObject({ jobs: 501, images: 1001, isWhole: true })
    // As if it had been ended just before it was through.
    await server.redis.hdel('safl:ended:run:run', 'whole')
    await expect(enqueue('ended', named(1002))).rejects.toThrow('--run run: has other images in the queue')
    expect(await enqueue('ended', images)).toMatchObject({ before: 1001 })
    const queue = new Queue<JobData>('ended', { connection: server.redis })
    expect(await queue.getJobCountByTypes('waiting')).toBe(501)
    expect((await queue.getJob('run.500'))!.data).toEqual({ run: 'run', images: [{ name: '1000.png' }] })
    await queue.close()
  })

  test('options stay those of the first call, priors and all', async () => {
    const reading = { prior: new Map([['EXIT', 3]]), pattern: '[A-Z]+' }
    await enqueue('options', named(3), { reading })
    expect(await new RunStore(server.redis, 'options').plan('run')).toEqual({ ...plan, reading })
    expect(await enqueue('options', named(3), { reading })).toMatchObject({ before: 3 })
    const other = { ...reading, prior: new Map([['EXIT', 4]]) }
    await expect(enqueue('options', named(3), { reading: other })).rejects.toThrow(
      '--run run: was begun with another prior; give this one another name',
    )
    await expect(enqueue('options', named(3))).rejects.toThrow('was begun with another p')
  })

  test('a job that was given up has its reason for each image; what is written is taken out when that is asked for', async () => {
    await enqueue('given-up', named(7))
    const file = join(folder, 'given-up.jsonl')
    expect(await collect('given-up', file)).toEqual({ lines: 0, images: 7, isWhole: false, failures: 0 })
    const record = (path: string) => ({ path, text: 'A', confidence: 1, characters: [], turned: 0 })
    const connection = server.redis.duplicate({ maxRetriesPerRequest: null })
    const read = async ({ data: { images } }: { data: JobData }): Promise<JobRecord[]> => {
      if (images.some(({ name }) => name === '2.png')) throw new UnrecoverableError('no more')
      return images.map(({ name }) => record(name))
    }
    const worker = new Worker<JobData, JobRecord[]>('given-up', read, { connection })
    await expect.poll(() => server.redis.zcard('bull:given-up:completed')).toBe(3)
    await worker.close()
    connection.disconnect()

    expect(await collect('given-up', file, true)).toEqual({ lines: 7, images: 7, isWhole: true, failures: 2 })
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
    const expected = named(7).map(({ name }) =>
      ['2.png', '3.png'].includes(name) ? { path: name, error: `${name}: no more` } : record(name),
    )
    expect(lines.map((line) => JSON.parse(line))).toEqual(expected)
    expect(await server.redis.keys('*given-up*run*')).toEqual([])
    await expect(collect('given-up', file)).rejects.toThrow('--run run: the queue given-up has no such run')
  })

  test('without an image no run is begun', async () => {
    await expect(enqueue('none', [])).rejects.toThrow('--run run: there is no image to read; nothing was enqueued')
    expect(await server.redis.keys('safl:none:*')).toEqual([])
  })

  test('a file that is not of the run is not touched', async () => {
    await enqueue('foreign', named(2))
    const file = join(folder, 'foreign.jsonl')
    for (const content of ['{"path":"0.png"}\n', '{}\n{}\n{}\n', 'no newline', '{"paths']) {
      await writeFile(file, content)
      await expect(collect('foreign', file)).rejects.toThrow(`${file}: is no beginning of run run`)
      expect(await readFile(file, 'utf8')).toBe(content)
    }
  })
})

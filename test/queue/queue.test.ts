/** `safl queue` with a server, and workers that are killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSafl } from '../run-safl.ts'
import { ended, type RedisServer, redisProgram, startRedis } from './redis-server.ts'

const words = ['EXIT', 'TAXI', 'OPEN', 'SALE', 'STOP', 'HOTEL', 'BANK', 'SHOP']
const folder = await mkdtemp(join(tmpdir(), 'safl-queue-'))

async function drawWord(word: string): Promise<Buffer> {
  const svg = `<svg width="200" height="60"><rect width="200" height="60" fill="#fff"/><text x="100" y="44" font-size="40" font-family="sans-serif" text-anchor="middle">${word}</text></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

const linesOf = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(0, -1)
const recordsOf = async (file: string) => (await linesOf(file)).map((line) => JSON.parse(line) as Line)

interface Line {
  readonly path: string
  readonly text?: string
  readonly error?: string
}

describe.skipIf(redisProgram === null)(
  redisProgram === null ? 'needs redis-server or valkey-server, of which none is installed' : `by ${redisProgram}`,
  () => {
    let server: RedisServer
    const children = new Set<ChildProcess>()

    beforeAll(async () => {
      server = await startRedis()
    })

    afterAll(async () => {
      for (const child of children) await ended(child, 'SIGKILL')
      await server?.stop()
    })

    const queue = (verb: string, ...args: string[]) => runSafl('queue', verb, '--redis', server.address, ...args)

    function start(verb: string, ...args: string[]) {
      const command = ['--import', 'tsx', 'src/cli/main.ts', 'queue', verb, '--redis', server.address, ...args]
      const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] })
      children.add(child)
      const said: string[] = []
      child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
      return { child, said }
    }

    const worker = (name: string) =>
      start('work', '--queue', name, '--concurrency', '1', '--threads', '1', '--stalled-after', '1')

    /** Before that, a worker has no job in hand that it could lose, and dies of any signal. */
    const begun = ({ said }: { readonly said: readonly string[] }) =>
      expect.poll(() => said.join(''), { timeout: 30_000 }).toContain('works for the queue')

    const count = (key: string) => server.redis.zcard(`bull:${key}:completed`)

    test('two workers, one killed: each image once, in order, by a collector that is ended and goes on', async () => {
      const images = join(folder, 'images')
      await mkdir(images)
      const drawn = await Promise.all(words.map(drawWord))
      const names = Array.from({ length: 240 }, (_, index) => join(images, `${String(index).padStart(3, '0')}.png`))
      const texts = names.map((_, index) => words[index % words.length])
      for (const [index, name] of names.entries()) await writeFile(name, drawn[index % drawn.length]!)
      // Bad ones, each of its kind.
      await writeFile(names[17]!, '')
      await truncate(names[230]!, 200)
      const run = ['--queue', 'killed', '--run', 'monday']
      const enqueueing = [...run, '--job-size', '16', '--no-second-look', images]
      expect(await queue('enqueue', ...enqueueing)).toMatchObject({ code: 0, out: '' })
      // The same once more doubles nothing.
      const again = await queue('enqueue', ...enqueueing)
      expect(again.err).toBe('safl: run monday: 240 images in 15 jobs; 240 were there before\n')
      expect(await server.redis.llen('bull:killed:wait')).toBe(15)

      const first = worker('killed')
      await begun(first)
      const second = worker('killed')
      const file = join(folder, 'killed.jsonl')
      const collector = start('collect', ...run, file)
      await expect.poll(() => count('killed'), { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(4)
      expect(await ended(first.child, 'SIGKILL')).toBe(null)
      expect(await count('killed')).toBeLessThan(15)
      expect(await ended(collector.child, 'SIGINT')).toBe(130)
      const before = await linesOf(file)
      expect(before.length).toBeLessThan(240)
      // As if it had been killed within a line.
      await appendFile(file, '{"path":"/half')

      const third = worker('killed')
      expect(await queue('collect', ...run, file)).toEqual({
        code: 1,
        out: '',
        err: `safl: ${file}: 240 of 240 images of run monday\nsafl: ${file}: of ${
          before.length > 17 ? '1 image' : '2 images'
        } nothing could be read: see "error"\n`,
      })
      const records = await recordsOf(file)
      expect((await linesOf(file)).slice(0, before.length)).toEqual(before)
      expect(records.map(({ path }) => path)).toEqual(names)
      const bad = records.filter(({ error }) => error !== undefined)
      expect(bad.map(({ path }) => path)).toEqual([names[17], names[230]])
      expect(bad[0]!.error).toBe(`${names[17]}: the file is empty`)
      expect(bad[1]!.error).toMatch(/230\.png: is damaged/)
      expect(
        records.flatMap(({ text }, index) => (text === undefined || text === texts[index] ? [] : [index])),
      ).toEqual([])
      // The killed one's job was in hand.
      const jobs = Array.from({ length: 15 }, (_, number) => `bull:killed:monday.${number}`)
      const stalled = await Promise.all(jobs.map(async (key) => Number((await server.redis.hget(key, 'stc')) ?? 0)))
      expect(stalled.reduce((sum, each) => sum + each)).toBe(1)

      for (const each of [second, third]) {
        await begun(each)
        const { child, said } = each
        expect(await ended(child, 'SIGTERM')).toBe(0)
        expect(said.join('')).toMatch(/finishing what is in hand[\s\S]*images were read/)
      }
      // What is whole stays as it is; with --remove nothing is left of the run.
      expect((await queue('collect', ...run, file, '--remove')).code).toBe(0)
      expect(await recordsOf(file)).toEqual(records)
      expect(await server.redis.keys('*monday*')).toEqual([])
    })

    test('SIGTERM finishes the job in hand; bytes need no files; what is not there yet is tried again', async () => {
      const list = join(folder, 'list.jsonl')
      const late = ['late-1.png', 'late-2.png']
      await writeFile(list, late.map((name) => `${JSON.stringify({ file_name: name })}\n`).join(''))
      const name = ['--queue', 'late']
      const reading = ['--no-second-look', '--alternatives', '1']
      expect((await queue('enqueue', ...name, '--run', 'late', ...reading, `jsonl:${list}`)).code).toBe(0)
      const crop = join(folder, 'crop.png')
      await writeFile(crop, await drawWord('EXIT'))
      expect((await queue('enqueue', ...name, '--run', 'bytes', '--bytes', crop, join(folder, 'none.png'))).code).toBe(
        0,
      )
      await writeFile(crop, 'no image any more')

      const { child } = worker('late')
      await expect.poll(() => server.redis.hget('bull:late:late.0', 'atm'), { timeout: 30_000 }).toBe('1')
      for (const each of late) await writeFile(join(folder, each), await drawWord('TAXI'))
      const [lateFile, bytesFile] = [join(folder, 'late.jsonl'), join(folder, 'bytes.jsonl')]
      expect((await queue('collect', ...name, '--run', 'late', lateFile)).code).toBe(0)
      const found = late.map((each) => ({
        path: join(folder, each),
        text: 'TAXI',
        alternatives: [expect.objectContaining({ text: expect.any(String) })],
      }))
      expect(await recordsOf(lateFile)).toEqual(found.map((each) => expect.objectContaining(each)))
      expect((await queue('collect', ...name, '--run', 'bytes', bytesFile)).code).toBe(1)
      expect(await recordsOf(bytesFile)).toEqual([
        expect.objectContaining({ path: crop, text: 'EXIT' }),
        { path: join(folder, 'none.png'), error: `${join(folder, 'none.png')}: no such file` },
      ])
      expect(await ended(child, 'SIGTERM')).toBe(0)

      // A file of one run is none of another.
      const { code, err } = await queue('collect', ...name, '--run', 'late', bytesFile)
      expect([code, err]).toEqual([
        1,
        expect.stringContaining('bytes.jsonl: is no beginning of run late: line 2 is not'),
      ])
    })

    test('a worker that lacks the weights says so and ends, and leaves the job to others', async () => {
      const model = join(folder, 'own.safetensors')
      await copyFile('models/tiny.safetensors', model)
      const crop = join(folder, 'own.png')
      await writeFile(crop, await drawWord('EXIT'))
      const enqueued = await queue('enqueue', '--queue', 'own', '--run', 'own', '--model', model, crop)
      expect(enqueued.code).toBe(0)
      await rm(model)
      const { code, err } = await queue('work', '--queue', 'own', '--concurrency', '1')
      expect([code, err]).toEqual([1, expect.stringContaining(`safl: run own: cannot be read here: ${model}: no such`)])
      expect(await server.redis.lrange('bull:own:wait', 0, -1)).toEqual(['own.0'])
    })

    test('what would end badly is refused in a line', async () => {
      const enqueue = ['--queue', 'refused', '--run', 'a']
      const refused = async (...args: [string, ...string[]]) => {
        const { code, err } = await queue(...args)
        expect(code).toBe(1)
        expect(err.trim()).not.toMatch(/\n/)
        return err.trim()
      }
      const crop = join(folder, 'refused.png')
      await writeFile(crop, await drawWord('EXIT'))
      expect(await refused('enqueue', ...enqueue, '--beam', '5000', crop)).toBe(
        'safl: beamWidth: 5000 is no whole number from 1 to 1000',
      )
      expect(await refused('enqueue', ...enqueue, '--model', 'none.bin', crop)).toMatch(
        /none\.bin: no such weights file/,
      )
      // Nothing was begun by these.
      expect(await refused('collect', ...enqueue, join(folder, 'refused.jsonl'))).toBe(
        'safl: --run a: the queue refused has no such run; it has none; safl queue enqueue begins one',
      )
      expect((await queue('enqueue', ...enqueue, crop)).code).toBe(0)
      expect(await refused('enqueue', ...enqueue, '--allow', '0123', crop)).toBe(
        'safl: --run a: was begun with another allow; give this one another name',
      )
      expect(await refused('enqueue', ...enqueue, crop, crop)).toMatch(/--run a: has other images in the queue/)
      const jobs = new Queue('refused', { connection: server.redis })
      expect(await jobs.getJobCountByTypes('waiting')).toBe(1)
      await jobs.close()
    })
  },
)

test.each([
  [['work', '--redis', 'redis://:secret@127.0.0.1:1'], '--redis redis://127.0.0.1:1: cannot be reached (ECONNREFUSED)'],
  [['work', '--redis', 'http://me:secret@there'], '--redis http://…@there: is no address of Redis or Valkey'],
  [['collect', '--run', 'a:b', 'out.jsonl'], '--run a:b: must be up to 100 letters'],
])('%j is refused in a line', async (args, message) => {
  const { code, err } = await runSafl('queue', ...args)
  expect([code, err]).toEqual([1, expect.stringMatching(/^safl: [^\n]+\n$/)])
  expect(err).toContain(message)
  expect(err).not.toContain('secret')
})

/**
 * What `safl queue` costs beside the reading itself, what two workers read, and whether what they read is whole when one of
 * them is killed again and again.
 *
 *   npx tsx bench/queue.ts [--sizes 1,16,64,256] [--jobs 2000] [--words 2000] [--kills 10] [--image-bytes 4000]
 *
 * Needs redis-server or valkey-server. First the queue alone: workers that read nothing, and give records such as reading
 * gives; jobs hold paths, or images of so many bytes. A server's seconds are those of its processor, by its own count: it
 * computes in one thread, so that one second of them is all that it has in a second. Then two workers of one thread each read
 * crops, and one is killed every few seconds.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { collectRun } from '../src/queue/collect-run.ts'
import { enqueueRun } from '../src/queue/enqueue-run.ts'
import type { JobData, JobImage, JobRecord } from '../src/queue/job.ts'
import type { RunPlan } from '../src/queue/run.ts'
import { ended, startRedis } from '../test/queue/redis-server.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1,16,64,256' },
    jobs: { type: 'string', default: '2000' },
    words: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '10' },
    'image-bytes': { type: 'string', default: '0' },
    list: { type: 'string', default: '../shared/data/words/iiit5k/validation.tsv' },
  },
})
const folder = await mkdtemp(join(tmpdir(), 'safl-bench-queue-'))
const server = await startRedis()
const { address, redis } = server
const children = new Set<ChildProcess>()
try {
  for (const size of values.sizes.split(',').map(Number)) await measureQueue(size, Number(values.jobs))
  if (Number(values.words) > 0) await measureWorkers(Number(values.words), Number(values.kills))
} finally {
  for (const child of children) await ended(child, 'SIGKILL')
  await server.stop()
}

async function measureQueue(jobSize: number, jobs: number): Promise<void> {
  await redis.flushall()
  const imageBytes = Number(values['image-bytes'])
  const base64 = imageBytes > 0 ? randomBytes(imageBytes).toString('base64') : undefined
  const images: JobImage[] = Array.from({ length: jobs * jobSize }, (_, index) => ({
    name: `/data/words/shop-${Math.floor(index / 1000)}/word_${index}.png`,
    ...(base64 && { base64 }),
  }))
  const [queue, run] = ['bench', 'bench']
  const plan: RunPlan = { folder: '/', jobSize, bytes: imageBytes > 0, load: {}, reading: {} }
  const enqueueing = await timed(() => enqueueRun({ redis, queue, run, plan, images }))
  const connection = new Redis(address, { maxRetriesPerRequest: null })
  const reading = await timed(async () => {
    const worker = new Worker<JobData, JobRecord[]>(queue, async (job) => job.data.images.map(fakeRecord), {
      connection,
      concurrency: 16,
    })
    while ((await redis.zcard(`bull:${queue}:completed`)) < jobs) await sleep(20)
    await worker.close()
  })
  connection.disconnect()
  const memory = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1])
  const file = join(folder, `${jobSize}.jsonl`)
  const { signal } = new AbortController()
  const collecting = await timed(() =>
    collectRun({ redis, queue, run, file, follow: true, remove: true, signal, onProgress() {} }),
  )
  const server = enqueueing.server + reading.server + collecting.server
  const rate = ({ seconds }: { seconds: number }) => (jobs / seconds).toFixed(0)
  console.log(
    `job size ${jobSize}: ${rate(enqueueing)} jobs/s enqueued, ${rate(reading)} worked, ${rate(collecting)} collected and removed; the server computes ${((server / jobs) * 1e6).toFixed(0)} µs a job, ${((server / jobs / jobSize) * 1e6).toFixed(1)} a word (one has room for ${(jobs / server).toFixed(0)} jobs/s, ${((jobs * jobSize) / server).toFixed(0)} words/s); ${(memory / jobs / jobSize).toFixed(0)} bytes a word`,
  )
}

/** Of a word of six characters, as the recogniser gives it. */
function fakeRecord({ name }: JobImage): JobRecord {
  const characters = [...'corner'].map((character) => ({ character, probability: 0.9995811581611633 }))
  return { path: name, text: 'corner', confidence: 0.9801829292430305, characters, turned: 0 }
}

/** Seconds of the clock, and of the server's processor. */
async function timed(work: () => Promise<unknown>): Promise<{ seconds: number; server: number }> {
  const before = await processorSeconds()
  const start = performance.now()
  await work()
  return { seconds: (performance.now() - start) / 1000, server: (await processorSeconds()) - before }
}

async function processorSeconds(): Promise<number> {
  const text = await redis.info('cpu')
  const value = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)![1])
  return value('used_cpu_sys') + value('used_cpu_user')
}

async function measureWorkers(words: number, kills: number): Promise<void> {
  await redis.flushall()
  const rows = (await readFile(values.list, 'utf8')).split('\n').filter((line) => line !== '')
  const paths = rows.map((row) => resolve(dirname(values.list), row.split('\t')[0]!))
  const images = Array.from({ length: words }, (_, index) => paths[index % paths.length]!)
  const list = join(folder, 'list.jsonl')
  await writeFile(list, images.map((path) => `${JSON.stringify(path)}\n`).join(''))
  const warm = join(folder, 'warm.jsonl')
  await writeFile(warm, `${JSON.stringify(paths[0]!)}\n`.repeat(64))
  const workers = [startWorker(), startWorker()]
  // Both have loaded when both have read something.
  await safl('enqueue', '--run', 'warm', '--job-size', '2', `jsonl:${warm}`)
  await safl('collect', '--run', 'warm', join(folder, 'warm-out.jsonl'))
  await sleep(3000)
  await safl('enqueue', '--run', 'words', `jsonl:${list}`)
  const seconds = await collectAndCheck('words', images)
  console.log(`two workers of one thread: ${(words / seconds).toFixed(1)} words/s`)
  if (kills === 0) return
  await safl('enqueue', '--run', 'killed', '--no-second-look', `jsonl:${list}`)
  const whole = collectAndCheck('killed', images)
  let count = 0
  const isDone = whole.then(() => true)
  while (count < kills && !(await Promise.race([isDone, sleep(4000).then(() => false)]))) {
    const place = count++ % 2
    await ended(workers[place]!, 'SIGKILL')
    workers[place] = startWorker()
  }
  console.log(`${count} workers killed: all ${words} words there once, in order, in ${(await whole).toFixed(0)} s`)
}

/** Throws where what was collected is not each image once, in order, and read alike wherever it occurs. */
async function collectAndCheck(run: string, images: readonly string[]): Promise<number> {
  const file = join(folder, `${run}-out.jsonl`)
  const start = performance.now()
  await safl('collect', '--run', run, file)
  const seconds = (performance.now() - start) / 1000
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  const texts = new Map<string, string>()
  if (lines.length !== images.length) throw new Error(`${lines.length} lines of ${images.length} images`)
  for (const [index, line] of lines.entries()) {
    const { path, text } = JSON.parse(line) as { path: string; text: string }
    if (path !== images[index] || text !== (texts.get(path) ?? text)) throw new Error(`line ${index + 1} is ${line}`)
    texts.set(path, text)
  }
  return seconds
}

function startWorker(): ChildProcess {
  return startSafl('work', '--concurrency', '1', '--threads', '1', '--stalled-after', '5')
}

function startSafl(verb: string, ...args: string[]): ChildProcess {
  const command = ['--import', 'tsx', 'src/cli/main.ts', 'queue', verb, '--redis', address, ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'ignore'] })
  children.add(child)
  return child
}

async function safl(verb: string, ...args: string[]): Promise<void> {
  const child = startSafl(verb, ...args)
  const code = await new Promise((done) => child.once('exit', done))
  children.delete(child)
  if (code !== 0) throw new Error(`safl queue ${verb} ${args.join(' ')} ended with ${code}`)
}

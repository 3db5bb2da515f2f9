/**
 * What `safl serve` reads beside the recogniser that is called in its own process, and what it does with more than it can.
 *
 *   npm ci --prefix bench && npx tsx bench/serve.ts [--workers 2 --threads 1] [--words 400] [--rounds 2] [--seconds 10]
 *
 * The same crops, as the bytes of their files, go to `recognizeAll` and to the service on loopback, which take turns; the
 * client (autocannon, 64 connections, a crop a request) runs on the same cores and is counted. Then ten times as many
 * connections ask for some seconds: every answer must be 200 with the right text, or 503.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'

const CONNECTIONS = 64
/** Words that are read before anything is timed. */
const WARM_UP = 64

interface LoadOptions {
  readonly url: string
  readonly connections: number
  readonly amount?: number
  readonly duration?: number
  readonly requests: readonly object[]
  readonly timeout: number
}
interface Latencies {
  readonly p50: number
  readonly p99: number
}
interface LoadResult {
  readonly duration: number
  readonly errors: number
  readonly timeouts: number
  readonly latency: Latencies
}
type Autocannon = (options: LoadOptions) => Promise<LoadResult>

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: String(availableParallelism()) },
    threads: { type: 'string', default: '1' },
    model: { type: 'string', default: 'tiny' },
    words: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '10' },
    list: { type: 'string', default: '../shared/data/words/iiit5k/validation.tsv' },
  },
})
const { model, workers, threads } = values

const crops = await readCrops(values.list, Number(values.words))
const recognizer = await SceneTextRecognizer.load({ model })
await recognizer.recognizeAll(crops.slice(0, WARM_UP))
const texts = (await recognizer.recognizeAll(crops)).map(({ text }) => text)
const autocannon = await loadAutocannon()
const service = await startServe()
try {
  await ask({ connections: CONNECTIONS, amount: WARM_UP })
  const [alone, served]: [number[], number[]] = [[], []]
  for (let round = 0; round < Number(values.rounds); round++) {
    const start = performance.now()
    await recognizer.recognizeAll(crops)
    alone.push(crops.length / ((performance.now() - start) / 1000))
    const { rate, wrong, statuses, latency } = await ask({ connections: CONNECTIONS, amount: crops.length })
    served.push(rate)
    if (wrong > 0) throw new Error(`${wrong} answers are wrong; statuses ${statuses}`)
    console.log(
      `round ${round + 1}: recognizeAll ${alone.at(-1)!.toFixed(1)} words/s, service ${rate.toFixed(1)} (p50 ${latency.p50} ms, p99 ${latency.p99} ms)`,
    )
  }
  const share = served.reduce(sum) / alone.reduce(sum)
  console.log(`service, ${workers} workers of ${threads} threads: ${(100 * share).toFixed(0)} % of recognizeAll`)
  await recognizer.dispose()
  // Twice: memory may grow at first.
  for (let time = 0; time < 2; time++) {
    const before = await resident()
    const over = await ask({ connections: 10 * CONNECTIONS, duration: Number(values.seconds) })
    const { statuses, errors, timeouts, wrong, rate, p99 } = over
    console.log(
      `overload, ${10 * CONNECTIONS} connections: ${statuses}; errors ${errors}, timeouts ${timeouts}, wrong ${wrong}; ${rate.toFixed(1)} words/s; p99 of what was taken ${p99.toFixed(0)} ms; resident ${before} -> ${await resident()} MiB`,
    )
  }
} finally {
  service.child.kill('SIGTERM')
}

function sum(a: number, b: number): number {
  return a + b
}

/** Bytes of crops that have a label in a TSV list: path, tab, text. */
async function readCrops(list: string, count: number): Promise<Uint8Array[]> {
  const lines = (await readFile(list, 'utf8')).split('\n').filter((line) => line !== '')
  return Promise.all(lines.slice(0, count).map((line) => readFile(resolve(dirname(list), line.split('\t')[0]!))))
}

/** Not installed where nothing is benched. */
async function loadAutocannon(): Promise<Autocannon> {
  const name = 'autocannon'
  return ((await import(name)) as { default: Autocannon }).default
}

async function startServe(): Promise<{ url: string; child: ChildProcess }> {
  const options = ['--port', '0', '--model', model, '--workers', workers, '--threads', threads, '--log-level', 'info']
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((found, reject) => {
    child.on('exit', (code) => reject(new Error(`the service ended with ${code}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const { url } = JSON.parse(line) as { url?: string }
      if (url) found({ url, child })
    })
  })
}

interface Outcome {
  /** Words that were read a second. */
  readonly rate: number
  readonly statuses: string
  readonly wrong: number
  readonly errors: number
  readonly timeouts: number
  readonly latency: Latencies
  /** Milliseconds, of answers with a word. */
  readonly p99: number
}

/** Every crop in turn, by a form of one file, on so many connections at once. */
async function ask(load: Pick<LoadOptions, 'connections' | 'amount' | 'duration'>): Promise<Outcome> {
  const counts = new Map<number, number>()
  const times: number[] = []
  let wrong = 0
  const started = new WeakMap<object, number>()
  const requests = crops.map((bytes, place) => ({
    method: 'POST',
    path: '/v1/recognize',
    ...formOf(bytes),
    setupRequest(request: object, context: object) {
      started.set(context, performance.now())
      return request
    },
    onResponse(status: number, body: string, context: object) {
      counts.set(status, (counts.get(status) ?? 0) + 1)
      if (status !== 200) return
      times.push(performance.now() - started.get(context)!)
      const { images } = JSON.parse(body) as { images: { text: string }[] }
      if (images[0]!.text !== texts[place]) wrong++
    },
  }))
  const { duration, errors, timeouts, latency } = await autocannon({
    url: service.url,
    requests,
    timeout: 60,
    ...load,
  })
  times.sort((a, b) => a - b)
  return {
    rate: (counts.get(200) ?? 0) / duration,
    statuses: [...counts].map(([status, count]) => `${count} x ${status}`).join(', '),
    wrong,
    errors,
    timeouts,
    latency,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  }
}

function formOf(bytes: Uint8Array): { headers: Record<string, string>; body: Buffer } {
  const boundary = 'crop'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="crop.png"\r\nContent-Type: image/png\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

async function resident(): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  return Math.round(Number(/^process_resident_memory_bytes (\d+)/m.exec(text)![1]) / 2 ** 20)
}

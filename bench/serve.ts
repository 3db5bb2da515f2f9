/**
 * What `safl serve` reads beside the recogniser that is called in its own process, and what it does with more than it can.
 *
 *   npm ci --prefix bench && npx tsx bench/serve.ts [--workers 2 --threads 1] [--words 400] [--rounds 2] [--seconds 10]
 *
 * The same crops, as the bytes of their files, go to `recognizeAll` and to the service on loopback, which take turns; the
 * client (autocannon, 64 connections, a crop a request) runs on the same cores and is counted. Then ten times as many
 * connections ask for some seconds: every answer must be 200 with the right text, or 503. At last the service is told to stop
 * while it is asked: whatever it took must be answered. It fails where one of these does not hold.
 */
import { Agent, request } from 'node:http'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { formOf, readCrops, resident, startServe } from './serve-process.ts'

const CONNECTIONS = 64
/** The service's own, milliseconds. */
const TIME_LIMIT = 30_000
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
const forms = crops.map((bytes) => formOf(bytes))
const autocannon = await loadAutocannon()
const service = await startServe('--model', model, '--workers', workers, '--threads', threads)
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
  for (let time = 0; time < 2; time++) await overload()
  await stopUnderLoad()
} finally {
  service.child.kill('SIGKILL')
}

async function overload(): Promise<void> {
  const before = await resident(service)
  const over = await ask({ connections: 10 * CONNECTIONS, duration: Number(values.seconds) })
  const { counts, statuses, errors, timeouts, wrong, rate, p99 } = over
  console.log(
    `overload, ${10 * CONNECTIONS} connections: ${statuses}; errors ${errors}, timeouts ${timeouts}, wrong ${wrong}; ${rate.toFixed(1)} words/s; p99 of what was taken ${p99.toFixed(0)} ms; resident ${before} -> ${await resident(service)} MiB`,
  )
  const others = [...counts.keys()].filter((status) => status !== 200 && status !== 503)
  if (others.length + errors + timeouts + wrong > 0 || p99 > TIME_LIMIT) fail('an answer is lost, wrong or late')
}

/** Clients that ask again and again, each on its connection, until nobody listens. */
async function stopUnderLoad(): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const outcomes = new Map<string, number>()
  const clients = Array.from({ length: CONNECTIONS }, async (_, first) => {
    for (let index = first; ; index++) {
      const outcome = await askOnce(index % crops.length, agent)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (outcome !== 'right') return
    }
  })
  await sleep(3000)
  service.child.kill('SIGTERM')
  const start = performance.now()
  await Promise.all(clients)
  agent.destroy()
  const [code] = await service.exit
  const shown = [...outcomes].map(([outcome, count]) => `${count} x ${outcome}`).join(', ')
  console.log(
    `SIGTERM, ${CONNECTIONS} connections: ${shown}; exit status ${code} after ${((performance.now() - start) / 1000).toFixed(1)} s`,
  )
  // Who finds nobody was not taken.
  if ([...outcomes.keys()].some((outcome) => !['right', 'ECONNREFUSED'].includes(outcome)) || code !== 0)
    fail('a request that was taken is not answered')
}

/** `right`, or what is wrong. */
function askOnce(place: number, agent: Agent): Promise<string> {
  const { headers, body } = forms[place]!
  return new Promise((resolve) => {
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } }
    const sent = request(`${service.url}/v1/recognize`, options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('error', (error) => resolve(String(error)))
      answer.on('end', () => {
        if (answer.statusCode !== 200) return resolve(`status ${answer.statusCode}`)
        const { images } = JSON.parse(text) as { images: { text: string }[] }
        resolve(images[0]!.text === texts[place] ? 'right' : 'wrong')
      })
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end(body)
  })
}

function fail(problem: string): void {
  console.log(`FAILED: ${problem}`)
  process.exitCode = 1
}

function sum(a: number, b: number): number {
  return a + b
}

/** Not installed where nothing is benched. */
async function loadAutocannon(): Promise<Autocannon> {
  const name = 'autocannon'
  return ((await import(name)) as { default: Autocannon }).default
}

interface Outcome {
  /** Words that were read a second. */
  readonly rate: number
  readonly counts: ReadonlyMap<number, number>
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
  let end = 0
  const started = new WeakMap<object, number>()
  const requests = forms.map((form, place) => ({
    method: 'POST',
    path: '/v1/recognize',
    ...form,
    setupRequest(request: object, context: object) {
      started.set(context, performance.now())
      return request
    },
    onResponse(status: number, body: string, context: object) {
      counts.set(status, (counts.get(status) ?? 0) + 1)
      end = performance.now()
      if (status !== 200) return
      times.push(performance.now() - started.get(context)!)
      const { images } = JSON.parse(body) as { images: { text: string }[] }
      if (images[0]!.text !== texts[place]) wrong++
    },
  }))
  const start = performance.now()
  const { errors, timeouts, latency } = await autocannon({
    url: service.url,
    requests,
    timeout: 60,
    ...load,
  })
  times.sort((a, b) => a - b)
  return {
    // autocannon's own duration ends with the second in which the last answer came.
    rate: (counts.get(200) ?? 0) / ((end - start) / 1000),
    counts,
    statuses: [...counts].map(([status, count]) => `${count} x ${status}`).join(', '),
    wrong,
    errors,
    timeouts,
    latency,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  }
}

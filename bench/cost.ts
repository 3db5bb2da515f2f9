/**
 * What a word costs: seconds of a core, memory, and bytes on the wire. docs/scale.md reckons with it.
 *
 *   npx tsx bench/cost.ts [--words 400]
 *
 * Seconds are those of the processor, by the process's own count, so that other work on the machine hardly changes them. The
 * same crops are read by `recognizeAll`, and by `safl serve`, a crop a request from 64 connections at once.
 */
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/dataset.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { counted, formOf, resident, startServe } from './serve-process.ts'

const { values } = parseArgs({
  options: {
    words: { type: 'string', default: '400' },
    data: { type: 'string', multiple: true, default: ['icdar2015', 'iiit5k', 'svt', 'mlt2017'] },
    folder: { type: 'string', default: '../shared/data/words' },
  },
})
const CONNECTIONS = 64
const WARM_UP = 64

/** As many of each set. */
const crops: Buffer[] = []
for (const name of values.data) {
  const dataset = await openDataset({ kind: 'tsv', path: `${values.folder}/${name}/validation.tsv` })
  const share = Math.min(dataset.length, Math.ceil(Number(values.words) / values.data.length))
  const own = await Promise.all(Array.from({ length: share }, (_, index) => dataset.bytes(index)))
  await dataset.close()
  crops.push(...own.map((bytes) => Buffer.from(bytes)))
  console.log(`${name}: ${share} crops, ${mean(own.map(({ length }) => length)).toFixed(0)} bytes each`)
}
const bytes = mean(crops.map(({ length }) => length))
console.log(
  `all ${crops.length}: ${bytes.toFixed(0)} bytes each, ${mean(crops.map((each) => formOf(each).body.length)).toFixed(0)} in a form, ${((4 / 3) * bytes).toFixed(0)} in base64`,
)

for (const model of ['tiny', 'small'])
  for (const [secondLook, threads] of [
    [true, 1],
    [false, 1],
    [true, 2],
  ] as const) {
    const recognizer = await SceneTextRecognizer.load({ model, threads })
    await recognizer.recognizeAll(crops.slice(0, WARM_UP), { secondLook })
    const start = process.cpuUsage()
    await recognizer.recognizeAll(crops, { secondLook })
    const { user, system } = process.cpuUsage(start)
    await recognizer.dispose()
    console.log(
      `${model}${secondLook ? '' : ', one look'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${((user + system) / 1000 / crops.length).toFixed(2)} ms of a core a word`,
    )
  }

for (const [model, workers] of [
  ['tiny', 1],
  ['tiny', 2],
  ['small', 2],
] as const) {
  const options = ['--model', model, '--workers', String(workers), '--threads', '1', '--no-photographs']
  const service = await startServe(...options)
  const idle = await resident(service)
  await ask(service.url, WARM_UP)
  const before = await counted(service, 'process_cpu_seconds_total')
  await ask(service.url, crops.length)
  const seconds = (await counted(service, 'process_cpu_seconds_total')) - before
  console.log(
    `safl serve ${options.join(' ')}: ${((1000 * seconds) / crops.length).toFixed(2)} ms of a core a word; resident ${idle} MiB before the first word, ${await resident(service)} after`,
  )
  service.child.kill('SIGTERM')
  await service.exit
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}

async function ask(url: string, amount: number): Promise<void> {
  let next = 0
  const client = async () => {
    while (next < amount) {
      const { headers, body } = formOf(crops[next++ % crops.length]!)
      const answer = await fetch(`${url}/v1/recognize`, { method: 'POST', headers, body: new Uint8Array(body) })
      if (answer.status !== 200) throw new Error(`status ${answer.status}: ${await answer.text()}`)
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
}

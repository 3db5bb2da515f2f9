/**
 * Reads many words with the weights of the package and watches memory; then files that are damaged at random.
 *
 *   npx tsx tools/soak-recognize.ts [--count 10000] [--damaged 1000] [--data icdar:../shared/data/icdar2015/train/gt.txt]
 */
import { parseArgs } from 'node:util'
import { openDataset, parseDataSpec } from '../src/data/dataset.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { imageFiles, mutate } from '../test/recognize/mutate.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    damaged: { type: 'string', default: '1000' },
    data: { type: 'string', default: 'icdar:../shared/data/icdar2015/train/gt.txt' },
  },
})
const recognizer = await SceneTextRecognizer.load()
const dataset = await openDataset(parseDataSpec(values.data))
const places = Array.from({ length: dataset.length }, (_, index) => index).filter((index) =>
  dataset.inSplit(index, 'train'),
)
const files = await Promise.all(places.slice(0, 500).map((index) => dataset.bytes(index)))

function* endless(count: number) {
  for (let index = 0; index < count; index++) yield files[index % files.length]!
}

let read = 0
for await (const each of recognizer.recognizeStream(endless(Number(values.count)))) {
  if ('error' in each) throw each.error
  if (++read % 1000 !== 0) continue
  const { rss, heapUsed } = process.memoryUsage()
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  console.log(`${read} words: ${mebibytes(rss)} resident, ${mebibytes(heapUsed)} of heap`)
}
const whole = await imageFiles()
const damaged = Array.from({ length: Number(values.damaged) }, (_, seed) => mutate(whole, 1_000_000 + seed))
const outcomes = new Map<string, number>()
let slowest = 0
let before = performance.now()
for await (const each of recognizer.recognizeStream(damaged, { batchSize: 1 })) {
  const outcome = 'error' in each ? each.error.message.replace(/\(.*/, '').replace(/\d+x\d+/, 'N') : 'read'
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  slowest = Math.max(slowest, performance.now() - before)
  before = performance.now()
}
console.log(`${values.damaged} damaged files, the slowest ${slowest.toFixed(0)} ms:`)
for (const [outcome, times] of outcomes) console.log(`  ${times} ${outcome}`)
await dataset.close()
await recognizer.dispose()

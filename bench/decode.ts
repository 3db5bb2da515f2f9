/**
 * Accuracy of the ways to decode, and milliseconds of one core a word, on the validation words:
 *
 *   npx tsx bench/decode.ts [--model tiny] [--shared ../shared/data] [--words 1346]
 *
 * A first batch, which makes sessions and automata, is not timed. Words of the lexicon count apart: a reader that may say
 * nothing else cannot be right elsewhere.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { alphanumericView } from '../src/charset.ts'
import { openDataset, parseDataSpec } from '../src/data/dataset.ts'
import { wordMetrics } from '../src/evaluate/metrics.ts'
import { nearestWord } from '../src/evaluate/protocol.ts'
import { readWords } from '../src/evaluate/validate.ts'
import type { RecognizeOptions } from '../src/recognize/reading-options.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { expectedWords, readWordCounts } from '../src/word-counts.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    shared: { type: 'string', default: '../shared/data' },
    words: { type: 'string', default: '1346' },
  },
})
const { model, shared } = values
const datasets = await Promise.all(
  [`iiit5k:${shared}/iiit5k/train`, `icdar:${shared}/icdar2015/train/gt.txt`, `tsv:${shared}/svt/train.tsv`].map(
    (spec) => openDataset(parseDataSpec(spec)),
  ),
)
const words = await readWords(datasets, 'validation', Number(values.words))
const images = words.map(({ image }) => image)
const lexicon = (await readFile(`${shared}/lexicon-90k.txt`, 'utf8')).split('\n').filter((line) => /^[^#]/.test(line))
const listed = new Set(lexicon.map(alphanumericView))
// Time of one thread on its core: what else the machine does then changes it little.
const recognizer = await SceneTextRecognizer.load({ model, threads: 1 })
const milliseconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(name: string, options: RecognizeOptions, correct = (text: string) => text): Promise<void> {
  const first = milliseconds()
  await recognizer.recognizeImages(images.slice(0, 32), { ...options, batchSize: 32 })
  const started = milliseconds()
  const readings = await recognizer.recognizeImages(images, { ...options, batchSize: 32 })
  const pairs = words.map(({ label }, index) => ({ label, prediction: correct(readings[index]!.text) }))
  const ended = milliseconds()
  const known = pairs.filter(({ label }) => listed.has(alphanumericView(label)))
  const share = (part: typeof pairs) => `${(100 * wordMetrics(part).accuracy).toFixed(2)} %`
  console.log(
    `${name}: ${share(pairs)} of ${pairs.length}, ${share(known)} of the ${known.length} in the lexicon, ${((ended - started) / words.length).toFixed(1)} ms a word; first batch ${(started - first).toFixed(0)} ms`,
  )
}

await measure('greedy', {})
for (const beamWidth of [2, 5, 10]) await measure(`beam ${beamWidth}`, { beamWidth })
await measure('greedy again', {})
await measure('greedy, then the nearest word of the lexicon', {}, (text) => nearestWord(text, lexicon))
for (const beamWidth of [1, 5, 10, 20]) await measure(`lexicon, beam ${beamWidth}`, { beamWidth, lexicon })
const counts = await readWordCounts(expectedWords())
for (const beamWidth of [2, 5, 10])
  await measure(`prior of counted words, beam ${beamWidth}`, { beamWidth, prior: counts })
await measure('prior of the lexicon, beam 5', { beamWidth: 5, prior: lexicon })
await recognizer.dispose()

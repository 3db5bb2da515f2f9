/**
 * What the synthetic engine is worth, and each of its stages: `tiny` is trained on synthetic words alone, then reads the
 * real validation words.
 *
 *   npx tsx tools/measure-synth.ts --out FILE.jsonl [--words 16000] [--from WEIGHTS] [--rate 0.0005] [--seeds 1] [--only NAME,NAME]
 *
 * With --from the training starts from weights that read already, and what counts is how much of it survives on
 * synthetic words alone: minutes show what a start from nothing shows in hours. Every variant has the same start,
 * budget and seeds; only the engine's settings differ. A result is a line of FILE, and one that is there already is not
 * measured again. Prints the table as Markdown.
 */
import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Preset } from '../src/config.ts'
import { batchSettings, openBatches } from '../src/data/batches.ts'
import { openDataset, parseDataSpec } from '../src/data/dataset.ts'
import { evaluate } from '../src/evaluate/evaluate.ts'
import { wordMetrics } from '../src/evaluate/metrics.ts'
import { parseSafetensors } from '../src/model/safetensors.ts'
import { formatWeights } from '../src/model/weights-file.ts'
import { loadPreset } from '../src/presets/index.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { initialState, train } from '../src/train/loop.ts'
import { openTrainingStep } from '../src/train/replicated-step.ts'
import { startFrom } from '../src/train/start-from.ts'
import { expectedWords } from '../src/word-counts.ts'
import { writeWhole } from '../src/write-whole.ts'
import { synthVariants } from './synth-variants.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    words: { type: 'string', default: '16000' },
    from: { type: 'string' },
    rate: { type: 'string', default: '0.0005' },
    seeds: { type: 'string', default: '1' },
    only: { type: 'string' },
    shared: { type: 'string', default: '../shared/data' },
    fonts: { type: 'string', default: 'fonts/node_modules' },
  },
})
if (values.out === undefined) throw new Error('--out FILE.jsonl is missing: where results are kept')
const { out, shared, fonts } = values
const budget = Number(values.words)
const start = values.from ?? ''

interface Result {
  readonly variant: string
  /** Weights that training started from; '' for none. */
  readonly from: string
  readonly words: number
  readonly seed: number
  readonly accuracy: number
  readonly oneMinusNed: number
  readonly minutes: number
}

const BATCH = 64

function presetFor(seed: number): Preset {
  const preset = loadPreset('tiny')
  Object.assign(preset.training, {
    batchSize: BATCH,
    steps: Math.round(budget / BATCH),
    seed,
    optimizer: 'adam',
    outlineWeight: 0,
    learningRate: Number(values.rate),
    warmup: Math.min(200, Math.round(budget / BATCH / 8)),
    averageDecay: 0.98,
    realShare: 0,
    lengthBalance: 0,
    joinShare: 0,
    furtherCharacters: '',
  })
  return preset
}

async function measure(variant: string, seed: number): Promise<Result> {
  const preset = presetFor(seed)
  const { training, model: settings } = preset
  const model = openTrainingStep(preset)
  const state = initialState(model, seed)
  if (values.from) {
    const weights = parseSafetensors(await readFile(values.from)).tensors
    startFrom({ settings, weights, provenance: {} }, { preset, model, state })
  }
  const batches = openBatches({
    sources: [],
    synth: {
      fontFolder: fonts,
      lexiconFile: `${shared}/lexicon-90k.txt`,
      backgroundFolder: `${shared}/backgrounds`,
      settings: synthVariants[variant]!,
      frequencyFile: expectedWords(),
    },
    settings: batchSettings(preset),
    firstBatch: 0,
    workers: availableParallelism(),
    queue: 8,
  })
  const started = performance.now()
  await train({
    model,
    preset,
    batches,
    state,
    signal: new AbortController().signal,
    onStep({ step, loss, columnLoss }) {
      if (step % 100 === 0)
        console.error(
          `${variant} ${seed}: step ${step}/${training.steps} loss ${loss.toFixed(2)} columns ${columnLoss.toFixed(2)}`,
        )
    },
  })
  const minutes = (performance.now() - started) / 60_000
  await batches.close()
  const weights = model.namedTensors(state.average, state.averageStatistics)
  const file = `${out}.weights`
  await writeWhole(file, formatWeights({ settings, weights, provenance: {} }, 'F32'))
  await model.dispose()
  return {
    variant,
    from: start,
    words: budget,
    seed,
    ...(await readValidation(file)),
    minutes: Number(minutes.toFixed(1)),
  }
}

async function readValidation(file: string) {
  const recognizer = await SceneTextRecognizer.load({ model: file })
  const pairs = []
  for (const spec of [
    `iiit5k:${shared}/iiit5k/train`,
    `icdar:${shared}/icdar2015/train/gt.txt`,
    `tsv:${shared}/svt/train.tsv`,
  ]) {
    const dataset = await openDataset(parseDataSpec(spec))
    pairs.push(
      ...(
        await evaluate(recognizer, dataset, {
          split: 'validation',
          subset: 'all',
          list: null,
          reading: { secondLook: false },
        })
      ).results,
    )
    await dataset.close()
  }
  await recognizer.dispose()
  const { accuracy, oneMinusNed } = wordMetrics(pairs)
  return { accuracy, oneMinusNed }
}

const isComparable = (each: Result) => each.words === budget && each.from === start
const lines = existsSync(out) ? (await readFile(out, 'utf8')).trim().split('\n') : []
const results = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Result)
const chosen = values.only?.split(',') ?? Object.keys(synthVariants)
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  for (const variant of chosen) {
    if (!(variant in synthVariants))
      throw new Error(`no variant "${variant}": ${Object.keys(synthVariants).join(', ')}`)
    if (results.some((each) => each.variant === variant && each.seed === seed && isComparable(each))) continue
    const result = await measure(variant, seed)
    await appendFile(out, `${JSON.stringify(result)}\n`)
    results.push(result)
  }
}

const percent = (share: number) => (100 * share).toFixed(1)
const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length
console.log(`| engine | runs | accuracy, % | 1 − NED, % |\n| --- | --- | --- | --- |`)
for (const variant of Object.keys(synthVariants)) {
  const runs = results.filter((each) => each.variant === variant && isComparable(each))
  if (runs.length === 0) continue
  console.log(
    `| ${variant} | ${runs.length} | ${percent(mean(runs.map(({ accuracy }) => accuracy)))} | ${percent(mean(runs.map(({ oneMinusNed }) => oneMinusNed)))} |`,
  )
}

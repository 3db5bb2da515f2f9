/**
 * Words a second of one training step (forward, loss, backward, the preset's optimizer), and the authors' PyTorch code
 * beside it:
 *
 *   npm run bench -- [--preset base] [--batch 32] [--authors CHECKOUT] [--shared ../shared/data]
 *
 * With `--shared` also as `safl train` runs: on words of all lengths that another process renders meanwhile.
 * The two run in turn, three times each, and the medians count: what else the machine does then meets both.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import * as runtime from 'onnxruntime-node'
import { defaultWorkers } from '../src/cli/arguments.ts'
import { defaultData, defaultFonts, trainingSynth } from '../src/cli/synth-material.ts'
import { batchSettings, openBatches, type TrainingBatch } from '../src/data/batches.ts'
import { parseDataSpec } from '../src/data/dataset.ts'
import { loadPreset } from '../src/presets/index.ts'
import { countOperations } from '../src/tensor/index.ts'
import { initialState } from '../src/train/loop.ts'
import { madeBatch } from '../src/train/made-batch.ts'
import { muonGraph } from '../src/train/muon.ts'
import { openTrainingStep } from '../src/train/replicated-step.ts'
import { trainingGraph } from '../src/train/training-graph.ts'
import { measurePeak } from './measure-peak.ts'

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'base' },
    batch: { type: 'string', default: '32' },
    length: { type: 'string', default: '13' },
    authors: { type: 'string' },
    shared: { type: 'string' },
  },
})
const preset = loadPreset(values.preset)
const [size, length] = [Number(values.batch), Number(values.length)]
const made = madeBatch(preset, { size, length })
const model = openTrainingStep(preset)
const state = initialState(model, 1)

async function oneStep(batch: TrainingBatch): Promise<number> {
  const started = performance.now()
  const step = ++state.step
  const { gradient, statistics } = await model.run({ ...state, batch, step })
  await model.update(state, gradient, { step, rate: 1e-4 })
  state.statistics.set(statistics)
  return performance.now() - started
}

/** Words a second; the first steps, in which sessions are made and fonts are read, do not count. */
async function withRendering(shared: string): Promise<number> {
  const batches = openBatches({
    sources: (await defaultData(shared)).map(parseDataSpec),
    synth: trainingSynth({ fonts: defaultFonts(), shared }, preset),
    settings: batchSettings({ ...preset, training: { ...preset.training, batchSize: size } }),
    firstBatch: 0,
    workers: defaultWorkers(),
    queue: 4,
  })
  const [first, steps] = [40, 60]
  for (let step = 0; step < first; step++) await oneStep(await batches.next())
  const started = performance.now()
  for (let step = 0; step < steps; step++) await oneStep(await batches.next())
  const seconds = (performance.now() - started) / 1000
  await batches.close()
  return (steps * size) / seconds
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1]!
const ours: number[] = []
const theirs: number[] = []
for (let warmUp = 0; warmUp < 3; warmUp++) await oneStep(made)
for (let round = 0; round < 3; round++) {
  const times: number[] = []
  for (let step = 0; step < 5; step++) times.push(await oneStep(made))
  ours.push((size / median(times)) * 1000)
  if (values.authors === undefined) continue
  const printed = execFileSync('/usr/bin/python3', ['bench/authors.py', values.authors], { encoding: 'utf8' })
  theirs.push((JSON.parse(printed.trim().split('\n').at(-1)!) as { samplesPerSecond: number }).samplesPerSecond)
}
const rendered = values.shared === undefined ? null : await withRendering(values.shared)
await model.dispose()
const peak = await measurePeak(runtime)
const ofGradient = countOperations(trainingGraph(model.task, model.task.feeds(made, 1))) / size
const ofMuon = preset.training.optimizer === 'muon' ? countOperations(muonGraph(model.parameters).graph) / size : 0
const operations = ofGradient + ofMuon
console.log(`${values.preset}, batch ${size}, ${length} steps: ${median(ours).toFixed(1)} words/s`)
console.log(
  `${(ofGradient / 1e9).toFixed(2)} GFLOP a word${ofMuon > 0 ? ` and ${(ofMuon / 1e9).toFixed(2)} of Muon's products` : ''}: ${((100 * median(ours) * operations) / peak).toFixed(0)} % of the ${(peak / 1e9).toFixed(0)} GFLOP/s of large matrix products`,
)
if (rendered !== null) console.log(`with rendering: ${rendered.toFixed(1)} words/s`)
if (theirs.length > 0) {
  console.log(
    `authors' PyTorch code, batch 32: ${median(theirs).toFixed(1)} words/s; ours is ${(median(ours) / median(theirs)).toFixed(2)} times as fast`,
  )
}

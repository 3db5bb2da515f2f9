/** One run of a study: trains, reads the validation words, says what it saw and read. (Node) */
import { createHash } from 'node:crypto'
import * as runtime from 'onnxruntime-node'
import { alphanumericView, decodeIds } from '../charset.ts'
import type { Preset } from '../config.ts'
import { batchSettings, openBatches, type TrainingBatch } from '../data/batches.ts'
import { type DataSpec, type Dataset, openDataset } from '../data/dataset.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import type { Decoder } from '../recognize/reading-options.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'
import { initialState, type StepReport, train } from '../train/loop.ts'
import { openTrainingStep } from '../train/replicated-step.ts'
import { exportWeights } from '../train/run-folder.ts'
import { startFrom } from '../train/start-from.ts'
import type { PlannedRun } from './plan.ts'
import type { StudyDescription, StudyRun } from './study-folder.ts'

export interface RunOptions {
  readonly planned: PlannedRun
  readonly preset: Preset
  readonly study: StudyDescription
  readonly sources: readonly DataSpec[]
  /** Sets that are read whole beside the sources' validation words, by their names. */
  readonly further?: readonly { readonly name: string; readonly spec: DataSpec }[]
  /** The engine with the run's word frequencies; null trains on real words alone. */
  readonly synth: SynthesizerOptions | null
  /** Threads that render batches. */
  readonly workers: number
  /** Threads of the runtime; all cores when absent. */
  readonly threads?: number | undefined
  /** What every run starts from; null starts from scratch. */
  readonly weights: WeightsFile | null
  readonly signal: AbortSignal
  readonly onStep: (report: StepReport) => void
}

/** The run and its weights file; null where the signal ended training early. Rejects where the loss is not finite. */
export async function runArm(options: RunOptions): Promise<{ run: StudyRun; weights: Uint8Array } | null> {
  const { planned, preset, study, sources, further = [], synth, workers, threads, signal, onStep } = options
  const { training } = preset
  const datasets = await Promise.all(sources.map(openDataset))
  const others = await Promise.all(further.map(({ spec }) => openDataset({ ...spec, wholly: 'validation' })))
  const seen = new SeenWords(await validationViews(datasets))
  const model = openTrainingStep(preset, threads)
  const state = initialState(model, training.seed)
  if (options.weights) startFrom(options.weights, { preset, model, state })
  const batches = openBatches({ sources, synth, settings: batchSettings(preset), firstBatch: 0, workers, queue: 4 })
  const started = performance.now()
  const lastLosses: number[] = []
  try {
    const note = (report: StepReport) => {
      for (const batch of report.batches) seen.add(batch)
      if (report.step > 0.9 * training.steps) lastLosses.push(report.loss)
      state.seconds = (performance.now() - started) / 1000
      onStep(report)
    }
    await train({ model, preset, batches, state, signal, onStep: note })
    if (state.step < training.steps) return null
    const weights = exportWeights(preset, model, state)
    const named = [...datasets, ...others].map((dataset, place) => ({
      dataset,
      name: study.data[place]?.name ?? further[place - datasets.length]!.name,
    }))
    const sets = await readSets(weights, { sets: named, decoder: planned.arm.decoder, threads })
    const run: StudyRun = {
      arm: planned.arm.name,
      seed: planned.seed,
      settings: preset,
      budget: { words: study.words, steps: training.steps },
      loss: lastLosses.reduce((a, b) => a + b, 0) / Math.max(lastLosses.length, 1),
      minutes: Number(((performance.now() - started) / 60_000).toFixed(2)),
      finished: new Date().toISOString(),
      node: process.version,
      training: { words: state.samples, ...seen.summary() },
      sets,
    }
    return { run, weights }
  } finally {
    await batches.close()
    await model.dispose()
    await Promise.all([...datasets, ...others].map((dataset) => dataset.close()))
  }
}

/** What the validation words look like when they are compared. */
async function validationViews(datasets: readonly Dataset[]): Promise<Set<string>> {
  const views = new Set<string>()
  for (const dataset of datasets) {
    let index = -1
    for await (const label of dataset.labels()) {
      if (dataset.inSplit(++index, 'validation') && !(label instanceof Error)) views.add(alphanumericView(label))
    }
  }
  return views
}

/** Counts what a run was trained on, batch by batch. */
export class SeenWords {
  private readonly words: Map<string, number>
  private readonly characters = new Map<string, number>()
  private readonly digest = createHash('sha256')

  /** Only the words given are counted. */
  constructor(counted: ReadonlySet<string>) {
    this.words = new Map([...counted].map((word) => [word, 0]))
  }

  add({ size, length, targets, images }: Pick<TrainingBatch, 'size' | 'length' | 'targets' | 'images'>): void {
    this.digest.update(new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength)).update(images)
    for (let place = 0; place < size; place++) {
      const word = alphanumericView(decodeIds(targets.subarray(place * length, (place + 1) * length)))
      const times = this.words.get(word)
      if (times !== undefined) this.words.set(word, times + 1)
      for (const character of word) this.characters.set(character, (this.characters.get(character) ?? 0) + 1)
    }
  }

  summary(): Omit<StudyRun['training'], 'words'> {
    return {
      digest: this.digest.digest('hex'),
      wordCounts: Object.fromEntries([...this.words].filter(([word, times]) => word !== '' && times > 0)),
      characterCounts: Object.fromEntries([...this.characters].sort(([a], [b]) => (a < b ? -1 : 1))),
    }
  }
}

interface Reading {
  readonly sets: readonly { readonly name: string; readonly dataset: Dataset }[]
  readonly decoder: Decoder | undefined
  readonly threads: number | undefined
}

async function readSets(weights: Uint8Array, { sets, decoder, threads }: Reading): Promise<StudyRun['sets']> {
  const recognizer = await SceneTextRecognizer.create(weights, runtime, {
    ...(threads !== undefined && { threads }),
    ...(decoder !== undefined && { decoder }),
  })
  try {
    const read: StudyRun['sets'] = []
    for (const { name, dataset } of sets) {
      const options = { split: 'validation', subset: 'all', list: null, reading: { secondLook: false } } as const
      const { results } = await evaluate(recognizer, dataset, options)
      const words = results.map((word) => ({ ...word, confidence: Math.min(1, Number(word.confidence.toFixed(5))) }))
      read.push({ name, words })
    }
    return read
  } finally {
    await recognizer.dispose()
  }
}

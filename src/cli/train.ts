/** `safl train`: trains a recogniser, resumably. */
import { Command, Option } from 'commander'
import * as runtime from 'onnxruntime-node'
import { type Preset, presetSettings } from '../config.ts'
import { batchSettings, openBatches } from '../data/batches.ts'
import { type DataSpec, openDataset, parseDataSpec } from '../data/dataset.ts'
import { readWords, validate } from '../evaluate/validate.ts'
import { loadPreset, loadPresetForWeights, presetNames } from '../presets/index.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import type { TrainingState } from '../train/checkpoint.ts'
import { initialState, type StepReport, train } from '../train/loop.ts'
import { ManySteps } from '../train/many-steps.ts'
import { Pace } from '../train/pace.ts'
import { openTrainingStep } from '../train/replicated-step.ts'
import { exportWeights, RunFolder, type StepRecord } from '../train/run-folder.ts'
import { startFrom } from '../train/start-from.ts'
import { TrainingStep } from '../train/training-step.ts'
import { collect, positiveInteger, positiveNumber, workersOption } from './arguments.ts'
import { overrideSettings } from './settings.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { defaultData, defaultFonts, synthOptions } from './synth-material.ts'

interface Options {
  readonly preset: string
  readonly run: string
  readonly data: string[]
  readonly shared: string
  readonly fonts: string
  readonly set: string[]
  readonly workers: number
  readonly device: 'cpu' | 'cuda'
  readonly threads?: number
  readonly minutes?: number
  readonly finishIn?: number
  readonly weights?: string
  readonly resume?: boolean
  readonly synth: boolean
}

/** Steps between two lines of the log. */
const LOG_STEPS = 50

export function trainCommand(): Command {
  return new Command('train')
    .description('Train a recogniser on real and synthetic words. Ctrl-C saves and ends; --resume goes on.')
    .requiredOption('--run <folder>', 'folder of the run: checkpoint, weights, best weights, log, progress.html')
    .option('--preset <name>', `settings to start from: ${presetNames.join(', ')}`, 'tiny')
    .option('--set <key=value>', 'change a setting, such as training.batchSize=64; may be repeated', collect, [])
    .option('--data <kind:path>', 'real words, of which the training split is used; may be repeated', collect, [])
    .option('--shared <folder>', 'folder with the default real words, lexicon and backgrounds', '../shared/data')
    .option('--fonts <folder>', 'folder of fonts for synthetic words', defaultFonts())
    .option('--no-synth', 'train on real words alone')
    .option(
      '--weights <name>',
      "start from these weights, a file or a preset's of the package, at a fifth of the learning rate unless it is set",
    )
    .option('--resume', 'go on from the checkpoint of the run')
    .addOption(workersOption())
    .addOption(
      new Option('--device <name>', 'cuda: an NVIDIA GPU, training.stepsPerRun steps a run')
        .choices(['cpu', 'cuda'])
        .default('cpu'),
    )
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
    .option('--minutes <count>', 'save and end after this time', positiveNumber)
    .option(
      '--finish-in <minutes>',
      'come to the end of the schedule after this time: training.steps follows the speed',
      positiveNumber,
    )
    .action(run)
}

async function run(options: Options): Promise<void> {
  const folder = await RunFolder.open(options.run, { resume: options.resume ?? false })
  const saved = options.resume ? await folder.loadCheckpoint() : null
  const fresh = options.weights === undefined ? loadPreset : loadPresetForWeights
  const preset = overrideSettings(presetSettings, saved?.preset ?? fresh(options.preset), options.set)
  const { training } = preset
  const threads = options.threads === undefined ? {} : { threads: options.threads }
  const inGroups = options.device === 'cuda' || training.stepsPerRun > 1
  const model = inGroups ? new TrainingStep(preset, runtime, threads) : openTrainingStep(preset, options.threads)
  const provider = options.device === 'cuda' ? { provider: options.device } : {}
  const manySteps = inGroups ? new ManySteps(preset, model, runtime, { ...threads, ...provider }) : null
  try {
    await trainModel(options, { folder, saved: saved?.state ?? null, preset, model, manySteps })
  } finally {
    await manySteps?.dispose()
    await model.dispose()
  }
}

interface Prepared {
  readonly folder: RunFolder
  readonly saved: TrainingState | null
  readonly preset: Preset
  readonly model: TrainingStep
  readonly manySteps: ManySteps | null
}

async function trainModel(options: Options, { folder, saved, preset, model, manySteps }: Prepared): Promise<void> {
  const { training } = preset
  const decoder = training.focalWeight > 0 ? 'attention' : 'ctc'
  const sources = (options.data.length > 0 ? options.data : defaultData(options.shared)).map(parseDataSpec)
  const synth = options.synth ? synthOptions(options, preset.synth) : null
  const state = saved ?? initialState(model, training.seed)
  if (state.weights.length !== model.parameterCount)
    throw new Error(`${options.run}: its checkpoint belongs to a model of other settings`)
  if (options.weights) {
    const file = await readWeightsFile({ model: options.weights, preset: options.preset })
    const missing = startFrom(file, { preset, model, state })
    if (missing.length > 0) console.error(`safl: ${lackOf(options.weights, missing)}`)
  }
  const validationWords = training.validationSteps > 0 ? await openValidation(sources, training.validationWords) : []
  await folder.begin(state, preset)
  const batches = openBatches({
    sources,
    synth,
    settings: batchSettings(preset),
    firstBatch: state.step,
    workers: options.workers,
    // What a run of several steps takes, and as much again, which is rendered meanwhile.
    queue: Math.max(4, 2 * training.stepsPerRun),
  })
  const stop = stopOnSignal('saving after this step')
  const progress = new Progress(preset, state, () => batches.waited)
  const started = performance.now()
  const before = state.seconds
  const pace = options.finishIn === undefined ? null : new Pace(options.finishIn * 60)
  let lastSave = started
  try {
    await train({
      model,
      ...(manySteps && { manySteps }),
      preset,
      batches,
      state,
      signal: stop.signal,
      onStep: async (report) => {
        const elapsed = (performance.now() - started) / 1000
        state.seconds = before + elapsed
        if (pace && report.step === state.step) training.steps = pace.steps(report.step, elapsed) ?? training.steps
        for (const problem of report.batch.skipped) console.error(`\nsafl: left out: ${problem}`)
        const line = progress.add(report)
        if (line) await folder.log(line)
        if (
          validationWords.length > 0 &&
          (report.step % training.validationSteps === 0 || report.step === training.steps)
        ) {
          const weights = exportWeights(preset, model, state)
          const { words, accuracy, oneMinusNed } = await validate(weights, validationWords, decoder)
          const { step, samples, seconds } = state
          await folder.validated({ step, samples, seconds: Math.round(seconds), accuracy, oneMinusNed, words }, weights)
          progress.say(
            `validation: ${(100 * accuracy).toFixed(1)} % of ${words} words, 1-NED ${(100 * oneMinusNed).toFixed(1)} %`,
          )
        }
        const now = performance.now()
        if (options.minutes !== undefined && now - started > options.minutes * 60_000) stop.abort()
        if (now - lastSave > training.checkpointSeconds * 1000) {
          await folder.save(state, preset, model)
          lastSave = now
        }
      },
    })
    await folder.save(state, preset, model)
    console.error(
      `\n${state.step} steps, ${state.samples} words, ${(state.seconds / 3600).toFixed(2)} h: ${options.run}`,
    )
  } finally {
    await batches.close()
  }
}

async function openValidation(sources: readonly DataSpec[], most: number) {
  const datasets = await Promise.all(sources.map(openDataset))
  const words = await readWords(datasets, 'validation', most)
  await Promise.all(datasets.map((dataset) => dataset.close()))
  return words
}

function lackOf(path: string, missing: readonly string[]): string {
  return `${path} lacks ${missing.length} tensors, which start anew: ${missing.slice(0, 3).join(', ')}`
}

/** The progress line, and a record for the log every so many steps. */
class Progress {
  private readonly preset: Preset
  private readonly state: TrainingState
  private readonly waited: () => number
  private loss = 0
  private columnLoss = 0
  private ctcLoss = 0
  private outlineLoss = 0
  private steps = 0
  private since = performance.now()
  private samplesBefore: number
  private waitedBefore = 0

  constructor(preset: Preset, state: TrainingState, waited: () => number) {
    this.preset = preset
    this.state = state
    this.waited = waited
    this.samplesBefore = state.samples
  }

  add({ step, loss, columnLoss, ctcLoss, outlineLoss, rate, norm }: StepReport): StepRecord | null {
    this.loss += loss
    this.columnLoss += columnLoss
    this.ctcLoss += ctcLoss
    this.outlineLoss += outlineLoss
    this.steps++
    const { training } = this.preset
    if (step % LOG_STEPS !== 0 && step !== training.steps) return null
    const elapsed = performance.now() - this.since
    const record = {
      step,
      samples: this.state.samples,
      seconds: Math.round(this.state.seconds),
      loss: round(this.loss / this.steps),
      columnLoss: round(this.columnLoss / this.steps),
      ctcLoss: round(this.ctcLoss / this.steps),
      outlineLoss: Number((this.outlineLoss / this.steps).toPrecision(4)),
      rate: Number(rate.toPrecision(4)),
      norm: round(norm),
      samplesPerSecond: round(((this.state.samples - this.samplesBefore) / elapsed) * 1000),
      waiting: round((this.waited() - this.waitedBefore) / elapsed),
    }
    const left = ((training.steps - step) * elapsed) / this.steps / 60_000
    const line = `step ${step}/${training.steps}  loss ${record.loss}  columns ${record.columnLoss}  ctc ${record.ctcLoss}  outline ${record.outlineLoss}  rate ${record.rate}  ${record.samplesPerSecond} words/s  waiting ${Math.round(record.waiting * 100)} %  ${left.toFixed(0)} min left`
    process.stderr.write(process.stderr.isTTY ? `\r${line}\u001b[K` : `${line}\n`)
    this.loss = this.columnLoss = this.ctcLoss = this.outlineLoss = this.steps = 0
    this.since = performance.now()
    this.samplesBefore = this.state.samples
    this.waitedBefore = this.waited()
    return record
  }

  /** A line of its own. */
  say(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K\n` : `${text}\n`)
  }
}

function round(value: number): number {
  return Number(value.toFixed(3))
}

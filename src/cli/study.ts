/** `safl study focal`: whether focal loss reads more words than cross-entropy, all else being equal. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { Command } from 'commander'
import { presetSettings } from '../config.ts'
import { type DataSpec, openDataset, parseDataSpec } from '../data/dataset.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { CANVAS, PLOTS, requirePackages } from '../optional-packages.ts'
import { loadPreset, loadPresetForWeights, presetNames } from '../presets/index.ts'
import { threadsOf } from '../recognize/threads.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { arms, chooseArms, type PlannedRun, planRuns, presetOf, STUDIED_SETTINGS, stepsFor } from '../study/arms.ts'
import { runArm } from '../study/run-arm.ts'
import { type StudyDescription, StudyFolder } from '../study/study-folder.ts'
import { writeReport } from '../study/write-report.ts'
import { NonFiniteLossError, type StepReport } from '../train/loop.ts'
import { NonFiniteGradientError } from '../train/optimizer.ts'
import { collect, positiveInteger, positiveNumber, workersOption } from './arguments.ts'
import { overrideSettings } from './settings.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { backgroundsOption, defaultData, defaultFonts, trainingSynth } from './synth-material.ts'

interface Options {
  readonly out: string
  readonly preset: string
  readonly set: string[]
  readonly weights?: string
  readonly words: number
  readonly seeds: number
  readonly arms?: string
  readonly minutes?: number
  readonly data: string[]
  readonly shared: string
  readonly fonts: string
  readonly backgrounds?: string
  readonly workers: number
  readonly threads?: number
}

/** Steps between two lines of progress. */
const LOG_STEPS = 100

export function studyCommand(): Command {
  return new Command('study').description('Put a claim of the paper to the test.').addCommand(focalCommand())
}

function focalCommand(): Command {
  return new Command('focal')
    .description(
      'Train with focal loss and with cross-entropy on the same words with the same seeds, and compare what they read. Ctrl-C ends after the step; the same command goes on.',
    )
    .requiredOption('--out <folder>', 'folder of the study: a file a run, report.html, report.md, report.json')
    .option('--preset <name>', `settings to start from: ${presetNames.join(', ')}`, 'mini')
    .option('--set <key=value>', 'change a setting, such as training.batchSize=64; may be repeated', collect, [])
    .option(
      '--weights <name>',
      "start every run from these weights, a file or a preset's of the package, at a fifth of the learning rate unless it is set",
    )
    .option('--words <count>', 'training words a run', positiveInteger, 60_000)
    .option('--seeds <count>', 'runs of each arm, with seeds 1, 2, …', positiveInteger, 3)
    .option('--arms <names>', `some of ${arms.map(({ name }) => name).join(',')}; default: all`)
    .option('--minutes <count>', 'begin no run after this time', positiveNumber)
    .option('--data <kind:path>', 'real words to train on and to read; may be repeated', collect, [])
    .option('--shared <folder>', 'folder with the default real words, lexicon and backgrounds', '../shared/data')
    .option('--fonts <folder>', 'folder of fonts for synthetic words', defaultFonts())
    .addOption(backgroundsOption())
    .addOption(workersOption())
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
    .action(run)
}

async function run(options: Options): Promise<void> {
  requirePackages('safl study', PLOTS)
  const chosen = chooseArms(options.arms?.split(',') ?? arms.map(({ name }) => name))
  const weights = options.weights === undefined ? null : await readWeights(options.weights, options.preset)
  const study = await describeStudy(options, weights)
  const uniform = chosen.find(({ naturalness }) => naturalness === 0)
  if (study.settings.training.realShare === 1 && options.arms !== undefined && uniform)
    throw new Error(`--arms ${uniform.name}: without synthetic words (training.realShare 1) their frequency is fixed`)
  const useful = chosen.filter(({ naturalness }) => study.settings.training.realShare < 1 || naturalness > 0)
  if (study.settings.training.realShare < 1) requirePackages('safl study', CANVAS)
  const folder = await StudyFolder.open(options.out, study)
  const planned = planRuns(useful, options.seeds)
  const stop = stopOnSignal('ending after this step; a run that still trains is lost')
  const ends = options.minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.minutes * 60_000
  const named = new Set<string>()
  await writeReport(folder, planned)
  for (const [place, each] of planned.entries()) {
    if (folder.has(each)) continue
    if (stop.signal.aborted || performance.now() > ends) break
    const name = `run ${place + 1} of ${planned.length}, ${each.arm.name}, seed ${each.seed}`
    const run = { name, options, weights: weights?.file ?? null, folder, named, signal: stop.signal }
    if (await runOne(each, run)) await writeReport(folder, planned)
  }
  const done = planned.filter((each) => folder.has(each)).length
  console.error(`safl: ${done} of ${planned.length} runs are done: ${options.out}/report.html`)
}

/** The settings, budget and words that all runs share. */
async function describeStudy(
  { preset: name, set, words, data, shared }: Options,
  weights: ReadWeights | null,
): Promise<StudyDescription> {
  for (const change of set) {
    const key = STUDIED_SETTINGS.find((each) => change.startsWith(`${each}=`))
    const instead = key === 'training.steps' ? '; give --words' : ''
    if (key) throw new Error(`--set ${key}: the study itself decides this${instead}`)
  }
  const fresh = weights ? loadPresetForWeights(name, weights.file.settings) : loadPreset(name)
  const preset = overrideSettings(presetSettings, fresh, set)
  const { training } = preset
  const settings = { ...preset, training: { ...training, steps: stepsFor(words, training.batchSize) } }
  const sources = await sourcesOf({ data, shared })
  const origin = weights && { name: weights.name, digest: weights.digest }
  return {
    settings,
    words,
    weights: origin,
    data: await Promise.all(sources.map((spec) => describeData(spec, shared))),
  }
}

interface ReadWeights {
  readonly name: string
  readonly digest: string
  readonly file: WeightsFile
}

async function readWeights(name: string, preset: string): Promise<ReadWeights> {
  const file = await readWeightsFile({ model: name, preset })
  const digest = createHash('sha256')
  for (const [tensor, { data }] of file.weights) digest.update(`${tensor}\n`).update(data)
  return { name: basename(name), digest: digest.digest('hex'), file }
}

async function sourcesOf({ data, shared }: Pick<Options, 'data' | 'shared'>): Promise<DataSpec[]> {
  return (data.length > 0 ? data : await defaultData(shared)).map(parseDataSpec)
}

async function describeData(spec: DataSpec, shared: string): Promise<StudyDescription['data'][number]> {
  const dataset = await openDataset(spec)
  const digest = createHash('sha256').update(`${dataset.weight}\n`)
  const counts = { training: 0, validation: 0 }
  let index = -1
  for await (const label of dataset.labels()) {
    counts[dataset.inSplit(++index, 'validation') ? 'validation' : 'training']++
    digest.update(label instanceof Error ? '\n' : `${label}\n`)
  }
  await dataset.close()
  const name = dataset.name.replace(`:${shared}/`, ':')
  return { name, ...counts, digest: digest.digest('hex') }
}

interface Run {
  readonly name: string
  readonly options: Options
  readonly weights: WeightsFile | null
  readonly folder: StudyFolder
  /** Bad samples that were named already: every run meets the same ones. */
  readonly named: Set<string>
  readonly signal: AbortSignal
}

/** Whether the run came to its end: a signal or a loss that is not finite ends it early. */
async function runOne(planned: PlannedRun, run: Run): Promise<boolean> {
  const { name, options, weights, folder, named, signal } = run
  const study = folder.description
  const preset = presetOf(planned, study.settings)
  try {
    const done = await runArm({
      planned,
      preset,
      study,
      sources: await sourcesOf(options),
      synth: preset.training.realShare < 1 ? trainingSynth(options, preset) : null,
      workers: options.workers,
      threads: options.threads === undefined ? undefined : threadsOf(options).threads,
      weights,
      signal,
      onStep: progressOf(name, { steps: preset.training.steps, named }),
    })
    if (done) await folder.save(done.run, done.weights)
    return done !== null
  } catch (error) {
    if (!(error instanceof NonFiniteLossError || error instanceof NonFiniteGradientError)) throw error
    console.error(`safl: ${name} failed: ${error.message}`)
    process.exitCode = 1
    return false
  }
}

function progressOf(
  name: string,
  { steps, named }: { steps: number; named: Set<string> },
): (report: StepReport) => void {
  const started = performance.now()
  return ({ step, loss, batch }) => {
    for (const problem of batch.skipped) {
      if (!named.has(problem)) console.error(`safl: left out: ${problem}`)
      named.add(problem)
    }
    if (step % LOG_STEPS !== 0 && step !== steps) return
    const left = ((steps - step) * (performance.now() - started)) / step / 60_000
    console.error(`${name}: step ${step}/${steps}  loss ${loss.toFixed(2)}  ${left.toFixed(0)} min left`)
  }
}

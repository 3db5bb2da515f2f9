/** What all studies of the command line have in common: their options, what they say of themselves, and their runs. */
import { createHash } from 'node:crypto'
import type { Command } from 'commander'
import { type Preset, presetSettings } from '../config.ts'
import { type DataSpec, openDataset, parseDataSpec } from '../data/dataset.ts'
import { presetNames } from '../presets/index.ts'
import { threadsOf } from '../recognize/threads.ts'
import { type PlannedRun, type StudyArm, stepsFor } from '../study/plan.ts'
import { type RunOptions, runArm } from '../study/run-arm.ts'
import type { StudyDescription, StudyFolder } from '../study/study-folder.ts'
import { NonFiniteLossError, type StepReport } from '../train/loop.ts'
import { NonFiniteGradientError } from '../train/optimizer.ts'
import { collect, positiveInteger, positiveNumber, workersOption } from './arguments.ts'
import { overrideSettings } from './settings.ts'
import { stopOnSignal } from './stop-on-signal.ts'
import { backgroundsOption, defaultData, defaultFonts, SHARED, trainingSynth } from './synth-material.ts'

export interface StudyOptions {
  readonly out: string
  readonly preset: string
  readonly set: string[]
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

interface StudyDefaults {
  readonly preset: string
  readonly words: number
  readonly seeds: number
  readonly arms: readonly StudyArm[]
  /** What the folder comes to hold. */
  readonly writes: string
}

/** Adds the options of every study. */
export function addStudyOptions(command: Command, { preset, words, seeds, arms, writes }: StudyDefaults): Command {
  return command
    .requiredOption('--out <folder>', `folder of the study: a file a run, ${writes}`)
    .option('--preset <name>', `settings to start from: ${presetNames.join(', ')}`, preset)
    .option('--set <key=value>', 'change a setting, such as training.batchSize=64; may be repeated', collect, [])
    .option('--words <count>', 'training words a run', positiveInteger, words)
    .option('--seeds <count>', 'runs of each arm, with seeds 1, 2, …', positiveInteger, seeds)
    .option('--arms <names>', `some of ${arms.map(({ name }) => name).join(',')}; default: all`)
    .option('--minutes <count>', 'begin no run after this time', positiveNumber)
    .option('--data <kind:path>', 'real words to train on and to read; may be repeated', collect, [])
    .option('--shared <folder>', 'folder with the default real words, lexicon and backgrounds', SHARED)
    .option('--fonts <folder>', 'folder of fonts for synthetic words', defaultFonts())
    .addOption(backgroundsOption())
    .addOption(workersOption())
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
}

export interface DescribedBy extends Pick<StudyDescription, 'kind' | 'weights'> {
  /** The preset before changes. */
  readonly fresh: Preset
  /** Settings that the study itself decides. */
  readonly decided: readonly string[]
}

/** The settings, budget and words that all runs share. */
export async function describeStudy(
  { set, words, data, shared }: StudyOptions,
  { kind, weights, fresh, decided }: DescribedBy,
): Promise<StudyDescription> {
  for (const change of set) {
    const key = decided.find((each) => change.startsWith(`${each}=`))
    const instead = key === 'training.steps' ? '; give --words' : ''
    if (key) throw new Error(`--set ${key}: the study itself decides this${instead}`)
  }
  const preset = overrideSettings(presetSettings, fresh, set)
  const { training } = preset
  const settings = { ...preset, training: { ...training, steps: stepsFor(words, training) } }
  const sources = await sourcesOf({ data, shared })
  return {
    kind,
    settings,
    words,
    weights,
    data: await Promise.all(sources.map((spec) => describeData(spec, shared))),
  }
}

export async function sourcesOf({ data, shared }: Pick<StudyOptions, 'data' | 'shared'>): Promise<DataSpec[]> {
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

export interface MakeRunsOptions<A extends StudyArm> extends Pick<RunOptions, 'weights' | 'further'> {
  readonly options: StudyOptions
  readonly folder: StudyFolder
  readonly presetOf: (planned: PlannedRun<A>, study: Preset) => Preset
  /** Writes what is known so far: before the first run, and after each. */
  readonly report: () => Promise<void>
  /** Threads of the runtime; all cores when absent. */
  readonly threads: number | undefined
}

/** Makes the runs that are not done yet, one after another. Gives the signal that ends what follows, too. */
export async function makeRuns<A extends StudyArm>(
  planned: readonly PlannedRun<A>[],
  made: MakeRunsOptions<A>,
): Promise<AbortSignal> {
  const { options, folder, report } = made
  const { signal } = stopOnSignal('ending after this step; a run that still trains is lost')
  const ends = options.minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.minutes * 60_000
  const named = new Set<string>()
  await report()
  for (const [place, each] of planned.entries()) {
    if (folder.has(each)) continue
    if (signal.aborted || performance.now() > ends) break
    const name = `run ${place + 1} of ${planned.length}, ${each.arm.name}, seed ${each.seed}`
    if (await runOne(each, { ...made, name, named, signal })) await report()
  }
  return signal
}

/** Says how many runs are done, and where that is told. */
export function sayDone(planned: readonly PlannedRun[], folder: StudyFolder, report: string): void {
  const done = planned.filter((each) => folder.has(each)).length
  console.error(`safl: ${done} of ${planned.length} runs are done: ${report}`)
}

export function threadsAskedFor(options: StudyOptions): number | undefined {
  return options.threads === undefined ? undefined : threadsOf(options).threads
}

interface Run<A extends StudyArm> extends MakeRunsOptions<A> {
  readonly name: string
  /** Bad samples that were named already: every run meets the same ones. */
  readonly named: Set<string>
  readonly signal: AbortSignal
}

/** Whether the run came to its end: a signal or a loss that is not finite ends it early. */
async function runOne<A extends StudyArm>(planned: PlannedRun<A>, run: Run<A>): Promise<boolean> {
  const { name, options, weights, further, folder, presetOf, named, signal, threads } = run
  const study = folder.description
  const preset = presetOf(planned, study.settings)
  try {
    const done = await runArm({
      planned,
      preset,
      study,
      sources: await sourcesOf(options),
      ...(further && { further }),
      synth: preset.training.realShare < 1 ? trainingSynth(options, preset) : null,
      workers: options.workers,
      threads,
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

/** Steps between two lines of progress. */
const LOG_STEPS = 100

function progressOf(
  name: string,
  { steps, named }: { steps: number; named: Set<string> },
): (report: StepReport) => void {
  const started = performance.now()
  return ({ step, loss, batches }) => {
    for (const problem of batches.flatMap(({ skipped }) => skipped)) {
      if (!named.has(problem)) console.error(`safl: left out: ${problem}`)
      named.add(problem)
    }
    if (step % LOG_STEPS !== 0 && step !== steps) return
    const left = ((steps - step) * (performance.now() - started)) / step / 60_000
    console.error(`${name}: step ${step}/${steps}  loss ${loss.toFixed(2)}  ${left.toFixed(0)} min left`)
  }
}

/** `safl train`: trains a recogniser, or a finder, resumably. */
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { isFinder, type Preset, presetSettings } from '../config.ts'
import { batchSettings, openBatches } from '../data/batches.ts'
import { validate } from '../evaluate/validate.ts'
import { decisiveView } from '../evaluate/validation-view.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import { CANVAS, PLOTS, requirePackages } from '../optional-packages.ts'
import { loadPreset, loadPresetForWeights, presetNames } from '../presets/index.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { checkAgreement } from '../train/agreement.ts'
import { branchPreset } from '../train/branch.ts'
import type { TrainingState } from '../train/checkpoint.ts'
import { initialState } from '../train/loop.ts'
import { RunFolder } from '../train/run-folder.ts'
import { type RunSources, sourceChanges } from '../train/run-sources.ts'
import { startFrom } from '../train/start-from.ts'
import { collect, positiveInteger, positiveNumber, workersOption } from './arguments.ts'
import { overrideSettings } from './settings.ts'
import { backgroundsOption, SHARED, trainingSynth } from './synth-material.ts'
import { trainFinder } from './train-finder.ts'
import { describeBeginning, describeFigures, validationRecord } from './train-progress.ts'
import { beginningOf, isLeading, partOf, type Ranks, withRanks } from './train-ranks.ts'
import { type RunOptions, runTraining, STEPS_UNTIL_PACED, type TrainingSessions, withSessions } from './train-run.ts'
import { countSets, openValidation, resolveSources, type SourceOptions, trainingSpecs } from './train-sources.ts'

interface Options extends SourceOptions, RunOptions {
  readonly task?: 'read' | 'find'
  readonly preset?: string
}

const DEFAULT_PRESET = 'tiny'

export function trainCommand(): Command {
  return new Command('train')
    .description(
      'Train a recogniser on real and synthetic words, or a finder on photographs. Ctrl-C saves and ends; --resume goes on.',
    )
    .requiredOption('--run <folder>', 'folder of the run: checkpoint, weights, best weights, log, progress.html')
    .addOption(
      new Option(
        '--task <name>',
        'read: a recogniser of words (the default); find: a finder of words in photographs; a resumed run and a branch know theirs',
      ).choices(['read', 'find']),
    )
    .option('--preset <name>', `settings to start from: ${presetNames.join(', ')}; default: ${DEFAULT_PRESET}`)
    .option('--set <key=value>', 'change a setting, such as training.batchSize=64; may be repeated', collect, [])
    .option(
      '--data <kind:path>',
      'real words, of which the training split is used, or photographs, icdar-e2e:FOLDER; may be repeated',
      collect,
      [],
    )
    .option(
      '--validation <kind:path>',
      'words to validate with instead; sets of --data without lists are then trained on whole; may be repeated',
      collect,
      [],
    )
    .option('--shared <folder>', `folder with the project's own words, lexicon and backgrounds; default: ${SHARED}`)
    .option('--open', 'of its words only those that any use allows')
    .option('--no-open', 'all of its words (the default), such as for a branch of a trunk of open ones')
    .option('--fonts <folder>', 'folder of fonts for synthetic words; default: those of the package')
    .addOption(backgroundsOption())
    .option('--synth', 'draw synthetic words too (the default)')
    .option('--no-synth', 'train on real words alone')
    .option(
      '--weights <name>',
      "start from these weights, a file or a preset's of the package, at a fifth of the learning rate unless it is set",
    )
    .option('--resume', 'go on from the checkpoint of the run, with the words that its folder remembers')
    .option('--change-sources', 'go on with the words that are named here, although the run had others')
    .option('--branch <folder>', 'start from the checkpoint of that run, a trunk, and bring its learning rate to 0')
    .option('--steps <count>', 'steps of the branch', positiveInteger)
    .addOption(workersOption())
    .addOption(
      new Option('--device <name>', 'cuda: an NVIDIA GPU, training.stepsPerRun steps a run')
        .choices(['cpu', 'cuda'])
        .default('cpu'),
    )
    .addOption(
      new Option(
        '--distributed <how>',
        'mpi: by all processes that mpirun started, which share training.replicas; rank 0 writes the folder (docs/training.md)',
      ).choices(['mpi']),
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

/** What a run begins with. */
interface Start {
  readonly preset: Preset
  /** Null for a run from scratch or from weights. */
  readonly state: TrainingState | null
  readonly sources: RunSources
  /** Null where the run begins without a file of weights. */
  readonly weights: { readonly name: string; readonly file: WeightsFile } | null
  /** Where the weights come from, for people. */
  readonly from: string
}

async function run(options: Options): Promise<void> {
  refuseContradictions(options)
  await withRanks(options.distributed, (ranks) => runAs(ranks, options))
}

async function runAs(ranks: Ranks, options: Options): Promise<void> {
  const folder = await RunFolder.open(options.run, { resume: options.resume ?? false })
  if ((await taskOf(options, folder)) === 'find') return trainFinder(options, { folder, ranks })
  const start = await findStart(options, { folder, ranks })
  requirePackages('safl train', [...(start.sources.synth ? CANVAS : []), ...(isLeading(ranks) ? PLOTS : [])])
  await withSessions(start.preset, { ...options, ranks }, (sessions) =>
    trainModel(options, { folder, start, ...sessions }),
  )
}

/** What is asked for, or what the run or its trunk trains. */
async function taskOf({ task, branch, resume }: Options, folder: RunFolder): Promise<'read' | 'find'> {
  if (branch === undefined && !resume) return task ?? 'read'
  const source = branch === undefined ? folder : await RunFolder.open(branch, { resume: true })
  const { preset } = await source.loadCheckpoint()
  const own = isFinder(preset) ? 'find' : 'read'
  if (task !== undefined && task !== own) throw new Error(`--task ${task}: ${source.path} is a run of --task ${own}`)
  return own
}

function refuseContradictions({ branch, resume, weights, preset, steps, finishIn, changeSources }: Options): void {
  const chosen = { '--resume': resume, '--weights': weights, '--preset': preset }
  if (branch !== undefined) {
    for (const [name, value] of Object.entries(chosen))
      if (value !== undefined) throw new Error(`${name}: a branch has settings and weights of its trunk; leave it out`)
    if (steps === undefined && finishIn === undefined)
      throw new Error('--branch: give --steps, the steps over which the rate comes down, or --finish-in MINUTES')
  } else if (steps !== undefined) {
    throw new Error('--steps is the length of a branch; for other runs give --set training.steps=')
  }
  if (resume && weights !== undefined) throw new Error('--weights: a resumed run has its own; leave it or --resume out')
  if (changeSources && !resume) throw new Error('--change-sources belongs to --resume')
}

async function findStart(options: Options, { folder, ranks }: { folder: RunFolder; ranks: Ranks }): Promise<Start> {
  const override = (preset: Preset) => overrideSettings(presetSettings, preset, options.set)
  if (options.branch !== undefined) {
    const trunk = await RunFolder.open(options.branch, { resume: true })
    const { state, preset } = await trunk.loadReading()
    const sources = await resolveSources(options, await trunk.readSources())
    const steps = options.steps ?? STEPS_UNTIL_PACED
    const from = `a branch of ${options.branch} after its step ${state.step}`
    return { preset: override(branchPreset(preset, { from: state.step, steps })), state, sources, weights: null, from }
  }
  if (options.resume) {
    const { state, preset } = await folder.loadReading()
    const kept = await folder.readSources()
    const sources = await resolveSources(options, kept)
    if (kept) acceptChanges(sourceChanges(kept, sources), { ...options, ranks })
    return { preset: override(preset), state, sources, weights: null, from: `resumed after step ${state.step}` }
  }
  const { preset: presetName = DEFAULT_PRESET, weights: name } = options
  const sources = await resolveSources(options, null)
  if (name === undefined)
    return { preset: override(loadPreset(presetName)), state: null, sources, weights: null, from: 'from scratch' }
  const file = await readWeightsFile({ model: name, preset: presetName })
  const preset = override(loadPresetForWeights(presetName, file.settings))
  return { preset, state: null, sources, weights: { name, file }, from: `from the weights ${name}` }
}

/** A run goes on with its own words unless it is said that it shall not. */
function acceptChanges(changes: readonly string[], { run, changeSources, ranks }: Options & { ranks: Ranks }): void {
  if (changes.length === 0) return
  if (!changeSources)
    throw new Error(
      `${run}: began with other words (${changes.join('; ')}); leave these options out, or give --change-sources to go on with them`,
    )
  if (isLeading(ranks)) for (const change of changes) console.error(`safl: changed: ${change}`)
}

interface Prepared extends TrainingSessions<Preset> {
  readonly folder: RunFolder
  readonly start: Start
}

async function trainModel(options: Options, prepared: Prepared): Promise<void> {
  const { folder, start, model, manySteps, ranks } = prepared
  const { preset, sources } = start
  const { training } = preset
  const decoder = training.focalWeight > 0 ? 'attention' : 'ctc'
  const synth = sources.synth ? trainingSynth(sources, preset) : null
  const state = start.state ?? initialState(model, training.seed)
  if (state.weights.length !== model.parameterCount)
    throw new Error(`${options.branch ?? options.run}: its checkpoint belongs to a model of other settings`)
  loadWeights(prepared, state)
  const { validation, view } = await beginFolder(prepared, state)
  // The trunk may have moved on before a branch is saved.
  if (options.branch !== undefined && isLeading(ranks)) await folder.saveState(state, preset)
  const batches = openBatches({
    sources: trainingSpecs(sources),
    synth,
    settings: batchSettings(preset),
    part: partOf(ranks),
    firstBatch: state.step * training.accumulate,
    workers: options.workers,
    // What a run of several steps takes, and as much again, which is rendered meanwhile.
    queue: Math.max(4, 2 * training.stepsPerRun * training.accumulate),
  })
  const compare = async (weights: Uint8Array) => {
    const found = await validate(weights, validation, decoder)
    return { record: validationRecord(state, found, view), line: describeFigures(found) }
  }
  const { minutes, finishIn } = options
  await runTraining({
    folder,
    preset,
    state,
    model,
    manySteps,
    ranks,
    batches,
    validate: validation.length > 0 ? compare : null,
    minutes,
    finishIn,
  })
}

/** Writes down what is begun, says it, and reads the words to validate with, where this process is to do so. */
async function beginFolder({ folder, start, model, ranks }: Prepared, state: TrainingState) {
  const { preset, sources, from } = start
  const { validationSteps, validationWords, validationView } = preset.training
  const sets = await countSets(sources)
  const view = decisiveView(preset.model.furtherCharacters, validationView)
  if (ranks) {
    const words = sets.map(({ words, share }, place) => [`set ${place + 1}`, `${words} words, share ${share}`])
    const data = { ...Object.fromEntries(words), 'synthetic words': sources.synth }
    checkAgreement(ranks, { ...(await beginningOf(state)), ...preset, ...data })
  }
  if (!isLeading(ranks)) return { validation: [], view }
  const { step } = state
  const validation = validationSteps > 0 ? await openValidation(sources, validationWords) : []
  const page = join(folder.path, 'progress.html')
  const parameters = model.parameterCount
  const lines = describeBeginning({
    preset,
    parameters,
    from,
    step,
    sets,
    synth: sources.synth,
    validation,
    view,
    page,
  })
  await folder.begin(step, { preset, sources, view, facts: lines.slice(0, -1) })
  for (const line of lines) console.error(`safl: ${line}`)
  return { validation, view }
}

/** Begins with the weights of a file, as far as it has them. */
function loadWeights({ start, model, ranks }: Prepared, state: TrainingState): void {
  const { preset, weights } = start
  if (weights === null) return
  const missing = startFrom(weights.file, { preset, model, state })
  if (missing.length === 0 || !isLeading(ranks)) return
  const few = missing.slice(0, 3).join(', ')
  console.error(`safl: ${weights.name} lacks ${missing.length} tensors, which start anew: ${few}`)
}

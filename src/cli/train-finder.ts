/** `safl train --task find`: trains a finder on photographs. */
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type FinderPreset, finderPresetSettings } from '../config.ts'
import type { FinderBatch } from '../data/finder-batch.ts'
import { openFinderBatches } from '../data/finder-batches.ts'
import { FinderSource, finderBatchSettings } from '../data/finder-source.ts'
import { formatPhotographSpec, openPhotographs, type PhotographSet, parsePhotographSpec } from '../data/photographs.ts'
import { OPEN_PHOTOGRAPHS, RESEARCH_PHOTOGRAPHS } from '../data/shared-sets.ts'
import { validateFinder } from '../evaluate/validate-finder.ts'
import { type FinderFile, openFinder } from '../model/finder-file.ts'
import { CANVAS, PLOTS, requirePackages } from '../optional-packages.ts'
import { finder } from '../presets/finder.ts'
import { readBytes } from '../recognize/weights-source.ts'
import { synthSettings } from '../synth/settings.ts'
import { checkAgreement } from '../train/agreement.ts'
import { branchPreset } from '../train/branch.ts'
import type { TrainingState } from '../train/checkpoint.ts'
import { initialState } from '../train/loop.ts'
import { RunFolder } from '../train/run-folder.ts'
import type { FinderSources } from '../train/run-sources.ts'
import type { TrainingStep } from '../train/training-step.ts'
import { overrideSettings } from './settings.ts'
import { checkBackgrounds, defaultFonts, SHARED, synthOptions } from './synth-material.ts'
import { beginningOf, isLeading, partOf, type Ranks } from './train-ranks.ts'
import { type RunOptions, runTraining, STEPS_UNTIL_PACED, type TrainingSessions, withSessions } from './train-run.ts'

export interface FinderOptions extends RunOptions {
  readonly data: readonly string[]
  readonly shared?: string
  readonly open?: boolean
  readonly preset?: string
  readonly validation: readonly string[]
  readonly fonts?: string
  readonly backgrounds?: string
  readonly synth?: boolean
}

/** Of the rate from scratch, for weights that have learned. */
const SHARE_OF_RATE = 0.2
/** Crops of one validation batch. */
const VALIDATION_BATCH = 8

interface Start {
  readonly preset: FinderPreset
  readonly state: TrainingState | null
  readonly weights: FinderFile | null
  readonly sources: FinderSources
  /** Where the weights come from, for people. */
  readonly from: string
}

/** Where a run is written, and what this process is in it. */
interface Place {
  readonly folder: RunFolder
  readonly ranks: Ranks
}

export async function trainFinder(options: FinderOptions, { folder, ranks }: Place): Promise<void> {
  refuseWordOptions(options)
  const start = await findStart(options, { folder, ranks })
  requirePackages('safl train', [...(start.sources.pages ? CANVAS : []), ...(isLeading(ranks) ? PLOTS : [])])
  await withSessions(start.preset, { ...options, ranks }, (sessions) =>
    trainModel(options, { folder, start, ...sessions }),
  )
}

function refuseWordOptions({ preset, validation, synth }: FinderOptions): void {
  if (preset !== undefined) throw new Error('--preset belongs to the training of a recogniser; leave it out')
  if (synth !== undefined)
    throw new Error(
      '--synth and --no-synth: of a finder --set data.pageShare= says how many crops are of synthetic pages',
    )
  if (validation.length > 0)
    throw new Error('--validation: a finder is validated with the validation photographs of --data; leave it out')
}

async function findStart(options: FinderOptions, { folder, ranks }: Place): Promise<Start> {
  const override = (preset: FinderPreset) => overrideSettings(finderPresetSettings, preset, options.set)
  if (options.branch !== undefined) {
    const trunk = await RunFolder.open(options.branch, { resume: true })
    const { state, preset: own } = await trunk.loadFinding()
    const preset = override(branchPreset(own, { from: state.step, steps: options.steps ?? STEPS_UNTIL_PACED }))
    const sources = resolveSources(options, await trunk.readFinderSources(), preset)
    return { preset, state, weights: null, sources, from: `a branch of ${options.branch} after its step ${state.step}` }
  }
  if (options.resume) {
    const { state, preset: own } = await folder.loadFinding()
    const preset = override(own)
    const kept = await folder.readFinderSources()
    const sources = resolveSources(options, kept, preset)
    if (kept) acceptChanges(kept, sources, { ...options, ranks })
    return { preset, state, weights: null, sources, from: `resumed after step ${state.step}` }
  }
  const scratch = finderPresetSettings.parse(finder)
  const weights = options.weights === undefined ? null : openFinder(await readBytes(options.weights))
  const training = { ...scratch.training, learningRate: SHARE_OF_RATE * scratch.training.learningRate }
  const preset = override(weights ? { ...scratch, model: weights.settings, training } : scratch)
  const from = weights ? `from the weights ${options.weights}` : 'from scratch'
  return { preset, state: null, weights, sources: resolveSources(options, null, preset), from }
}

/** What is asked for, where nothing is what was kept, where nothing was kept the project's own. */
function resolveSources(options: FinderOptions, kept: FinderSources | null, { data }: FinderPreset): FinderSources {
  const photographs = resolvePhotographs(options, kept)
  return { photographs, pages: data.pageShare > 0 ? resolvePages(options, kept) : (kept?.pages ?? null) }
}

function resolvePages({ fonts, shared, backgrounds, open }: FinderOptions, kept: FinderSources | null) {
  checkBackgrounds(backgrounds)
  const pages = {
    fonts: fonts === undefined ? (kept?.pages?.fonts ?? defaultFonts()) : resolve(fonts),
    shared: shared === undefined ? (kept?.pages?.shared ?? resolve(SHARED)) : resolve(shared),
    backgrounds: backgrounds === undefined ? (kept?.pages?.backgrounds ?? null) : resolve(backgrounds),
  }
  if (open && pages.backgrounds === null)
    throw new Error(
      `--open: the photographs of ${join(pages.shared, 'backgrounds')} are for research only; cut grounds from open ones (tools/cut-grounds.ts) and give --backgrounds FOLDER, or --set data.pageShare=0`,
    )
  return pages
}

/** A run goes on with its own photographs and pages unless it is said that it shall not. */
function acceptChanges(
  kept: FinderSources,
  now: FinderSources,
  { run, changeSources, ranks }: FinderOptions & { readonly ranks: Ranks },
): void {
  const listed = ({ photographs }: FinderSources) => photographs.join(', ')
  const drawn = ({ pages }: FinderSources) => (pages ? Object.values(pages).join(', ') : 'none')
  const changes = [
    ...(listed(kept) === listed(now) ? [] : [`photographs: ${listed(kept)} before, ${listed(now)} now`]),
    ...(kept.pages === null || drawn(kept) === drawn(now) ? [] : [`pages: ${drawn(kept)} before, ${drawn(now)} now`]),
  ]
  if (changes.length === 0) return
  if (!changeSources)
    throw new Error(
      `${run}: began with other photographs or pages (${changes.join('; ')}); leave these options out, or give --change-sources to go on with them`,
    )
  if (isLeading(ranks)) for (const change of changes) console.error(`safl: changed: ${change}`)
}

function resolvePhotographs({ data, open, shared }: FinderOptions, kept: FinderSources | null): string[] {
  if (data.length > 0) {
    const specs = data.map(parsePhotographSpec)
    return specs.map((spec) => formatPhotographSpec({ ...spec, path: resolve(spec.path) }))
  }
  if (kept && open === undefined && shared === undefined) return kept.photographs
  const folder = resolve(shared ?? SHARED, 'photographs')
  const names = [...OPEN_PHOTOGRAPHS, ...(open ? [] : RESEARCH_PHOTOGRAPHS)].filter((name) =>
    existsSync(join(folder, name)),
  )
  if (names.length === 0)
    throw new Error(`${folder}: holds none of the project's photographs; give --data icdar-e2e:FOLDER`)
  return names.map((name) => formatPhotographSpec({ path: join(folder, name), weight: 1 }))
}

interface Prepared extends TrainingSessions<FinderPreset> {
  readonly folder: RunFolder
  readonly start: Start
}

async function trainModel(options: FinderOptions, prepared: Prepared): Promise<void> {
  const { folder, start, model, manySteps, ranks } = prepared
  const { preset, sources, weights, from } = start
  const { training } = preset
  const state = start.state ?? initialState(model, training.seed)
  if (state.weights.length !== model.parameterCount)
    throw new Error(`${options.branch ?? options.run}: its checkpoint belongs to a model of other settings`)
  if (weights) beginWith(weights, { model, state })
  const specs = sources.photographs.map(parsePhotographSpec)
  const sets = await Promise.all(specs.map(openPhotographs))
  if (ranks) {
    const data = sets.map(({ photographs, weight }, place) => [
      `set ${place + 1}`,
      `${photographs.length} photographs, weight ${weight}`,
    ])
    checkAgreement(ranks, { ...(await beginningOf(state)), ...preset, ...Object.fromEntries(data) })
  }
  const validation = training.validationSteps > 0 && isLeading(ranks) ? await cutValidation(preset, sets) : []
  if (isLeading(ranks)) {
    const parameters = model.parameterCount
    const lines = describeBeginning({ preset, parameters, from, step: state.step, sets, validation })
    await folder.begin(state.step, { preset, sources, view: null, facts: lines })
    for (const line of [...lines, `progress: ${join(folder.path, 'progress.html')}`]) console.error(`safl: ${line}`)
    if (options.branch !== undefined) await folder.saveState(state, preset)
  }
  const batches = openFinderBatches({
    sources: specs,
    pages: sources.pages && preset.data.pageShare > 0 ? synthOptions(sources.pages, synthSettings.parse({})) : null,
    settings: finderBatchSettings(preset),
    part: partOf(ranks),
    firstBatch: state.step * training.accumulate,
    workers: options.workers,
    queue: Math.max(4, 2 * training.stepsPerRun * training.accumulate),
  })
  const compare = async (bytes: Uint8Array) => {
    const found = await validateFinder(bytes, validation)
    const { step, samples, seconds } = state
    return { record: { step, samples, seconds: Math.round(seconds), ...found }, line: describeAgreement(found) }
  }
  await runTraining({
    folder,
    preset,
    state,
    model,
    manySteps,
    ranks,
    batches,
    validate: validation.length > 0 ? compare : null,
    minutes: options.minutes,
    finishIn: options.finishIn,
  })
}

/** All tensors of a file: its model is this one. */
function beginWith(
  file: FinderFile,
  { model, state }: { model: TrainingStep<FinderPreset>; state: TrainingState },
): void {
  model.loadNamed(file.weights, state)
  state.average.set(state.weights)
  state.averageStatistics.set(state.statistics)
}

/** The same crops every time; none where the sets have no photographs for validation. */
async function cutValidation(preset: FinderPreset, sets: readonly PhotographSet[]): Promise<FinderBatch[]> {
  const hasSome = sets.some(({ photographs }) => photographs.some(({ isValidation }) => isValidation))
  if (!hasSome) return []
  const settings = { ...finderBatchSettings(preset), batchSize: VALIDATION_BATCH, cropsOfOne: 1, pageShare: 0, seed: 0 }
  const source = new FinderSource({ settings, sets, split: 'validation' })
  const count = Math.ceil(preset.training.validationCrops / VALIDATION_BATCH)
  const batches: FinderBatch[] = []
  for (let index = 0; index < count; index++) batches.push(await source.render(index))
  return batches
}

interface Beginning extends Pick<Start, 'preset' | 'from'> {
  readonly parameters: number
  readonly step: number
  readonly sets: readonly PhotographSet[]
  readonly validation: readonly FinderBatch[]
}

function describeBeginning({ preset, parameters, from, step, sets, validation }: Beginning): string[] {
  const { data } = preset
  const { batchSize, accumulate, steps, schedule, validationSteps } = preset.training
  const trained = sets.map(({ path, photographs }) => {
    return `${basename(path)} ${photographs.filter(({ isValidation }) => !isValidation).length}`
  })
  const words = validation.reduce((sum, batch) => sum + batch.words, 0)
  const compared =
    validation.length > 0
      ? `${validation.length * VALIDATION_BATCH} crops with ${words} words; best.safetensors by F of the kernels' places`
      : 'there are no photographs: nothing is compared, and no best.safetensors is written'
  return [
    `finder, ${parameters.toLocaleString('en')} parameters, ${from}: steps ${step + 1} to ${steps}, ${batchSize * accumulate} crops of ${preset.data.cropSize} pixels each, learning rate ${schedule}`,
    `photographs: ${trained.join(', ')}${data.pageShare > 0 ? `; ${(100 * data.pageShare).toFixed(0)} % of the crops are of synthetic pages` : ''}`,
    ...(validationSteps > 0 ? [`validation: ${compared}`] : []),
  ]
}

function describeAgreement(found: Awaited<ReturnType<typeof validateFinder>>): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  return `validation: kernels' places F ${percent(found.accuracy)} (precision ${percent(found.precision)}, recall ${percent(found.recall)}), distances off by ${percent(found.distanceError)}`
}

/** What `safl train` says: at its start, on the progress line, and in the log. */
import { isDeepStrictEqual } from 'node:util'
import { type AnyPreset, isFinder, type Preset } from '../config.ts'
import type { Validation, ViewFigures, WordOfSet } from '../evaluate/validate.ts'
import { isComparable, type ValidationView, viewNames } from '../evaluate/validation-view.ts'
import { loadPreset, presetNames } from '../presets/index.ts'
import type { TrainingState } from '../train/checkpoint.ts'
import type { ReadingFigures, StepRecord, ValidationRecord } from '../train/log-record.ts'
import type { StepReport } from '../train/loop.ts'
import type { TrainedSet } from './train-sources.ts'

/** Steps between two lines of the log; the first step has one too, so that a run shows at once that it works. */
const LOG_STEPS = 50

interface Beginning {
  readonly preset: Preset
  readonly parameters: number
  /** Where the weights come from. */
  readonly from: string
  readonly step: number
  readonly sets: readonly TrainedSet[]
  readonly synth: boolean
  readonly validation: readonly WordOfSet[]
  readonly view: ValidationView
  /** Path of the page that shows the run. */
  readonly page: string
}

/** What is trained, on what, what is compared, and where to look. */
export function describeBeginning(run: Beginning): string[] {
  const { preset, parameters, from, step, sets, synth, page } = run
  const { schedule, steps, batchSize, accumulate, realShare } = preset.training
  const real = synth ? realShare : 1
  const listed = sets.map(({ name, words, share }) => `${name} ${words} (${percent(real * share)})`).join(', ')
  return [
    `${nameOfModel(preset)}, ${parameters.toLocaleString('en')} parameters, ${from}: steps ${step + 1} to ${steps}, ${batchSize * accumulate} words each, learning rate ${schedule}`,
    `${percent(real)} of the words are real: ${listed}${synth ? '; the others are synthetic' : ''}`,
    ...describeValidation(run),
    `progress: ${page}`,
  ]
}

function describeValidation({ preset, validation, view }: Beginning): string[] {
  if (preset.training.validationSteps === 0) return []
  const none = 'nothing is compared, and no best.safetensors is written'
  if (validation.length === 0) return [`validation: there are no words: ${none}`]
  const compared = validation.filter(({ label }) => isComparable(label, view)).length
  if (compared === 0) {
    const other = view === 'all' ? '' : '; training.validationView=all compares all characters'
    return [
      `validation: none of ${validation.length} words has a character of those compared (${viewNames[view]}): ${none}${other}`,
    ]
  }
  const sets = new Set(validation.map(({ set }) => set)).size
  return [
    `validation: ${validation.length} words of ${sets} ${sets === 1 ? 'set' : 'sets'}; best.safetensors by ${viewNames[view]}`,
  ]
}

/** The preset whose model this is, but for further characters and temperature. */
function nameOfModel({ model }: Preset): string {
  const { furtherCharacters, temperature } = model
  const name = presetNames.find((each) =>
    isDeepStrictEqual({ ...loadPreset(each).model, furtherCharacters, temperature }, model),
  )
  return name ?? 'a model of its own'
}

/** A record for the log: figures of the view that decides, and of both views in all and by set. */
export function validationRecord(
  { step, samples, seconds }: Pick<TrainingState, 'step' | 'samples' | 'seconds'>,
  { sets, ...views }: Validation,
  view: ValidationView,
): ValidationRecord {
  const { accuracy, oneMinusNed, words } = views[view]
  const both = (figures: ViewFigures) => ({ alphanumeric: brief(figures.alphanumeric), all: brief(figures.all) })
  return {
    step,
    samples,
    seconds: Math.round(seconds),
    accuracy,
    oneMinusNed,
    words,
    view,
    alphanumeric: exact(views.alphanumeric),
    all: exact(views.all),
    sets: Object.fromEntries(Object.entries(sets).map(([name, figures]) => [name, both(figures)])),
  }
}

function exact({ words, accuracy, oneMinusNed }: ReadingFigures): ReadingFigures {
  return { words, accuracy, oneMinusNed }
}

function brief({ words, accuracy, oneMinusNed }: ReadingFigures): ReadingFigures {
  return { words, accuracy: Number(accuracy.toFixed(4)), oneMinusNed: Number(oneMinusNed.toFixed(4)) }
}

/** Both views, and by set where there are several: letters and digits / all characters. */
export function describeFigures({ sets, ...views }: Validation): string {
  const inView = (view: ValidationView) => {
    const { words, accuracy, oneMinusNed } = views[view]
    return `${viewNames[view]} ${percent(accuracy)} of ${words} (1-NED ${percent(oneMinusNed)})`
  }
  const share = ({ words, accuracy }: ReadingFigures) => (words === 0 ? '-' : (100 * accuracy).toFixed(0))
  const each = Object.entries(sets).map(
    ([name, { alphanumeric, all }]) => `${name} ${share(alphanumeric)}/${share(all)}`,
  )
  const line = `validation: ${inView('alphanumeric')}, ${inView('all')}`
  return each.length > 1 ? `${line}; ${each.join(', ')}` : line
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** How the progress line and the log name and round a task's losses, and what its samples are. */
interface Wording {
  readonly samples: 'words' | 'crops'
  readonly losses: readonly {
    readonly name: string
    readonly shown: string
    readonly round: (value: number) => number
  }[]
}

const wordWording: Wording = {
  samples: 'words',
  losses: [
    { name: 'loss', shown: 'loss', round },
    { name: 'columnLoss', shown: 'columns', round },
    { name: 'ctcLoss', shown: 'ctc', round },
    { name: 'outlineLoss', shown: 'outline', round: precise },
  ],
}

const finderWording: Wording = {
  samples: 'crops',
  losses: [
    { name: 'loss', shown: 'loss', round: precise },
    { name: 'kernelLoss', shown: 'kernels', round: precise },
    { name: 'diceLoss', shown: 'dice', round: precise },
    { name: 'distanceLoss', shown: 'distances', round: precise },
  ],
}

/** The progress line, and a record for the log every so many steps. */
export class Progress<P extends AnyPreset = Preset> {
  private readonly preset: P
  private readonly state: TrainingState
  private readonly waited: () => number
  private readonly wording: Wording
  /** Of the steps since the last line, by name. */
  private readonly sums = new Map<string, number>()
  private steps = 0
  private since = performance.now()
  private samplesBefore: number
  private waitedBefore = 0

  constructor(preset: P, state: TrainingState, waited: () => number) {
    this.preset = preset
    this.state = state
    this.waited = waited
    this.wording = isFinder(preset) ? finderWording : wordWording
    this.samplesBefore = state.samples
  }

  add(report: StepReport<P>): StepRecord<P> | null {
    const { step, rate, norm } = report
    const { losses, samples } = this.wording
    const reported = report as unknown as Readonly<Record<string, number>>
    for (const { name } of losses) this.sums.set(name, (this.sums.get(name) ?? 0) + reported[name]!)
    this.steps++
    const { training } = this.preset
    const isFirst = step === 1
    if (!isFirst && step % LOG_STEPS !== 0 && step !== training.steps) return null
    const elapsed = performance.now() - this.since
    const means = losses.map(({ name, round }) => [name, round(this.sums.get(name)! / this.steps)] as const)
    const record = {
      step,
      samples: this.state.samples,
      seconds: Math.round(this.state.seconds),
      ...Object.fromEntries(means),
      rate: Number(rate.toPrecision(4)),
      norm: round(norm),
      samplesPerSecond: round(((this.state.samples - this.samplesBefore) / elapsed) * 1000),
      waiting: round((this.waited() - this.waitedBefore) / elapsed),
    }
    const left = ((training.steps - step) * elapsed) / this.steps / 60_000
    const shown = means.map(([, mean], place) => `${losses[place]!.shown} ${mean}`).join('  ')
    const line = `step ${step}/${training.steps}  ${shown}  rate ${record.rate}  ${record.samplesPerSecond} ${samples}/s  waiting ${Math.round(record.waiting * 100)} %  ${left.toFixed(0)} min left`
    process.stderr.write(process.stderr.isTTY ? `\r${line}\u001b[K` : `${line}\n`)
    // It counts in the next line too, which is the mean of all steps before.
    if (!isFirst) {
      this.sums.clear()
      this.steps = 0
      this.since = performance.now()
      this.samplesBefore = this.state.samples
      this.waitedBefore = this.waited()
    }
    return record as unknown as StepRecord<P>
  }

  /** What the samples are called. */
  get samples(): string {
    return this.wording.samples
  }

  /** A line of its own. */
  say(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K\n` : `${text}\n`)
  }
}

function round(value: number): number {
  return Number(value.toFixed(3))
}

function precise(value: number): number {
  return Number(value.toPrecision(4))
}

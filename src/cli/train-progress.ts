/** What `safl train` says: at its start, on the progress line, and in the log. */
import { isDeepStrictEqual } from 'node:util'
import type { Preset } from '../config.ts'
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
  const { schedule, steps, batchSize, realShare } = preset.training
  const real = synth ? realShare : 1
  const listed = sets.map(({ name, words, share }) => `${name} ${words} (${percent(real * share)})`).join(', ')
  return [
    `${nameOfModel(preset)}, ${parameters.toLocaleString('en')} parameters, ${from}: steps ${step + 1} to ${steps}, ${batchSize} words each, learning rate ${schedule}`,
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

/** The progress line, and a record for the log every so many steps. */
export class Progress {
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
    const isFirst = step === 1
    if (!isFirst && step % LOG_STEPS !== 0 && step !== training.steps) return null
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
    // It counts in the next line too, which is the mean of all steps before.
    if (isFirst) return record
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

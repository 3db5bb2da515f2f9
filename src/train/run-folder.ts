/** The folder of a run: everything that resuming, reading and looking at it needs. (Node) */

import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import {
  type AnyPreset,
  type FinderPreset,
  finderPresetSettings,
  isFinder,
  type Preset,
  parseAnyPreset,
} from '../config.ts'
import type { ValidationView } from '../evaluate/validation-view.ts'
import { formatFinder } from '../model/finder-file.ts'
import type { Weights } from '../model/weights.ts'
import { formatWeights } from '../model/weights-file.ts'
import { writeWhole } from '../write-whole.ts'
import { loadCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint.ts'
import type { BestFigures, FinderValidation, LogRecord, ValidationRecord } from './log-record.ts'
import { type FinderSources, type RunSources, readFinderSources, readSources } from './run-sources.ts'
import type { TrainingStep } from './training-step.ts'

/** Between two drawings of the page, and after which an open one loads itself anew. */
const PAGE_SECONDS = 60

export interface RunDescription {
  readonly preset: AnyPreset
  readonly sources: RunSources | FinderSources
  /** What decides which weights are the best; null where figures have no views. */
  readonly view: ValidationView | null
  /** What is trained, on what: lines for people. */
  readonly facts?: readonly string[]
}

/**
 * `checkpoint.safetensors` to go on from, `weights.safetensors` (16 bits, averaged), `best.safetensors` (those that were
 * the best in validation), `last.safetensors` (a trunk's: 16 bits, not averaged), `settings.json`, `sources.json`,
 * `log.jsonl`, and `progress.html`, which reloads.
 */
export class RunFolder {
  readonly path: string
  private best: BestFigures | null = null
  private facts: readonly string[] = []
  /** When the page was drawn, milliseconds; it is due with the first line of the log. */
  private drawn = Number.NEGATIVE_INFINITY

  private constructor(path: string) {
    this.path = path
  }

  /** A new run, or an old one to go on with; refuses to write over a run, and to resume where there is none. */
  static async open(path: string, { resume }: { resume: boolean }): Promise<RunFolder> {
    const folder = new RunFolder(path)
    if (!resume && existsSync(folder.file('checkpoint.safetensors')))
      throw new Error(`${path}: holds a run already; go on with --resume, or name another folder`)
    return folder
  }

  /** Of either task. */
  loadCheckpoint(): Promise<{ state: TrainingState; preset: AnyPreset }> {
    return loadCheckpoint(this.file('checkpoint.safetensors'), parseAnyPreset)
  }

  /** Of a recogniser. */
  loadReading(): Promise<{ state: TrainingState; preset: Preset }> {
    return loadCheckpoint(this.file('checkpoint.safetensors'))
  }

  /** Of a finder. */
  loadFinding(): Promise<{ state: TrainingState; preset: FinderPreset }> {
    return loadCheckpoint(this.file('checkpoint.safetensors'), (settings) => finderPresetSettings.parse(settings))
  }

  /** Where the run's words come from; null for a folder that does not say. */
  readSources(): Promise<RunSources | null> {
    return readSources(this.file('sources.json'))
  }

  /** Where a finder's photographs come from; null for a folder that does not say. */
  readFinderSources(): Promise<FinderSources | null> {
    return readFinderSources(this.file('sources.json'))
  }

  /** Makes the folder; forgets what the log says of steps after `step`, which a killed run had not saved. */
  async begin(step: number, { preset, sources, view, facts = [] }: RunDescription): Promise<void> {
    await mkdir(this.path, { recursive: true })
    await writeWhole(this.file('sources.json'), `${JSON.stringify(sources, null, 2)}\n`)
    await writeWhole(this.file('settings.json'), `${JSON.stringify(preset, null, 2)}\n`)
    const kept = (await this.readLog()).filter((record) => record.step <= step)
    await writeWhole(this.file('log.jsonl'), kept.map((record) => `${JSON.stringify(record)}\n`).join(''))
    for (const record of kept) {
      const figures = 'accuracy' in record ? figuresOf(record, view) : null
      if (figures && isAsGood(figures, this.best)) this.best = figures
    }
    this.facts = facts
    await this.draw()
    // The first line of the log is shown at once.
    this.drawn = Number.NEGATIVE_INFINITY
  }

  async log(record: LogRecord): Promise<void> {
    await appendFile(this.file('log.jsonl'), `${JSON.stringify(record)}\n`)
    await this.drawWhenDue()
  }

  async readLog(): Promise<LogRecord[]> {
    const text = await readFile(this.file('log.jsonl'), 'utf8').catch(() => '')
    // A run that was killed while it wrote may have left half a line.
    return text.split('\n').flatMap((line) => {
      try {
        return [JSON.parse(line) as LogRecord]
      } catch {
        return []
      }
    })
  }

  async save(state: TrainingState, preset: AnyPreset, model: Named): Promise<void> {
    await this.saveState(state, preset)
    await writeWhole(this.file('weights.safetensors'), exportWeights(preset, model, state))
    if (preset.training.schedule === 'constant')
      await writeWhole(this.file('last.safetensors'), exportLastWeights(preset, model, state))
    await this.drawWhenDue()
  }

  /** The checkpoint alone. */
  saveState(state: TrainingState, preset: AnyPreset): Promise<void> {
    return saveCheckpoint(this.file('checkpoint.safetensors'), state, preset)
  }

  /** Logs a validation, and keeps the weights if none before were better. */
  async validated(record: ValidationRecord | FinderValidation, weights: Uint8Array): Promise<void> {
    await this.log(record)
    if (!isAsGood(record, this.best)) return
    this.best = record
    await writeWhole(this.file('best.safetensors'), weights)
  }

  private async drawWhenDue(): Promise<void> {
    if (performance.now() - this.drawn >= PAGE_SECONDS * 1000) await this.draw()
  }

  /** Writes the page anew. */
  async draw(): Promise<void> {
    this.drawn = performance.now()
    // Plots are loaded when there is one to draw.
    const [{ plotProgress }, { renderProgressPage }] = await Promise.all([
      import('./plot-progress.ts'),
      import('./progress-page.ts'),
    ])
    const sections = await plotProgress(await this.readLog())
    const page = { facts: this.facts, sections, seconds: PAGE_SECONDS }
    await writeWhole(this.file('progress.html'), renderProgressPage(basename(resolve(this.path)), page))
  }

  private file(name: string): string {
    return join(this.path, name)
  }
}

/** A record's figures in a view; null where it has none. */
function figuresOf(record: ValidationRecord | FinderValidation, view: ValidationView | null): BestFigures | null {
  if (view === null || !('oneMinusNed' in record)) return record
  return record[view] ?? ((record.view ?? 'alphanumeric') === view ? record : null)
}

/** Of equal accuracies the higher 1 - NED is better. Nothing to compare is never good. */
function isAsGood({ words, accuracy, oneMinusNed = 0 }: BestFigures, best: BestFigures | null): boolean {
  // Figures of other words, as after a change of sources, say nothing of these.
  if (words === 0 || best === null || words !== best.words) return words > 0
  return accuracy === best.accuracy ? oneMinusNed >= (best.oneMinusNed ?? 0) : accuracy > best.accuracy
}

/** What tells a model's tensors by name. */
type Named = Pick<TrainingStep, 'namedTensors'>

/** The averaged weights, or the last ones where no average is kept, in 16 bits with their provenance. */
export function exportWeights(preset: AnyPreset, model: Named, state: TrainingState): Uint8Array {
  if (preset.training.averageDecay === 0) return exportLastWeights(preset, model, state)
  return formatExport(preset, state, model.namedTensors(state.average, state.averageStatistics))
}

/** The weights as the next step would find them, in 16 bits: what another run can go on from. */
export function exportLastWeights(preset: AnyPreset, model: Named, state: TrainingState): Uint8Array {
  return formatExport(preset, state, model.namedTensors(state.weights, state.statistics))
}

function formatExport(preset: AnyPreset, state: TrainingState, weights: Weights): Uint8Array {
  const [steps, samples, hours] = [`${state.step}`, `${state.samples}`, (state.seconds / 3600).toFixed(3)]
  if (isFinder(preset))
    return formatFinder({ settings: preset.model, weights, provenance: { steps, crops: samples, hours } }, 'F16')
  return formatWeights({ settings: preset.model, weights, provenance: { steps, words: samples, hours } }, 'F16')
}

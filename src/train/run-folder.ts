/** The folder of a run: everything that resuming, reading and looking at it needs. (Node) */
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Preset } from '../config.ts'
import { formatWeights } from '../model/weights-file.ts'
import { writeWhole } from '../write-whole.ts'
import { loadCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint.ts'
import type { TrainingStep } from './training-step.ts'

/** A line of the log: means since the line before, or what a validation found. */
export type LogRecord = StepRecord | ValidationRecord

export interface StepRecord {
  readonly step: number
  readonly samples: number
  readonly seconds: number
  readonly loss: number
  readonly columnLoss: number
  readonly ctcLoss: number
  readonly outlineLoss: number
  readonly rate: number
  /** Norm of the last gradient. */
  readonly norm: number
  readonly samplesPerSecond: number
  /** Share of the time that training waited for data. */
  readonly waiting: number
}

export interface ValidationRecord {
  readonly step: number
  readonly samples: number
  readonly seconds: number
  /** Share of the validation words read right. */
  readonly accuracy: number
  readonly oneMinusNed: number
  readonly words: number
}

/**
 * `checkpoint.safetensors` to go on from, `weights.safetensors` (16 bits, averaged), `best.safetensors` (those that read
 * the validation words best), `settings.json`, `log.jsonl`, and `progress.svg` within `progress.html`, which reloads.
 */
export class RunFolder {
  readonly path: string
  private best = -1

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

  loadCheckpoint(): Promise<{ state: TrainingState; preset: Preset }> {
    return loadCheckpoint(this.file('checkpoint.safetensors'))
  }

  /** Makes the folder; forgets what the log says of steps after `state`, which a killed run had not saved. */
  async begin(state: TrainingState, preset: Preset): Promise<void> {
    await mkdir(this.path, { recursive: true })
    await writeWhole(this.file('settings.json'), `${JSON.stringify(preset, null, 2)}\n`)
    await writeWhole(this.file('progress.html'), PROGRESS_PAGE)
    const kept = (await this.readLog()).filter(({ step }) => step <= state.step)
    await writeWhole(this.file('log.jsonl'), kept.map((record) => `${JSON.stringify(record)}\n`).join(''))
    for (const record of kept) if ('accuracy' in record) this.best = Math.max(this.best, record.accuracy)
  }

  async log(record: LogRecord): Promise<void> {
    await appendFile(this.file('log.jsonl'), `${JSON.stringify(record)}\n`)
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

  async save(state: TrainingState, preset: Preset, model: TrainingStep): Promise<void> {
    await saveCheckpoint(this.file('checkpoint.safetensors'), state, preset)
    await writeWhole(this.file('weights.safetensors'), exportWeights(preset, model, state))
    const { plotProgress } = await import('./plot-progress.ts')
    await writeWhole(this.file('progress.svg'), await plotProgress(await this.readLog()))
  }

  /** Logs a validation, and keeps the weights if they are the best so far. */
  async validated(record: ValidationRecord, weights: Uint8Array): Promise<void> {
    await this.log(record)
    if (record.accuracy <= this.best) return
    this.best = record.accuracy
    await writeWhole(this.file('best.safetensors'), weights)
  }

  private file(name: string): string {
    return join(this.path, name)
  }
}

/** The averaged weights, or the last ones where no average is kept, in 16 bits with their provenance. */
export function exportWeights(preset: Preset, model: TrainingStep, state: TrainingState): Uint8Array {
  const averaged = preset.training.averageDecay > 0
  const weights = model.namedTensors(
    averaged ? state.average : state.weights,
    averaged ? state.averageStatistics : state.statistics,
  )
  const provenance = { steps: `${state.step}`, words: `${state.samples}`, hours: (state.seconds / 3600).toFixed(3) }
  return formatWeights({ settings: preset.model, weights, provenance }, 'F16')
}

const PROGRESS_PAGE = `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="60">
<title>Training</title>
<body style="margin: 1rem">
<img src="progress.svg" alt="loss, accuracy, learning rate and speed over the steps">
`

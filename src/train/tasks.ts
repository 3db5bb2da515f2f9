/** Which task a preset's training is. */
import { type AnyPreset, type FinderPreset, isFinder, type Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import type { FinderBatch } from '../data/finder-batch.ts'
import { type FinderLosses, findTask } from './find-task.ts'
import type { TrainingTask } from './task.ts'
import { type WordLosses, wordTask } from './word-task.ts'

export type BatchOf<P extends AnyPreset> = P extends FinderPreset ? FinderBatch : TrainingBatch
export type LossesOf<P extends AnyPreset> = P extends FinderPreset ? FinderLosses : WordLosses

export function taskOf<P extends AnyPreset>(preset: P): TrainingTask<BatchOf<P>, LossesOf<P>> {
  const either: AnyPreset = preset
  const task = isFinder(either) ? findTask(either) : wordTask(either satisfies Preset)
  return task as unknown as TrainingTask<BatchOf<P>, LossesOf<P>>
}

/** Training that begins with weights instead of random numbers. */
import type { Preset } from '../config.ts'
import { carryOver } from '../model/carry-over.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import type { TrainingState } from './checkpoint.ts'
import type { TrainingStep } from './training-step.ts'

/** Weights, statistics and their averages from a file, also of a model with other characters; returns the tensors that it lacks. */
export function startFrom(
  { settings, weights }: WeightsFile,
  { preset, model, state }: { preset: Preset; model: TrainingStep; state: TrainingState },
): string[] {
  const [from, to] = [settings.furtherCharacters, preset.model.furtherCharacters]
  const missing = model.loadNamed(carryOver(weights, { from, to }), state)
  state.average.set(state.weights)
  state.averageStatistics.set(state.statistics)
  return missing
}

/** Training that begins with weights instead of random numbers. */
import type { Preset } from '../config.ts'
import { carryOver } from '../model/carry-over.ts'
import { grow } from '../model/grow.ts'
import type { WeightsFile } from '../model/weights-file.ts'
import type { TrainingState } from './checkpoint.ts'
import type { TrainingStep } from './training-step.ts'

/**
 * Weights, statistics and their averages from a file, also of a model with other characters or of a smaller one, which
 * grows; returns the tensors that the file lacks.
 */
export function startFrom(
  { settings, weights }: WeightsFile,
  { preset, model, state }: { preset: Preset; model: TrainingStep; state: TrainingState },
): string[] {
  const [{ width, heads }, wanted] = [settings.transformer, preset.model.transformer]
  if (width !== wanted.width || heads !== wanted.heads) {
    throw new Error(
      `the weights' Transformer has width ${width} and ${heads} heads, the model's ${wanted.width} and ${wanted.heads}: these cannot grow`,
    )
  }
  const carried = carryOver(weights, { from: settings.furtherCharacters, to: preset.model.furtherCharacters })
  const initial = model.namedTensors(state.weights, state.statistics)
  const missing = [...initial.keys()].filter((name) => !carried.has(name))
  model.loadNamed(grow(carried, initial), state)
  state.average.set(state.weights)
  state.averageStatistics.set(state.statistics)
  return missing
}

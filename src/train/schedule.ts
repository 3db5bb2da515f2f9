/** The learning rate over the steps of a run. */
import { type AnyPreset, type AnyTrainingSettings, isFinder } from '../config.ts'

/**
 * Rate of step 1, 2, …. Noam (Vaswani et al., section 5.3): factor · width^-½ · min(step^-½, step · warmup^-1½).
 * Cosine: a linear rise to the peak over the warm-up, then half a cosine down to the final rate at the last step.
 * Constant: the same rise, then the rate to the last step. Decay: the rate until `decayFrom`, then a straight line down to
 * the final rate at the last step.
 */
export function learningRate(settings: AnyTrainingSettings, width: number, step: number): number {
  const { schedule, learningRate: rate, warmup, steps, finalLearningRate: final, decayFrom } = settings
  if (schedule === 'noam') return rate * width ** -0.5 * Math.min(step ** -0.5, step * warmup ** -1.5)
  const progress = (from: number) => Math.min(Math.max((step - from) / Math.max(steps - from, 1), 0), 1)
  if (schedule === 'decay') return rate + (final - rate) * progress(decayFrom)
  if (step <= warmup) return (rate * step) / warmup
  if (schedule === 'constant') return rate
  return final + (rate - final) * 0.5 * (1 + Math.cos(Math.PI * progress(warmup)))
}

/** That of a preset's step. */
export function rateAt(preset: AnyPreset, step: number): number {
  // Noam's schedule alone asks for a width, and a finder has another.
  return learningRate(preset.training, isFinder(preset) ? 1 : preset.model.transformer.width, step)
}

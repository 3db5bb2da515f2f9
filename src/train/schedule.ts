/** The learning rate over the steps of a run. */
import type { TrainingSettings } from '../config.ts'

/**
 * Rate of step 1, 2, …. Noam (Vaswani et al., section 5.3): factor · width^-½ · min(step^-½, step · warmup^-1½).
 * Cosine: a linear rise to the peak over the warm-up, then half a cosine down to the final rate at the last step.
 */
export function learningRate(settings: TrainingSettings, width: number, step: number): number {
  const { schedule, learningRate: rate, warmup, steps, finalLearningRate: final } = settings
  if (schedule === 'noam') return rate * width ** -0.5 * Math.min(step ** -0.5, step * warmup ** -1.5)
  if (step <= warmup) return (rate * step) / warmup
  const progress = Math.min((step - warmup) / Math.max(steps - warmup, 1), 1)
  return final + (rate - final) * 0.5 * (1 + Math.cos(Math.PI * progress))
}

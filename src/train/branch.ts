/** A branch: a copy of a trunk, a run that is never cooled, whose learning rate comes down to give weights to read with. */
import type { AnyPreset } from '../config.ts'
import { rateAt } from './schedule.ts'

/** The settings of a branch of `steps` steps that leaves its trunk after step `from`. */
export function branchPreset<P extends AnyPreset>(
  trunk: P,
  { from, steps }: { readonly from: number; readonly steps: number },
): P {
  const rate = rateAt(trunk, Math.max(from, 1))
  if (!(rate > 0)) throw new Error(`the learning rate after step ${from} is ${rate}: there is nothing to bring down`)
  return {
    ...trunk,
    training: {
      ...trunk.training,
      schedule: 'decay',
      learningRate: rate,
      finalLearningRate: 0,
      decayFrom: from,
      steps: from + steps,
    },
  }
}

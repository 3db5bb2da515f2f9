import { describe, expect, test } from 'vitest'
import { presetSettings, type TrainingSettings } from '../config.ts'
import { learningRate } from './schedule.ts'

const rates = (training: Partial<TrainingSettings>, ...steps: number[]) => {
  const settings = presetSettings.parse({ training }).training
  return steps.map((step) => learningRate(settings, 64, step))
}

describe('learning rates, by hand', () => {
  test('noam: factor · width^-½ · min(step^-½, step · warmup^-1½)', () => {
    const [rising, peak, falling] = rates({ schedule: 'noam', learningRate: 2, warmup: 100 }, 50, 100, 400)
    expect([rising, peak, falling].map((rate) => rate!.toFixed(6))).toEqual(['0.012500', '0.025000', '0.012500'])
  })

  test('cosine: up in a line, half way down in the middle, the final rate at the last step', () => {
    const settings = { schedule: 'cosine', learningRate: 1, finalLearningRate: 0.2, warmup: 10, steps: 110 } as const
    for (const [place, rate] of [0.5, 1, 0.6, 0.2].entries())
      expect(rates(settings, 5, 10, 60, 110)[place]).toBeCloseTo(rate, 12)
  })

  test('constant: up in a line, then the rate to the end and beyond', () => {
    const settings = { schedule: 'constant', learningRate: 0.004, warmup: 10, steps: 50 } as const
    expect(rates(settings, 5, 10, 11, 50, 5000)).toEqual([0.002, 0.004, 0.004, 0.004, 0.004])
  })

  test('decay: the rate until a step, then a straight line to the final rate at the last', () => {
    const settings = { schedule: 'decay', learningRate: 0.004, decayFrom: 100, steps: 200, warmup: 500 } as const
    expect(rates(settings, 50, 100, 150, 200, 300)).toEqual([0.004, 0.004, 0.002, 0, 0])
    expect(rates({ ...settings, finalLearningRate: 0.002 }, 150, 200)).toEqual([0.003, 0.002])
  })

  test('decay that would begin at its end is refused', () => {
    expect(() => rates({ schedule: 'decay', decayFrom: 200, steps: 200 }, 1)).toThrow(/decayFrom must be a step before/)
  })
})

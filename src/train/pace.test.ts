import { expect, test } from 'vitest'
import { presetSettings } from '../config.ts'
import { Pace } from './pace.ts'
import { learningRate } from './schedule.ts'

/** A run of steps that take as long as `seconds` says; what each was told, and when it ended. */
function run(pace: Pace, seconds: (step: number) => number): { told: (number | null)[]; time: number } {
  const told: (number | null)[] = []
  let [time, last] = [0, Number.POSITIVE_INFINITY]
  for (let step = 1; step <= last; step++) {
    time += seconds(step)
    told.push(pace.steps(step, time))
    last = told.at(-1) ?? last
  }
  return { told, time }
}

test('a steady run is told its last step once its speed is known, and ends on time', () => {
  const { told, time } = run(new Pace(600), () => 2)
  expect(told.slice(0, 10).every((steps) => steps === null)).toBe(true)
  expect(new Set(told.slice(10))).toEqual(new Set([300]))
  expect(time).toBe(600)
})

test('a run that slows down and starts late still ends within a step of the time, its rate at the end of the cosine', () => {
  const seconds = (step: number) => (step === 1 ? 60 : step < 100 ? 1 : 4)
  const { told, time } = run(new Pace(900), seconds)
  expect(Math.abs(time - 900)).toBeLessThanOrEqual(4)
  const { training } = presetSettings.parse({ training: { schedule: 'cosine', learningRate: 0.001, warmup: 10 } })
  expect(learningRate({ ...training, steps: told.at(-1)! }, 1, told.length)).toBeCloseTo(0, 9)
})

test('a branch that shall end at a time has come down to its final rate then', () => {
  const { told, time } = run(new Pace(600), () => 2)
  expect(time).toBe(600)
  const decay = { schedule: 'decay', learningRate: 0.004, decayFrom: 1000, steps: 1_001_000 } as const
  const { training } = presetSettings.parse({ training: decay })
  const rate = (step: number, steps: number) => learningRate({ ...training, steps: 1000 + steps }, 1, 1000 + step)
  // Before the speed is known it hardly falls.
  expect(rate(9, 1_000_000)).toBeCloseTo(0.004, 6)
  expect(rate(150, told[149]!)).toBeCloseTo(0.002, 12)
  expect(rate(told.length, told.at(-1)!)).toBe(0)
})

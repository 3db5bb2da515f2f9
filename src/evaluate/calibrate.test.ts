import { expect, test } from 'vitest'
import { confidenceLoss, findTemperature } from './calibrate.ts'

test('the loss of confidence, by hand', () => {
  const words = [
    { index: 0, label: 'a', prediction: 'A', confidence: 0.5 },
    { index: 1, label: 'b', prediction: 'c', confidence: 0.75 },
    { index: 2, label: '&', prediction: 'c', confidence: 0.9 },
  ]
  expect(confidenceLoss(words)).toBeCloseTo((Math.log(2) + Math.log(4)) / 2)
  // With all characters no case is forgiven, and punctuation counts.
  expect(confidenceLoss(words, 'all')).toBeCloseTo((Math.log(2) + Math.log(4) + Math.log(10)) / 3)
})

test('the temperature of the least loss is found', async () => {
  const asked: number[] = []
  const found = await findTemperature(async (temperature) => {
    asked.push(temperature)
    return (Math.log(temperature) - Math.log(0.6)) ** 2
  })
  expect(found).toBeCloseTo(0.6, 1)
  expect(asked).toHaveLength(12)
})

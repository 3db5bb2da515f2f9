import { expect, test } from 'vitest'
import { modelSettings } from '../config.ts'
import { averageWeights } from './average-weights.ts'

const settings = modelSettings.parse({})
const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) })
const file = (weights: Record<string, ReturnType<typeof tensor>>, temperature = 1) => ({
  settings: { ...settings, temperature },
  weights: new Map(Object.entries(weights)),
  provenance: {},
})

test('the weighted mean of each tensor over the files that have it', () => {
  const one = { name: 'one', file: file({ a: tensor(1, 2), head: tensor(5) }, 0.7), share: 3 }
  const two = { name: 'two', file: file({ a: tensor(5, 10) }, 0.9), share: 1 }
  const { settings: averaged, weights } = averageWeights([one, two])
  expect(weights.get('a')).toEqual(tensor(2, 4))
  expect(weights.get('head')).toEqual(tensor(5))
  expect(averaged).toEqual({ ...settings, temperature: 1 })
})

test('a file of another model is refused by name', () => {
  const one = { name: 'one', file: file({ a: tensor(1) }), share: 1 }
  const other = {
    name: 'two',
    file: { ...file({ a: tensor(1) }), settings: { ...settings, textWidth: 128 } },
    share: 1,
  }
  expect(() => averageWeights([one, other])).toThrow('two: its model has other settings than that of one')
})

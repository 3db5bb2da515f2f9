import { expect, test } from 'vitest'
import { countOperations } from './count-operations.ts'
import { Graph } from './graph.ts'
import { matrixProduct } from './matrix.ts'
import { lstm, lstmTraining } from './recurrent.ts'

test('a product of [2, 3] and [3, 4] has 48 operations', () => {
  const graph = new Graph()
  matrixProduct(graph.input('a', 'float32', [2, 3]), graph.input('b', 'float32', [3, 4]))
  expect(countOperations(graph)).toBe(48)
})

test.each([
  { name: 'as it is trained', layer: lstmTraining },
  { name: 'as it is read', layer: lstm },
])('five steps of an LSTM $name: products of the input for all, and of the state at each', ({ layer }) => {
  const graph = new Graph()
  const [steps, batch, inputs, units] = [5, 2, 3, 4]
  const weight = (name: string, shape: number[]) => graph.input(name, 'float32', shape)
  layer(weight('x', [steps, batch, inputs]), {
    input: weight('input', [4 * units, inputs]),
    recurrent: weight('recurrent', [4 * units, units]),
    inputBias: weight('bias', [4 * units]),
    recurrentBias: weight('recurrent bias', [4 * units]),
  })
  expect(countOperations(graph)).toBe(2 * steps * batch * 4 * units * (inputs + units))
})

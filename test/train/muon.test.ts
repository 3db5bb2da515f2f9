/** Muon's orthogonal steps, against matrices whose singular values are known by their making. */
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { loadPreset } from '../../src/presets/index.ts'
import { createRandom } from '../../src/random.ts'
import { countOperations } from '../../src/tensor/count-operations.ts'
import { muonGraph, shareMatrices } from '../../src/train/muon.ts'
import { isMatrix, stretchesOf } from '../../src/train/optimizer-rules.ts'
import { orthogonal, orthogonalWork } from '../../src/train/orthogonal-step.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { runGraph } from '../tensor/run-graph.ts'

/** A reflection [n, n]: orthogonal by its formula. */
function reflection(size: number, seed: number): (row: number, column: number) => number {
  const random = createRandom(seed)
  const axis = Array.from({ length: size }, () => random() - 0.5)
  const square = axis.reduce((sum, value) => sum + value * value, 0)
  return (row, column) => (row === column ? 1 : 0) - (2 * axis[row]! * axis[column]!) / square
}

test.each([
  ['much wider than high', 6, 20],
  ['much higher than wide', 20, 6],
  ['nearly square', 6, 7],
])('of a matrix %s the singular vectors stay, the singular values come near one', async (_, rows, columns) => {
  const [left, right] = [reflection(rows, 1), reflection(columns, 2)]
  const values = [30, 12, 5, 2, 0.8, 0.5]
  const entry = (place: number) =>
    values.reduce((sum, value, k) => sum + value * left(Math.floor(place / columns), k) * right(place % columns, k), 0)
  const matrix = Float32Array.from({ length: rows * columns }, (_value, place) => entry(place))
  // Two at once: each has a norm of its own, and one may be nothing.
  const data = new Float32Array([...matrix, ...new Float32Array(matrix.length)])
  const [both] = await runGraph([{ shape: [2, rows, columns], data }], ([x]) => [orthogonal(x!)])
  const turned = both!.subarray(0, matrix.length)
  const between = (a: number, b: number) =>
    Array.from(turned).reduce(
      (sum, value, place) => sum + value * left(Math.floor(place / columns), a) * right(place % columns, b),
      0,
    )
  for (const a of values.keys()) {
    for (const b of values.keys()) {
      if (a !== b) expect(Math.abs(between(a, b))).toBeLessThan(1e-4)
    }
    expect(between(a, a)).toBeGreaterThan(0.73)
    expect(between(a, a)).toBeLessThan(1.27)
  }
  expect(Math.max(...both!.subarray(matrix.length).map(Math.abs))).toBe(0)
})

test('every weight lies in one stretch, and what is not between hidden layers in none of matrices', async () => {
  const model = new TrainingStep(loadPreset('tiny'), runtime)
  const stretches = stretchesOf(model.parameters)
  const ends = stretches.map(({ offset, length }) => offset + length)
  expect([0, ...ends]).toEqual([...stretches.map(({ offset }) => offset), model.parameterCount])
  const starts = new Map<number, string>()
  let offset = 0
  for (const { name, shape } of model.parameters) {
    starts.set(offset, name)
    offset += shape.reduce((product, size) => product * size, 1)
  }
  const moved = stretches.flatMap((stretch) =>
    'rows' in stretch ? [{ ...stretch, name: starts.get(stretch.offset)! }] : [],
  )
  for (const { count, rows, columns, length } of moved) expect(count * rows * columns).toBe(length)
  const names = moved.map(({ name }) => name)
  expect(names).toContain('encoder.layer5.0.conv2.weight')
  expect(moved.find(({ name }) => name.endsWith('in_proj_weight'))).toMatchObject({ count: 3, rows: 256, columns: 256 })
  expect(names.filter((name) => !/weight$/.test(name) || /embedding|\.fc\.|^ctc|^guidance|stn_fc2/.test(name))).toEqual(
    [],
  )
  await model.dispose()
})

test('ranks share the matrices: each has about as much work, and every matrix one rank', () => {
  const { parameters } = new TrainingStep(loadPreset('tiny'), runtime)
  const matrices = stretchesOf(parameters).filter(isMatrix)
  expect(shareMatrices(parameters, 1)).toEqual([matrices])
  const shares = shareMatrices(parameters, 2)
  const byOffset = shares.flat().toSorted((a, b) => a.offset - b.offset)
  expect(byOffset).toEqual(matrices)
  const operations = shares.map((share) => countOperations(muonGraph(parameters, share).graph))
  const work = shares.map((share) => share.reduce((sum, stretch) => sum + 2 * orthogonalWork(stretch), 0))
  expect(work).toEqual(operations)
  expect(Math.abs(work[0]! / work[1]! - 1)).toBeLessThan(0.05)
  // More ranks than matrices: some have none.
  expect(shareMatrices(parameters, matrices.length + 1).filter((share) => share.length === 0)).toHaveLength(1)
})

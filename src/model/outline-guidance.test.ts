import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { Graph, gradient, Session, writeModel } from '../tensor/index.ts'
import { outlineLoss, resampleOutline, UNKNOWN_EDGE } from './outline-guidance.ts'

test('the loss counts known coordinates alone, and so does its gradient', async () => {
  const graph = new Graph()
  const points = graph.input('points', 'float32', [2, 2, 2])
  const loss = outlineLoss(points, graph.input('outlines', 'float32', [2, 2, 2]))
  graph.output('loss', loss)
  graph.output('gradient', gradient(loss, [points])[0]!)
  const session = await Session.create(writeModel(graph), runtime)
  const feed = (values: number[]) => ({ type: 'float32', shape: [2, 2, 2], data: Float32Array.from(values) }) as const
  const unknown = Array.from({ length: 4 }, () => UNKNOWN_EDGE)
  const results = await session.run({
    points: feed([0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5]),
    outlines: feed([0, 0.2, 0.5, -0.1, ...unknown]),
  })
  await session.dispose()
  expect(results.loss!.data[0]).toBeCloseTo((0.01 + 0 + 0.04 + 0.25) / 5, 6)
  const slopes = [...(results.gradient!.data as Float32Array)]
  expect(slopes.slice(4)).toEqual([0, 0, 0, 0])
  expect(slopes[0]).toBeCloseTo((2 * 0.1) / 5, 6)
  expect(slopes[3]).toBeCloseTo((2 * 0.5) / 5, 6)
})

test('an outline is resampled along its edges', () => {
  // Two edges of three points: the upper one bends.
  const outline = Float32Array.from([0, 0, 0.5, 0.2, 1, 0, 0, 1, 0.5, 1, 1, 1])
  expect([...resampleOutline(outline, 6)]).toEqual([...outline])
  const four = [...resampleOutline(outline, 10)]
  expect(four.slice(0, 4)).toEqual([0, 0, 0.25, expect.closeTo(0.1, 6)])
  expect(four.slice(-2)).toEqual([1, 1])
})

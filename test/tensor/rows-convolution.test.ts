/** Training's convolution is the plain one in another layout: the same values, the same gradients. */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random.ts'
import * as t from '../../src/tensor/index.ts'
import { runGraph } from './run-graph.ts'

interface Case {
  readonly name: string
  /** [N, C, H, W]. */
  readonly image: readonly number[]
  readonly weight: readonly number[]
  readonly options: t.ConvolutionOptions
}

const padding = [1, 1] as const
const cases: readonly Case[] = [
  { name: '1x1', image: [3, 2, 4, 5], weight: [4, 2, 1, 1], options: {} },
  { name: '1x1, stride', image: [3, 2, 4, 6], weight: [4, 2, 1, 1], options: { stride: [2, 2] } },
  { name: 'one row', image: [2, 3, 1, 5], weight: [4, 3, 3, 3], options: { padding } },
  { name: 'two rows', image: [2, 3, 2, 5], weight: [4, 3, 3, 3], options: { padding } },
  { name: 'two rows, stride', image: [2, 3, 2, 5], weight: [4, 3, 3, 3], options: { padding, stride: [2, 1] } },
  { name: 'three rows, no padding', image: [2, 3, 3, 5], weight: [4, 3, 3, 3], options: {} },
  { name: 'three rows', image: [2, 3, 3, 5], weight: [4, 3, 3, 3], options: { padding } },
  { name: 'four rows', image: [2, 3, 4, 5], weight: [2, 3, 3, 3], options: { padding } },
  { name: 'four rows, stride', image: [2, 3, 4, 5], weight: [2, 3, 3, 3], options: { padding, stride: [2, 1] } },
  { name: 'eight rows', image: [2, 2, 8, 3], weight: [3, 2, 3, 3], options: { padding } },
  { name: 'eight rows, stride', image: [2, 2, 8, 6], weight: [3, 2, 3, 3], options: { padding, stride: [2, 2] } },
  { name: 'eight rows, odd width', image: [2, 2, 8, 5], weight: [3, 2, 3, 3], options: { padding, stride: [2, 2] } },
  { name: 'stride past the end', image: [2, 2, 5, 8], weight: [3, 2, 2, 2], options: { stride: [2, 3] } },
  { name: 'a row that no filter row sees', image: [2, 2, 4, 4], weight: [3, 2, 3, 3], options: { stride: [3, 1] } },
]

describe('rowsConvolution', () => {
  test.each(cases)('$name', async ({ image, weight, options }) => {
    const random = createRandom(3)
    const inputs = [image, weight].map((shape) => ({
      shape,
      data: Float32Array.from({ length: t.sizeOf(shape) }, () => random() * 2 - 1),
    }))
    let upstream: Float32Array | undefined
    const results = async (build: (x: t.Tensor, w: t.Tensor) => t.Tensor) =>
      runGraph(inputs, ([x, w]) => {
        const output = build(x!, w!)
        upstream ??= Float32Array.from({ length: t.sizeOf(output.shape) }, () => random() * 2 - 1)
        const loss = t.sum(t.multiply(output, output.graph.constant(upstream, output.shape)))
        return [output, ...t.gradient(loss, [x!, w!])]
      })
    const plain = await results((x, w) => t.convolutionTraining(x, w, null, options))
    const byRows = await results((x, w) => {
      const output = t.rowsConvolution(t.transpose(x, [2, 1, 3, 0]), w, options)
      return t.transpose(output, [3, 1, 0, 2])
    })
    for (const [index, values] of plain.entries()) {
      expect(byRows[index]!.length).toBe(values.length)
      const scale = Math.max(...values.map(Math.abs))
      const error = Math.max(...values.map((value, place) => Math.abs(value - byRows[index]![place]!)))
      expect(error / scale).toBeLessThan(1e-5)
    }
  })

  test('takes known sizes and channels that fit', () => {
    const graph = new t.Graph()
    const x = graph.input('x', 'float32', [4, 3, 5, 2])
    const filters = (channels: number) => graph.input(`w${channels}`, 'float32', [2, channels, 3, 3])
    expect(() => t.rowsConvolution(x, filters(2))).toThrow(/rowsConvolution: takes x \[H, C, W, N\]/)
    const unknown = graph.input('unknown', 'float32', [4, 3, 5, t.BATCH])
    expect(() => t.rowsConvolution(unknown, filters(3))).toThrow(/of known sizes/)
  })
})

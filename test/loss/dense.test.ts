import { describe, expect, test } from 'vitest'
import { denseFocalLoss, diceLoss, distanceLoss, minedCrossEntropy } from '../../src/loss/dense.ts'
import { createRandom } from '../../src/random.ts'
import { gradient, type Tensor } from '../../src/tensor/index.ts'
import { runGraph } from '../tensor/run-graph.ts'

const shape = [1, 3, 4]
const truth = Float32Array.of(1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0)
const counted = Float32Array.of(1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1)
const random = createRandom(4)
const logits = Float32Array.from({ length: 12 }, () => random() * 6 - 3)
const isKernel = (place: number) => truth[place] === 1 && counted[place] === 1
const isOther = (place: number) => truth[place] === 0 && counted[place] === 1
const places = [...truth.keys()]
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
/** Of what is true. */
const probability = (at: Float32Array, place: number) => sigmoid(at[place]! * (truth[place]! * 2 - 1))
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

type Where = { truth: Tensor; counted: Tensor }

async function lossAndGradient(at: Float32Array, build: (values: Tensor, where: Where, more: Tensor) => Tensor) {
  const more = Float32Array.from({ length: 12 }, (_, place) => place + 0.1)
  const inputs = [at, truth, counted, more].map((data) => ({ shape, data }))
  const [loss, slopes] = await runGraph(inputs, ([values, truth, counted, more]) => {
    const loss = build(values!, { truth: truth!, counted: counted! }, more!)
    return [loss, ...gradient(loss, [values!])]
  })
  return { loss: loss![0]!, slopes: slopes! }
}

/** That the gradient is the slope of `value`, a formula of its own. */
function expectSlopes(slopes: Float32Array, value: (at: Float32Array) => number): void {
  for (const place of places) {
    const moved = (by: number) => value(logits.map((each, index) => (index === place ? each + by : each)))
    expect(slopes[place]).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3)
  }
}

describe('dense focal loss', () => {
  test.each([
    [0.5, 0],
    [0.25, 0.5],
    [0.25, 2],
    [0.6, 5],
  ])('alpha %d, gamma %d: value and gradient by the formula, over the number of kernels', async (alpha, gamma) => {
    const value = (at: Float32Array) =>
      total(
        places.map((place) => {
          const p = probability(at, place)
          const weight = truth[place] === 1 ? alpha : 1 - alpha
          return -counted[place]! * weight * (1 - p) ** gamma * Math.log(p)
        }),
      ) / 2
    const { loss, slopes } = await lossAndGradient(logits, (values, where) =>
      denseFocalLoss(values, where, { alpha, gamma }),
    )
    expect(loss).toBeCloseTo(value(logits), 5)
    expectSlopes(slopes, value)
    for (const place of [4, 8]) expect(Math.abs(slopes[place]!)).toBe(0)
  })

  test.each([0, 0.5, 2])('gamma %d: certain places, right and wrong, give finite numbers', async (gamma) => {
    for (const size of [1000, -1000]) {
      const certain = logits.map((_, place) => size * (truth[place]! * 2 - 1))
      const { loss, slopes } = await lossAndGradient(certain, (values, where) =>
        denseFocalLoss(values, where, { alpha: 0.5, gamma }),
      )
      // 1000 nats of each of the ten places, half their weight, over two kernels.
      expect(loss).toBeCloseTo(size > 0 ? 0 : 2500, 2)
      expect(slopes.every(Number.isFinite)).toBe(true)
    }
  })

  test('without a kernel the others count one by one', async () => {
    const none = new Float32Array(12)
    const inputs = [logits, none, counted].map((data) => ({ shape, data }))
    const [loss] = await runGraph(inputs, ([values, truth, counted]) => [
      denseFocalLoss(values!, { truth: truth!, counted: counted! }, { alpha: 0.5, gamma: 0 }),
    ])
    const expected = total(places.map((place) => -0.5 * counted[place]! * Math.log(sigmoid(-logits[place]!))))
    expect(loss![0]).toBeCloseTo(expected, 4)
  })
})

test('hardly any kernel: a batch counts no more than as if a hundredth of it were kernels', async () => {
  const size = 1000
  const fill = (value: number) => ({ shape: [1, 1, size], data: new Float32Array(size).fill(value) })
  const one = { shape: [1, 1, size], data: Float32Array.from({ length: size }, (_, place) => (place === 0 ? 1 : 0)) }
  const [loss] = await runGraph([fill(0), one, fill(1)], ([values, truth, counted]) => [
    denseFocalLoss(values!, { truth: truth!, counted: counted! }, { alpha: 0.5, gamma: 0 }),
  ])
  expect(loss![0]).toBeCloseTo((size * 0.5 * Math.log(2)) / 10, 3)
})

test('cross-entropy of kernels and of as many of the hardest others as are asked for', async () => {
  for (const ratio of [1, 2, 100]) {
    const hardest = places
      .filter(isOther)
      .sort((a, b) => probability(logits, a) - probability(logits, b))
      .slice(0, 2 * ratio)
    const taken = [...places.filter(isKernel), ...hardest]
    const value = (at: Float32Array) => total(taken.map((place) => -Math.log(probability(at, place)))) / taken.length
    const { loss, slopes } = await lossAndGradient(logits, (values, where) => minedCrossEntropy(values, where, ratio))
    expect(loss).toBeCloseTo(value(logits), 5)
    expectSlopes(slopes, value)
  }
})

test('dice: one less twice what is shared, over all that counts', async () => {
  const value = (at: Float32Array) => {
    const p = places.map((place) => sigmoid(at[place]!) * counted[place]!)
    const shared = total(places.filter(isKernel).map((place) => p[place]!))
    return 1 - (2 * shared + 1) / (total(p.map((each) => each * each)) + 2 + 1)
  }
  const { loss, slopes } = await lossAndGradient(logits, diceLoss)
  expect(loss).toBeCloseTo(value(logits), 5)
  expectSlopes(slopes, value)
})

test('distances: mean error of their logarithms at kernels, the shortest counted as half a pixel', async () => {
  const wanted = [Math.log(0.5), Math.log(3.1)]
  const { loss, slopes } = await lossAndGradient(logits, (values, where, more) => distanceLoss(values, more, where))
  expect(loss).toBeCloseTo((Math.abs(logits[0]! - wanted[0]!) + Math.abs(logits[3]! - wanted[1]!)) / 2, 5)
  const slope = (place: number, target: number) => Math.sign(logits[place]! - target) / 2
  const expected = places.map((place) => (place === 0 ? slope(0, wanted[0]!) : place === 3 ? slope(3, wanted[1]!) : 0))
  expect([...slopes].map((each) => each + 0)).toEqual(expected)
})

import { describe, expect, test } from 'vitest'
import { PADDING } from '../../src/charset.ts'
import { focalLoss } from '../../src/loss/focal.ts'
import { createRandom } from '../../src/random.ts'
import { gradient } from '../../src/tensor/index.ts'
import { runGraph } from '../tensor/run-graph.ts'

const [batch, steps, classes] = [2, 3, 97] as const
const targets = Int32Array.of(5, 94, PADDING, 40, 11, 94)
const counted = [true, true, false, true, true, true]

async function lossAndGradient(logits: Float32Array, options: { alpha: number; gamma: number }) {
  const inputs = [
    { shape: [batch, steps, classes], data: logits },
    { shape: [batch, steps], data: targets },
  ]
  return runGraph(inputs, ([logits_BTC, targets_BT]) => {
    const loss = focalLoss(logits_BTC!, targets_BT!, options)
    return [loss, ...gradient(loss, [logits_BTC!])]
  })
}

describe('focal loss', () => {
  const random = createRandom(2)
  const logits = Float32Array.from({ length: batch * steps * classes }, () => random() * 6 - 3)

  test.each([
    [1, 0],
    [1, 0.5],
    [0.99, 1],
    [1, 2],
    [0.25, 5],
  ])('alpha %d, gamma %d: value and gradient by the formula', async (alpha, gamma) => {
    const [loss, slopes] = await lossAndGradient(logits, { alpha, gamma })
    let expected = 0
    for (let place = 0; place < batch * steps; place++) {
      const row = logits.subarray(place * classes, (place + 1) * classes)
      const total = row.reduce((sum, value) => sum + Math.exp(value), 0)
      const p = Math.exp(row[targets[place]!]!) / total
      // dFL/dz_t = α (1 − p)^γ (γ p log p + p − 1); the other logits share it by their probabilities.
      const own = alpha * (1 - p) ** gamma * (gamma * p * Math.log(p) + p - 1)
      if (counted[place]) expected += (-alpha * (1 - p) ** gamma * Math.log(p)) / batch
      for (const [id, value] of row.entries()) {
        const share = id === targets[place] ? 1 : -Math.exp(value) / total / (1 - p)
        expect(slopes![place * classes + id]).toBeCloseTo(counted[place] ? (own * share) / batch : 0, 6)
      }
    }
    expect(loss![0]).toBeCloseTo(expected, 4)
  })

  test.each([0, 0.5, 1, 2])('gamma %d: certain predictions give no NaN', async (gamma) => {
    const certain = logits.slice()
    for (const [place, id] of targets.entries()) certain[place * classes + id] = 1000
    const [loss, slopes] = await lossAndGradient(certain, { alpha: 1, gamma })
    expect(loss![0]).toBeCloseTo(0, 9)
    expect(slopes!.every((value) => Math.abs(value) < 1e-6)).toBe(true)
  })

  test('certainly wrong predictions give no NaN', async () => {
    const wrong = logits.slice()
    for (const place of targets.keys()) wrong[place * classes + 70] = 1000
    const [loss, slopes] = await lossAndGradient(wrong, { alpha: 1, gamma: 2 })
    expect(Number.isFinite(loss![0])).toBe(true)
    expect(slopes!.every(Number.isFinite)).toBe(true)
  })
})

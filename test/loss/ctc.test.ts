/** Values and gradients against PyTorch (`tools/golden/ctc.py`), finite differences and the sum over all paths. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CTC_CLASSES, END, PADDING, START, UNKNOWN } from '../../src/charset.ts'
import { ctcLoss } from '../../src/loss/ctc.ts'
import { createRandom } from '../../src/random.ts'
import { gradient, ShapeError } from '../../src/tensor/index.ts'
import { runGraph } from '../tensor/run-graph.ts'

interface Packed {
  readonly shape: readonly [number, number, number]
  readonly data: string
}
interface Case {
  readonly name: string
  readonly words: readonly (readonly number[])[]
  readonly logits: Packed
  readonly losses: { readonly data: string }
  readonly gradient: Packed
}

const golden = JSON.parse(readFileSync(new URL('../golden/ctc.json', import.meta.url), 'utf8')) as { cases: Case[] }
const unpack = ({ data }: { data: string }) => new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer)

interface Problem {
  readonly words: readonly (readonly number[])[]
  readonly shape: readonly [batch: number, positions: number, classes: number]
  readonly logits: Float32Array
  /** Places for the characters; default those of the longest word. */
  readonly places?: number
  /** What closes a word, before padding; default padding itself. */
  readonly close?: number
}

/** The loss of the batch and its gradient to the logits. */
async function lossAndGradient(problem: Problem): Promise<[number, Float32Array]> {
  const { words, shape, logits, close = PADDING } = problem
  const { places = Math.max(1, ...words.map(({ length }) => length)) } = problem
  const targets = new Int32Array(words.length * places).fill(PADDING)
  for (const [row, word] of words.entries()) targets.set([...word, close].slice(0, places), row * places)
  const inputs = [
    { shape, data: logits },
    { shape: [words.length, places], data: targets },
  ]
  const [loss, slopes] = await runGraph(inputs, ([logits_BSC, targets_BT]) => {
    const result = ctcLoss(logits_BSC!, targets_BT!)
    return [result, ...gradient(result, [logits_BSC!])]
  })
  expect(loss).toHaveLength(1)
  return [loss![0]!, slopes!]
}

const random = createRandom(4)
const randomLogits = (size: number, scale = 2) => Float32Array.from({ length: size }, () => (random() * 2 - 1) * scale)

/** Probability of a word: every path of classes over the positions whose repeats and blanks, taken out, leave it. */
function sumOfPaths(word: readonly number[], logits: Float32Array, classes: number): number {
  const positions = logits.length / classes
  let total = 0
  for (let path = 0; path < classes ** positions; path++) {
    let probability = 1
    const spelled: number[] = []
    let before = classes - 1
    for (let position = 0; position < positions; position++) {
      const id = Math.floor(path / classes ** position) % classes
      const row = logits.subarray(position * classes, (position + 1) * classes)
      probability *= Math.exp(row[id]!) / row.reduce((sum, value) => sum + Math.exp(value), 0)
      if (id !== before && id !== classes - 1) spelled.push(id)
      before = id
    }
    if (spelled.join() === word.join()) total += probability
  }
  return total
}

describe('CTC', () => {
  test.each(golden.cases)('PyTorch: $name', async ({ words, logits, losses, gradient: slopes }) => {
    const expected = unpack(losses).reduce((sum, value) => sum + value, 0)
    const [loss, found] = await lossAndGradient({ words, shape: logits.shape, logits: unpack(logits) })
    expect(loss * words.length).toBeCloseTo(expected, 3)
    const errors = Array.from(unpack(slopes), (slope, index) => Math.abs(found[index]! * words.length - slope))
    // Log probabilities of 100 and more have a rounding error of 1e-5 in float32.
    expect(Math.max(...errors)).toBeLessThan(2e-5)
  })

  test.each([
    ['nothing', []],
    ['one character', [1]],
    ['two', [0, 1]],
    ['a repeat', [1, 1]],
    ['a repeat within', [0, 1, 1]],
    ['as long as fits', [0, 1, 0, 1]],
    ['a repeat that does not fit', [0, 1, 1, 0]],
    ['too long', [0, 1, 0, 1, 0]],
  ])('all paths: %s', async (_, word) => {
    const logits = randomLogits(4 * 3)
    const [loss] = await lossAndGradient({ words: [word], shape: [1, 4, 3], logits })
    const probability = sumOfPaths(word, logits, 3)
    expect(loss).toBeCloseTo(probability === 0 ? 0 : -Math.log(probability), 5)
  })

  test('finite differences', async () => {
    const words = [[2, 2, 0], [1], [], [0, 1, 2, 1]]
    const problem: Problem = { words, shape: [4, 5, 4], logits: randomLogits(4 * 5 * 4) }
    const [, slopes] = await lossAndGradient(problem)
    const step = 1e-2
    for (let index = 0; index < slopes.length; index += 7) {
      const moved = (by: number) => {
        const logits = problem.logits.slice()
        logits[index]! += by
        return lossAndGradient({ ...problem, logits })
      }
      const [[above], [below]] = [await moved(step), await moved(-step)]
      expect(Math.abs((above - below) / (2 * step) - slopes[index]!)).toBeLessThan(1e-3)
    }
  })

  test('a batch is the mean of its words, whatever closes them and however much padding follows', async () => {
    const words = [[7, 7, 30], [], [93], [1, 2, 3, 4, 5, 6]]
    const [positions, classes] = [25, CTC_CLASSES]
    const size = positions * classes
    const logits = randomLogits(words.length * size)
    const shape = [words.length, positions, classes] as const
    const [together, slopes] = await lossAndGradient({ words, shape, logits, places: 12, close: END })
    let total = 0
    for (const [place, word] of words.entries()) {
      const part = logits.slice(place * size, (place + 1) * size)
      const [alone, own] = await lossAndGradient({ words: [word], shape: [1, positions, classes], logits: part })
      total += alone / words.length
      for (const [index, slope] of own.entries())
        expect(slopes[place * size + index]).toBeCloseTo(slope / words.length, 5)
    }
    expect(together).toBeCloseTo(total, 3)
  })

  test('words that cannot be spelled, and unknown and further characters, count as nothing', async () => {
    const size = 3 * CTC_CLASSES
    const one = randomLogits(size)
    const words = [[1, 2], [1, 2, 3, 4], [5, 5, 6], [1, UNKNOWN, 2], [UNKNOWN], [1, 2, START + 1]]
    const shape = [words.length, 3, CTC_CLASSES] as const
    const logits = Float32Array.from({ length: words.length * size }, (_, index) => one[index % size]!)
    const [loss, slopes] = await lossAndGradient({ words, shape, logits })
    const [alone] = await lossAndGradient({ words: [[1, 2]], shape: [1, 3, CTC_CLASSES], logits: one })
    expect(loss).toBeCloseTo(alone / words.length, 5)
    expect(slopes.subarray(0, size).some((slope) => slope !== 0)).toBe(true)
    expect(slopes.subarray(size).every((slope) => slope === 0)).toBe(true)
  })

  test('certain logits, right or wrong, give no NaN; a logit that is NaN reaches the loss', async () => {
    const [word, positions, classes] = [[0, 1, 1], 6, 4]
    const shape = [1, positions, classes] as const
    const certain = (path: readonly number[]) => {
      const logits = new Float32Array(positions * classes).fill(-1000)
      for (const [position, id] of path.entries()) logits[position * classes + id] = 1000
      return logits
    }
    const [right, slopes] = await lossAndGradient({ words: [word], shape, logits: certain([0, 0, 1, 3, 1, 3]) })
    expect(right).toBeCloseTo(0, 6)
    expect(slopes.every((slope) => Math.abs(slope) < 1e-6)).toBe(true)
    const [wrong, away] = await lossAndGradient({ words: [word], shape, logits: certain([2, 2, 2, 2, 2, 2]) })
    expect(wrong).toBeGreaterThan(4000)
    expect(away.every(Number.isFinite)).toBe(true)
    const broken = certain([0]).fill(Number.NaN, 5, 6)
    expect((await lossAndGradient({ words: [word], shape, logits: broken }))[0]).toBeNaN()
  })

  test('shapes that do not fit are refused', async () => {
    const inputs = [
      { shape: [2, 3, 4], data: new Float32Array(24) },
      { shape: [3, 2], data: new Int32Array(6) },
    ]
    await expect(runGraph(inputs, ([logits, targets]) => [ctcLoss(logits!, targets!)])).rejects.toThrow(ShapeError)
  })
})

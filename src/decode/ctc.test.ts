import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { BLANK, CTC_CLASSES, encodeText } from '../charset.ts'
import { ctcLoss } from '../loss/ctc.ts'
import { createRandom } from '../random.ts'
import { Graph, Session, writeModel } from '../tensor/index.ts'
import { decodeCtc } from './ctc.ts'

const positions = 25

/** Probabilities of one image: each position's class ("-" the blank) with the given probability, the rest even. */
function spelled(path: string, sure: (position: number) => number = () => 0.9): Float32Array {
  const values = new Float32Array(path.length * CTC_CLASSES)
  for (const [position, character] of [...path].entries()) {
    const row = values.subarray(position * CTC_CLASSES, (position + 1) * CTC_CLASSES)
    row.fill((1 - sure(position)) / (CTC_CLASSES - 1))
    row[character === '-' ? BLANK : encodeText(character)[0]!] = sure(position)
  }
  return values
}

describe('greedy CTC decoding', () => {
  test.each([
    ['---', ''],
    ['a', 'a'],
    ['aaa', 'a'],
    ['a-a', 'aa'],
    ['-hh-ee-lll-lo--', 'hello'],
    ['abab', 'abab'],
    ['0--9', '09'],
  ])('"%s" spells "%s"', (path, word) => {
    expect(decodeCtc(spelled(path), { batch: 1 })[0]!.ids).toEqual(encodeText(word))
  })

  test('a character is as probable as its surest position', () => {
    const [word] = decodeCtc(
      spelled('aa-b', (position) => [0.5, 0.75, 0.625, 0.875][position]!),
      { batch: 1 },
    )
    expect(word!.probabilities).toEqual([0.75, 0.875])
  })

  test('a batch is decoded image by image', () => {
    const paths = ['ab-', '---', 'aaa']
    const together = Float32Array.from(paths.flatMap((path) => [...spelled(path)]))
    const alone = paths.map((path) => decodeCtc(spelled(path), { batch: 1 })[0])
    expect(decodeCtc(together, { batch: 3 })).toEqual(alone)
  })

  test('confidence is the probability that the loss trains', async () => {
    const random = createRandom(8)
    const logits = Float32Array.from({ length: positions * CTC_CLASSES }, () => random() * 4)
    for (const position of [2, 3, 9, 14]) logits[position * CTC_CLASSES + 10] = 9
    for (let position = 0; position < positions; position++)
      logits[position * CTC_CLASSES + (position % 7 === 5 ? 40 : BLANK)]! += 5
    const softmax = Float32Array.from(logits, (value, index) => {
      const first = index - (index % CTC_CLASSES)
      const row = logits.subarray(first, first + CTC_CLASSES)
      return Math.exp(value) / row.reduce((sum, other) => sum + Math.exp(other), 0)
    })
    const [word] = decodeCtc(softmax, { batch: 1 })
    expect(word!.ids.length).toBeGreaterThan(4)
    const graph = new Graph()
    const length = word!.ids.length
    const logits_BSC = graph.input('logits', 'float32', [1, positions, CTC_CLASSES])
    graph.output('loss', ctcLoss(logits_BSC, graph.input('targets', 'int32', [1, length])))
    const session = await Session.create(writeModel(graph), runtime)
    const { loss } = await session.run({
      logits: { type: 'float32', shape: [1, positions, CTC_CLASSES], data: logits },
      targets: { type: 'int32', shape: [1, length], data: Int32Array.from(word!.ids) },
    })
    await session.dispose()
    expect(-Math.log(word!.confidence)).toBeCloseTo(loss!.data[0] as number, 4)
  })

  test('certainty is a confidence of 1, and no more', () => {
    const [word] = decodeCtc(
      spelled('-w-o-r-d-', () => 1),
      { batch: 1 },
    )
    expect(word!.confidence).toBe(1)
  })
})

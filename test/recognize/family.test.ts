/** All kinds of parts in all graphs: what is exported, what is read in steps and whole words are what is trained. */
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { END, START } from '../../src/charset.ts'
import { ctcLogits } from '../../src/model/ctc-head.ts'
import { recognizerGraph, recognizerMetadata } from '../../src/model/recognizer-graph.ts'
import { decoderOf, decodeTargets, encodeImage } from '../../src/model/safl.ts'
import { weightScope } from '../../src/model/scope.ts'
import { attentionGraph, encoderGraph, wordGraph } from '../../src/model/step-graphs.ts'
import type { Weights } from '../../src/model/weights.ts'
import { wordShapes } from '../../src/model/word-shapes.ts'
import { createRandom } from '../../src/random.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { Graph, Session, softmax, type Value, writeModel } from '../../src/tensor/index.ts'
import { wordTask } from '../../src/train/word-task.ts'
import { familyNames, miniFamily } from '../mini-family.ts'
import { stripedImages } from './random-model.ts'

/** Large enough that the words differ. */
function randomWeights(name: string): Weights {
  const random = createRandom(5)
  const { specs } = wordTask(miniFamily(name, { ctcWeight: 1 }))
  return new Map(
    specs.map(({ name, shape, initializer }) => {
      const data = initializer(shape, random)
      const isScore = name.includes('.fc.') || name.startsWith('ctc.')
      for (const index of data.keys()) data[index] = (isScore ? 60 : 1) * (data[index]! + 0.2 * (random() - 0.5))
      return [name, { shape, data }]
    }),
  )
}

async function run(graph: Graph, feeds: Readonly<Record<string, Value>>) {
  const session = await Session.create(writeModel(graph), runtime)
  const results = await session.run(feeds)
  await session.dispose()
  return results
}

const numbers = (value: Value | undefined) => value!.data as Float32Array

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length)
  const apart = Array.from(wanted, (value, index) => Math.abs(value - found[index]!))
  expect(Math.max(...apart)).toBeLessThan(1e-4)
}

describe.each(familyNames)('%s', (name) => {
  const { model: settings } = miniFamily(name)
  const weights = randomWeights(name)
  const { imageHeight: height } = settings
  const { imageWidth: width } = wordShapes(settings)[0]!
  const random = createRandom(9)
  const images: Value = {
    type: 'uint8',
    shape: [3, height, width, 3],
    data: Uint8Array.from({ length: 3 * height * width * 3 }, () => random() * 256),
  }

  test('the exported graph and that of whole words are the model as it is trained, in a batch and one by one', async () => {
    const exported = await run(recognizerGraph(settings, weights), { images })
    const [batch, steps] = exported.ids!.shape as [number, number]
    const graph = new Graph()
    const scope = weightScope(graph, weights)
    const encoded = encodeImage(scope, settings, graph.input('images', 'uint8', images.shape))
    const targets = graph.input('targets', 'int32', exported.ids!.shape)
    graph.output('probabilities', softmax(decodeTargets(scope, settings, encoded.memory, targets)))
    graph.output('ctc', softmax(ctcLogits(scope, settings, encoded.columns)))
    const wanted = await run(graph, { images, targets: exported.ids! })
    const classes = wanted.probabilities!.shape[2]!
    const ids = exported.ids!.data as Int32Array
    // Where a word has ended, what follows does not count.
    const counts = Array.from(ids, (_, index) => !ids.slice(index - (index % steps), index).includes(END))
    const chosen = Array.from(ids, (id, index) =>
      counts[index] ? numbers(wanted.probabilities)[index * classes + id]! : 0,
    )
    expectClose(
      numbers(exported.probabilities).map((value, index) => (counts[index] ? value : 0)),
      chosen,
    )

    const encoder = await run(encoderGraph(settings, weights), { images })
    expectClose(numbers(encoder.ctc_probabilities), numbers(wanted.ctc))
    const parts = decoderOf(settings).imageParts.map(({ name: part }) => [part, encoder[part]!] as const)
    const tokens = Int32Array.from(ids, (_, index) => (index % steps === 0 ? START : ids[index - 1]!))
    const words: Record<string, Value> = {
      ...Object.fromEntries(parts),
      tokens: { type: 'int32', shape: [batch, steps], data: tokens },
      images: { type: 'int64', shape: [batch], data: BigInt64Array.of(0n, 1n, 2n) },
    }
    const { probabilities } = await run(wordGraph(settings, weights), words)
    expectClose(numbers(probabilities), numbers(wanted.probabilities))
    const { attention } = await run(attentionGraph(settings, weights), words)
    expectClose(numbers(attention), numbers(exported.attention))
    expect(attention!.shape).toEqual([batch, steps, encoder.ctc_probabilities!.shape[1]!])

    const size = images.data.length / batch
    const second = { ...images, shape: [1, height, width, 3], data: images.data.slice(size, 2 * size) as Uint8Array }
    const alone = await run(recognizerGraph(settings, weights), { images: second })
    const length = alone.ids!.shape[1]!
    expect(Array.from(alone.ids!.data as Int32Array)).toEqual(Array.from(ids.slice(steps, steps + length)))
    expectClose(numbers(alone.probabilities), numbers(exported.probabilities).slice(steps, steps + length))
  })

  test.each([
    ['drafts', {}, /^.*$/s],
    ['beams under a pattern', { pattern: '\\w\\d\\w*', beamWidth: 3 }, /^\w\d\w*$/],
  ])('%s read by it, a batch as its images one by one', async (_, options, pattern) => {
    const recognizer = await SceneTextRecognizer.create({ settings, weights, provenance: {} }, runtime)
    const found = await recognizer.recognizeImages(stripedImages, { ...options, secondLook: false })
    for (const [index, image] of stripedImages.entries()) {
      const [alone] = await recognizer.recognizeImages([image], { ...options, secondLook: false })
      expect(found[index]!.text).toBe(alone!.text)
      expect(found[index]!.text).toMatch(pattern)
      expect(found[index]!.confidence).toBeCloseTo(alone!.confidence, 4)
    }
    await recognizer.dispose()
  })

  test('weights without a CTC head read as the file that is exported of them', async () => {
    const decoderOnly = new Map([...weights].filter(([tensor]) => !tensor.startsWith('ctc.')))
    const file = { settings, weights: decoderOnly, provenance: {} }
    const recognizer = await SceneTextRecognizer.create(file, runtime)
    const wanted = await recognizer.recognizeImages(stripedImages, { secondLook: false })
    await recognizer.dispose()
    const bytes = writeModel(recognizerGraph(settings, decoderOnly), recognizerMetadata(settings, '0'))
    const exported = await SceneTextRecognizer.fromOnnx(bytes, runtime)
    const found = await exported.recognizeImages(stripedImages, { secondLook: false })
    await exported.dispose()
    expect(found.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
    expectClose(
      found.map(({ confidence }) => confidence),
      wanted.map(({ confidence }) => confidence),
    )
    expect(new Set(found.map(({ confidence }) => confidence)).size).toBeGreaterThan(1)
  })
})

/** The exported file reads the same in Node's runtime and in the browser's. */

import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import * as nodeRuntime from 'onnxruntime-node'
import * as webRuntime from 'onnxruntime-web'
import { expect, test } from 'vitest'
import type { RgbImage } from '../../src/image/image.ts'
import { toRgb } from '../../src/image/pixels.ts'
import { recognizerGraph } from '../../src/model/recognizer-graph.ts'
import { storages } from '../../src/model/scope.ts'
import { stepGraph } from '../../src/model/step-graphs.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { type Graph, writeModel } from '../../src/tensor/index.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomWeights, stripedImages } from '../recognize/random-model.ts'

const { model: settings } = miniPreset()
const weights = randomWeights()

test.each(storages)('%s weights: the texts of the model, in Node and on WebAssembly', async (storage) => {
  const original = await SceneTextRecognizer.create({ settings, weights, provenance: {} }, nodeRuntime)
  const wanted = await original.recognizeImages(stripedImages, { secondLook: false })
  await original.dispose()
  const bytes = writeModel(recognizerGraph(settings, weights, storage))
  for (const runtime of [nodeRuntime, webRuntime]) {
    const exported = await SceneTextRecognizer.fromOnnx(bytes, runtime as typeof nodeRuntime)
    const found = await exported.recognizeImages(stripedImages, { batchSize: 3, secondLook: false })
    // Random weights are far less robust than learned ones: eight bits may change what they spell.
    if (storage !== 'int8') expect(found.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
    for (const [index, { confidence }] of found.entries()) {
      if (storage === 'float32') expect(confidence).toBeCloseTo(wanted[index]!.confidence, 3)
    }
    await exported.dispose()
  }
})

test('sizes that are known at run time have names', async () => {
  const shapes = async (graph: Graph) => {
    const session = await nodeRuntime.InferenceSession.create(writeModel(graph))
    const named = [...session.inputMetadata, ...session.outputMetadata].map((each) => [
      each.name,
      each.isTensor ? each.shape : [],
    ])
    await session.release()
    return Object.fromEntries(named) as Record<string, (string | number)[]>
  }
  expect(await shapes(recognizerGraph(settings, weights))).toMatchObject({
    images: ['batch', 64, 256, 3],
    ids: ['batch', 'steps'],
    probabilities: ['batch', 'steps'],
  })
  expect(await shapes(stepGraph(settings, weights))).toMatchObject({
    tokens: ['batch'],
    past_key_0: ['batch', 2, 'past', 8],
    present_key_0: ['batch', 2, 'present', 8],
  })
})

test('each storage is smaller than the one before', async () => {
  const sizes = storages.map((storage) => writeModel(recognizerGraph(settings, weights, storage)).length)
  expect(sizes[1]!).toBeLessThan(sizes[0]!)
  expect(sizes[2]!).toBeLessThan(sizes[1]!)
})

test('the command writes a file that reads, checked before it is kept', async () => {
  const { exportCommand } = await import('../../src/cli/export.ts')
  const out = join(await mkdtemp(join(tmpdir(), 'safl-export-')), 'tiny.onnx')
  await exportCommand().parseAsync(['node', 'export', '--out', out])
  const recognizer = await SceneTextRecognizer.load({ model: out })
  const whole = await SceneTextRecognizer.load()
  // Words that are sure: a second look compares drafts, which an exported file does not have.
  const images = ['EXIT', 'Hotel'].map(drawWord)
  const [found, wanted] = [await recognizer.recognizeImages(images), await whole.recognizeImages(images)]
  expect(found.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
  expect((await readFile(out)).includes('charset')).toBe(true)
  await recognizer.dispose()
  await whole.dispose()
})

function drawWord(word: string): RgbImage {
  const [width, height] = [30 + 24 * word.length, 56]
  GlobalFonts.registerFromPath('fonts/node_modules/@fontsource/roboto/files/roboto-latin-400-normal.woff2', 'Sign')
  const context = createCanvas(width, height).getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.fillStyle = '#000'
  context.font = '42px Sign'
  context.fillText(word, 14, 43)
  return toRgb(context.getImageData(0, 0, width, height))
}

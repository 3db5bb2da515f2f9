/** The recogniser in steps, chosen from in JavaScript, reads what the recogniser in one graph does. */
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { createCharset, decodeIds, END, FIRST_FURTHER, START } from '../../src/charset.ts'
import type { ModelSettings } from '../../src/config.ts'
import { decodeImage } from '../../src/image/decode.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { resize } from '../../src/image/resize.ts'
import { decoderOf } from '../../src/model/safl.ts'
import { encoderGraph, stepGraph } from '../../src/model/step-graphs.ts'
import type { Weights } from '../../src/model/weights.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { readWeightsFile } from '../../src/recognize/weights-source.ts'
import { Session, type Value, writeModel } from '../../src/tensor/index.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomWeights, stripedImages } from './random-model.ts'

/** Greedy decoding of a batch, a run a character. */
async function readInSteps(settings: ModelSettings, weights: Weights, images: readonly RgbImage[]) {
  const { imageHeight, imageWidth, maximumLength, authorsQuirks } = settings
  const { states } = decoderOf(settings)
  const { classes } = createCharset(settings.furtherCharacters)
  const batch = images.length
  const encoder = await Session.create(writeModel(encoderGraph(settings, weights)), runtime)
  const step = await Session.create(writeModel(stepGraph(settings, weights)), runtime)
  const pixels = new Uint8Array(images.flatMap((image) => [...resize(image, imageWidth, imageHeight).data]))
  const {
    rectified: _,
    control_points: __,
    ...encoded
  } = await encoder.run({
    images: { type: 'uint8', shape: [batch, imageHeight, imageWidth, 3], data: pixels },
  })
  let past: Record<string, Value> = {}
  for (const { before, shape } of states) {
    const data = new Float32Array(batch * shape.reduce((a, b) => a * b, 1))
    past[before] = { type: 'float32', shape: [batch, ...shape], data }
  }
  let tokens = new Int32Array(batch).fill(START)
  const words = images.map(() => ({ ids: [] as number[], probabilities: [] as number[], ended: false }))
  for (let turn = 0; turn < maximumLength && words.some(({ ended }) => !ended); turn++) {
    const positions = Int32Array.from({ length: batch }, (_unused, place) => (authorsQuirks ? place : turn))
    const results = await step.run({
      ...encoded,
      ...past,
      tokens: { type: 'int32', shape: [batch], data: tokens },
      positions: { type: 'int32', shape: [batch], data: positions },
    })
    past = Object.fromEntries(states.map(({ before, after }) => [before, results[after]!]))
    const scores = results.probabilities!.data as Float32Array
    tokens = Int32Array.from(words, (word, place) => {
      // Between the end symbol and further characters are classes that spell nothing.
      const row = scores.slice(place * classes, (place + 1) * classes).fill(0, END + 1, FIRST_FURTHER)
      const best = row.indexOf(Math.max(...row))
      if (!word.ended && best !== END) word.ids.push(best)
      if (!word.ended && best !== END) word.probabilities.push(row[best]!)
      word.ended ||= best === END
      return best
    })
  }
  await encoder.dispose()
  await step.dispose()
  return words
}

async function expectSameReadings(settings: ModelSettings, weights: Weights, images: readonly RgbImage[]) {
  const words = await readInSteps(settings, weights, images)
  const recognizer = await SceneTextRecognizer.create({ settings, weights, provenance: {} }, runtime)
  const readings = await recognizer.recognizeImages(images, { batchSize: images.length, secondLook: false })
  await recognizer.dispose()
  expect(readings.map(({ text }) => text)).toEqual(
    words.map(({ ids }) => decodeIds(ids, createCharset(settings.furtherCharacters))),
  )
  for (const [index, { characters }] of readings.entries()) {
    for (const [place, { probability }] of characters.entries())
      expect(probability).toBeCloseTo(words[index]!.probabilities[place]!, 4)
  }
  return readings.map(({ text }) => text)
}

test.each([
  ['the default', {}],
  ["the authors' quirks", { authorsQuirks: true }],
])('%s: words that are cut off', async (_, changes) => {
  const texts = await expectSameReadings(miniPreset({}, changes).model, randomWeights(), stripedImages)
  expect(new Set(texts).size).toBeGreaterThan(1)
  expect(texts[0]).toHaveLength(10)
})

test('the default weights: words that end, one after another', async () => {
  const { settings, weights } = await readWeightsFile({})
  const images = await Promise.all(['A1', 'EXIT', 'Station'].map(drawWord))
  const texts = await expectSameReadings(settings, weights, images)
  expect(new Set(texts.map(({ length }) => length)).size).toBeGreaterThan(1)
})

/** Hardly wider than its letters: what is mostly blank would be read without its margins. */
async function drawWord(text: string): Promise<RgbImage> {
  const width = 40 + 20 * text.length
  const svg = `<svg width="${width}" height="60"><rect width="${width}" height="60" fill="#fff"/><text x="${width / 2}" y="44" font-size="40" text-anchor="middle">${text}</text></svg>`
  return decodeImage(await sharp(Buffer.from(svg)).png().toBuffer())
}

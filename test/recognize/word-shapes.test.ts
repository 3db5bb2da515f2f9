/** One set of weights reads words at several widths. */
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import type { ModelSettings } from '../../src/config.ts'
import { fit } from '../../src/image/fit.ts'
import type { RgbImage } from '../../src/image/image.ts'
import { recognizerGraph, recognizerMetadata } from '../../src/model/recognizer-graph.ts'
import { encoderGraph } from '../../src/model/step-graphs.ts'
import { shapeOf, wordShapes } from '../../src/model/word-shapes.ts'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { Session, writeModel } from '../../src/tensor/index.ts'
import { miniPreset } from '../mini-preset.ts'
import { randomWeights, stripedImages } from './random-model.ts'

const { model } = miniPreset({}, { textWidth: 128, textWidths: [64, 96, 192] })
const weights = randomWeights()
const narrow: RgbImage = {
  width: 9,
  height: 40,
  data: Uint8Array.from({ length: 9 * 40 * 3 }, (_, place) => (place * 37) % 256),
}
const images = [...stripedImages, narrow]

async function encoded(settings: ModelSettings, image: RgbImage, width: number) {
  const session = await Session.create(writeModel(encoderGraph(settings, weights)), runtime)
  const { imageHeight: height } = settings
  const { data } = fit(image, { width, height, leastAspect: 0 })
  const values = await session.run({ images: { type: 'uint8', shape: [1, height, width, 3], data } })
  await session.dispose()
  return values
}

test.each([64, 96, 192])('at %i columns the graph of any width computes what that of one width does', async (width) => {
  const fixed = { ...model, textWidth: width, imageWidth: 2 * width, textWidths: [] }
  const [any, one] = [await encoded(model, images[3]!, 2 * width), await encoded(fixed, images[3]!, 2 * width)]
  expect(Object.keys(any).sort()).toEqual(Object.keys(one).sort())
  for (const [name, { shape, data }] of Object.entries(one)) {
    expect(any[name]!.shape).toEqual(shape)
    for (const [place, value] of data.entries())
      expect(Math.abs(Number(any[name]!.data[place]) - Number(value))).toBeLessThan(2e-3)
  }
})

describe('a recogniser of several widths', () => {
  const open = (decoder: 'attention' | 'ctc', names = (_: string) => true) =>
    SceneTextRecognizer.create(
      { settings: model, weights: new Map([...weights].filter(([name]) => names(name))), provenance: {} },
      runtime,
      { decoder },
    )

  test('the images have all the shapes', () => {
    const found = images.map((image) => shapeOf(wordShapes(model), image).textWidth)
    expect(new Set(found)).toEqual(new Set([64, 96, 192]))
  })

  test.each([
    ['by drafts', 'attention', {}],
    ['by CTC', 'ctc', {}],
    ['with one look', 'attention', { secondLook: false }],
    ['by beams', 'attention', { beamWidth: 3 }],
    ['turned every way', 'attention', { orientation: 'any' }],
  ] as const)('%s a batch reads what its images read one by one, in their order', async (_, decoder, options) => {
    const recognizer = await open(decoder)
    const together = await recognizer.recognizeImages(images, { ...options, batchSize: 2 })
    for (const [place, image] of images.entries()) {
      const alone = await recognizer.recognize(image, options)
      expect(together[place]!.text).toBe(alone.text)
      expect(together[place]!.confidence).toBeCloseTo(alone.confidence, 4)
    }
    await recognizer.dispose()
  })

  test('an exported file reads what the weights read', async () => {
    const headless = await open('attention', (name) => !name.startsWith('ctc.'))
    const file = writeModel(recognizerGraph(model, weights), recognizerMetadata(model, '0'))
    const exported = await SceneTextRecognizer.fromOnnx(file, runtime)
    const [ours, its] = [
      await headless.recognizeImages(images, { secondLook: false }),
      await exported.recognizeImages(images, { secondLook: false }),
    ]
    expect(its.map(({ text }) => text)).toEqual(ours.map(({ text }) => text))
    await headless.dispose()
    await exported.dispose()
  })

  test('of a crop that was set on a ground the points are those in the crop', async () => {
    const recognizer = await open('attention')
    const options = { geometry: true, secondLook: false, orientation: 'upright' } as const
    const geometry = (await recognizer.recognize(narrow, options)).geometry!
    expect(geometry.rectified.width).toBe(64)
    // The points span about the whole picture, which is 50 pixels wide: the crop's 9 pixels are a fifth of it.
    const across = geometry.controlPoints.map(([x]) => x)
    expect(Math.max(...across) - Math.min(...across)).toBeGreaterThan(3)
    expect((Math.max(...across) + Math.min(...across)) / 2).toBeCloseTo(0.5, 0)
    await recognizer.dispose()
  })
})

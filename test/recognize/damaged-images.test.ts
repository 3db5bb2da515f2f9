import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { SceneTextRecognizer } from '../../src/recognize/recognizer.ts'
import { miniPreset } from '../mini-preset.ts'
import { imageFiles, mutate } from './mutate.ts'
import { randomWeights } from './random-model.ts'

const { model: settings } = miniPreset()

test('damaged files: a reading or an error that says what is wrong, each', async () => {
  const file = { settings, weights: randomWeights(), provenance: {} }
  const recognizer = await SceneTextRecognizer.create(file, runtime)
  const files = await imageFiles()
  for (const { text } of await recognizer.recognizeAll(files)) expect(typeof text).toBe('string')
  const damaged = Array.from({ length: 1000 }, (_, seed) => mutate(files, seed))
  let [read, refused] = [0, 0]
  for await (const each of recognizer.recognizeStream(damaged)) {
    if ('error' in each) {
      expect(each.error).toMatchObject({ name: 'SaflError', code: 'image' })
      expect(each.error.message).toMatch(
        /^image: (the file is empty|is no image|is damaged|is \d+x\d+ pixels|has more)/,
      )
      refused++
    } else {
      expect(each.recognition.confidence).toBeGreaterThanOrEqual(0)
      expect(each.recognition.confidence).toBeLessThanOrEqual(1)
      read++
    }
  }
  expect(read + refused).toBe(1000)
  expect(Math.min(read, refused)).toBeGreaterThan(100)
  await recognizer.dispose()
})

/** CTC in a training step: beside the decoder, alone, or not at all. */
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { END, PADDING } from '../../src/charset.ts'
import { presetSettings } from '../../src/config.ts'
import { createRandom } from '../../src/random.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'

async function oneStep(training: Record<string, number>) {
  const preset = miniPreset({ columnWeight: 0, ...training })
  const { imageHeight, imageWidth } = preset.model
  const random = createRandom(5)
  const batch = {
    index: 0,
    size: 2,
    length: 4,
    imageWidth,
    images: Uint8Array.from({ length: 2 * imageHeight * imageWidth * 3 }, () => random() * 256),
    targets: Int32Array.of(3, 3, END, PADDING, 40, END, PADDING, PADDING),
    characterMap: new Uint8Array(0),
    outlines: new Float32Array(0),
    skipped: [],
  }
  const model = new TrainingStep(preset, runtime)
  const result = await model.run({ ...model.initialState(1), batch, step: 1 })
  const gradients = model.namedTensors(result.gradient, result.statistics)
  await model.dispose()
  const norm = (part: string) =>
    Math.hypot(...[...gradients].flatMap(([name, { data }]) => (name.includes(part) ? [...data] : [])))
  return { ...result, gradients, norm }
}

test('without its weight there is no head', async () => {
  const { ctcLoss, gradients } = await oneStep({})
  expect(ctcLoss).toBe(0)
  expect([...gradients.keys()].filter((name) => name.startsWith('ctc'))).toEqual([])
})

test('beside the decoder: the focal loss stays, the gradient is the weighted sum', async () => {
  const [without, light, heavy] = [await oneStep({}), await oneStep({ ctcWeight: 1 }), await oneStep({ ctcWeight: 3 })]
  expect(light.loss).toBeCloseTo(without.loss, 4)
  // Nothing learned: 25 positions, of 95 classes each.
  expect(light.ctcLoss).toBeGreaterThan(25 * Math.log(95) - 25)
  expect(light.gradients.get('ctc.weight')!.shape).toEqual([95, 16])
  expect(heavy.norm('ctc.')).toBeCloseTo(3 * light.norm('ctc.'), 3)
  for (const [name, { data }] of without.gradients) {
    const [one, three] = [light.gradients.get(name)!.data, heavy.gradients.get(name)!.data]
    // Running statistics among them do not depend on the loss.
    for (const [index, value] of data.entries())
      expect(Math.abs(three[index]! - value - 3 * (one[index]! - value))).toBeLessThan(
        1e-3 * Math.max(1, Math.abs(value)),
      )
  }
})

test('alone: its loss is the loss, and the decoder learns nothing', async () => {
  const { loss, ctcLoss, norm } = await oneStep({ ctcWeight: 1, focalWeight: 0 })
  expect(loss).toBe(ctcLoss)
  expect(norm('.decoder.layers.')).toBe(0)
  expect(norm('.conv1.weight')).toBeGreaterThan(0)
  expect(norm('ctc.')).toBeGreaterThan(0)
  expect(presetSettings.safeParse({ training: { focalWeight: 0 } }).error!.message).toMatch(/needs a ctcWeight/)
})

import * as runtime from 'onnxruntime-node'
import type { RgbImage } from '../../src/image/image.ts'
import { createRandom } from '../../src/random.ts'
import { TrainingStep } from '../../src/train/training-step.ts'
import { miniPreset } from '../mini-preset.ts'

const random = createRandom(11)
/** Five images of different sizes. */
export const stripedImages: RgbImage[] = Array.from({ length: 5 }, (_, index) => {
  const [width, height] = [30 + index * 41, 20 + index * 7]
  const stripe = (place: number) =>
    128 + 120 * Math.sin((place % width) * 0.06 * (index + 1) + Math.floor(place / width) * 0.2 * index)
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, place) => stripe(Math.floor(place / 3))),
  }
})

/** Random weights large enough that the words differ and are spelled with confidence. */
export function randomWeights() {
  const step = new TrainingStep(miniPreset({ ctcWeight: 1 }), runtime)
  const { weights, statistics } = step.initialState(3)
  const named = step.namedTensors(weights, statistics)
  for (const [name, { data }] of named) {
    if (name.startsWith('decoder') && name.includes('weight'))
      for (const index of data.keys()) data[index]! *= name.includes('norm') ? 2 : 3
    if (name.startsWith('encoder.layer5') && name.endsWith('bn2.weight')) data.fill(40)
    if (name.includes('.fc.weight') || name === 'ctc.weight') for (const index of data.keys()) data[index]! *= 60
    // The control points stay near their box, or the rectifier would show the same corner of every image.
    if (name === 'stn_head.stn_fc1.0.weight') for (const index of data.keys()) data[index]! *= 0.003
    if (name === 'stn_head.stn_fc2.weight') for (const index of data.keys()) data[index] = (random() - 0.5) * 2
  }
  return named
}

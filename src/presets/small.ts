import { tiny } from './tiny.ts'

/** `tiny` with a wider and deeper backbone and encoder: its weights grow out of those of `tiny` (`--weights tiny`). */
export const small = {
  model: {
    ...tiny.model,
    backbone: { stem: 32, widths: [32, 64, 128, 192, 256], blocks: [2, 2, 3, 3, 2] },
    transformer: { ...tiny.model.transformer, feedForward: 1024, encoderLayers: 2 },
  },
  training: { ...tiny.training, replicas: 1 },
}

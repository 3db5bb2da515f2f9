import { backbones } from './backbones.ts'
import { tiny } from './tiny.ts'

/** `tiny` with a wider and deeper backbone and encoder: its weights grow out of those of `tiny` (`--weights tiny`). */
export const small = {
  model: {
    ...tiny.model,
    backbone: backbones.small,
    transformer: { ...tiny.model.transformer, feedForward: 1024, encoderLayers: 2 },
  },
  training: { ...tiny.training, replicas: 1 },
}

import { tiny } from './tiny.ts'

/** `rare` with about the arithmetic of `tiny`, which lends it its training and the widths of its words. */
export const rareTiny = {
  model: {
    ...tiny.model,
    rectifier: { kind: 'rare', viewWidth: 64, channels: [16, 24, 32, 48], hidden: [128, 128], norms: true },
    backbone: { kind: 'crnn', widths: [24, 48, 96, 96, 160, 160, 256], norms: 'all' },
    encoder: { kind: 'lstm', width: 128, layers: 2 },
    decoder: { kind: 'gru', width: 128 },
  },
  training: tiny.training,
}

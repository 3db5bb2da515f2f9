import { tiny } from './tiny.ts'

/** `satrn` with about the arithmetic of `tiny`, which lends it its training and the widths of its words. */
export const satrnTiny = {
  model: {
    ...tiny.model,
    rectifier: { kind: 'none' },
    backbone: { kind: 'satrn', widths: [16, 96] },
    encoder: { kind: 'satrn' },
    transformer: { ...tiny.model.transformer, width: 96, heads: 4, feedForward: 192, encoderLayers: 2 },
  },
  training: { ...tiny.training, outlineWeight: 0 },
}

/** About a quarter of the paper's arithmetic. */
export const small = {
  model: {
    rectifier: { channels: [16, 32, 64, 128, 128, 128], hidden: 256 },
    backbone: { stem: 32, widths: [32, 64, 128, 192, 256], blocks: [2, 3, 4, 4, 2] },
    transformer: { width: 256, heads: 8, feedForward: 1024, encoderLayers: 3, decoderLayers: 3 },
  },
  training: { schedule: 'cosine', learningRate: 0.001, warmup: 2000, columnWeight: 10, ctcWeight: 0.2 },
}

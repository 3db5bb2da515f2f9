/**
 * About a fifth of `tiny`'s arithmetic, without a rectifier: small enough to train it a dozen times, for comparisons.
 *
 *   npx safl study focal --out DIR
 *
 * It learns slowly: 40,000 synthetic words alone are not enough to read (0.9 % of the validation words).
 */
export const mini = {
  model: {
    maximumLength: 32,
    rectifier: { enabled: false },
    backbone: { stem: 8, widths: [12, 24, 48, 96, 128], blocks: [1, 1, 1, 1, 1] },
    transformer: {
      width: 128,
      heads: 4,
      feedForward: 256,
      encoderLayers: 1,
      decoderLayers: 1,
      dropout: 0,
      positionDropout: 0,
    },
  },
  training: {
    batchSize: 64,
    steps: 1000,
    schedule: 'cosine',
    learningRate: 0.002,
    warmup: 100,
    columnWeight: 10,
    focalGamma: 1,
    averageDecay: 0.99,
  },
}

import { backbones } from './backbones.ts'

/**
 * About a tenth of the paper's arithmetic: what two cores can train and a browser can load. Words are read at six widths,
 * by the shape of their crops, and the space is spelled.
 */
export const tiny = {
  model: {
    maximumLength: 32,
    textWidth: 128,
    textWidths: [64, 96, 128, 192, 256, 384],
    furtherCharacters: ' ',
    rectifier: { channels: [16, 24, 32, 48, 64, 64], hidden: 128 },
    backbone: backbones.tiny,
    transformer: {
      width: 256,
      heads: 8,
      feedForward: 512,
      encoderLayers: 1,
      decoderLayers: 2,
      dropout: 0,
      positionDropout: 0,
    },
  },
  training: {
    batchSize: 32,
    replicas: 2,
    steps: 24_000,
    schedule: 'cosine',
    optimizer: 'muon',
    learningRate: 0.005,
    warmup: 200,
    columnWeight: 10,
    outlineWeight: 1500,
    ctcWeight: 0.2,
    focalGamma: 1,
    lengths: [8, 14, 26, 33],
    nothingShare: 0.04,
    shows: 3,
  },
}

import { type Preset, presetSettings } from '../src/config.ts'

/** A model of a few thousand weights, with every part of the real one: for tests of what size does not change. */
export function miniPreset(training: Record<string, unknown> = {}, model: Record<string, unknown> = {}): Preset {
  return presetSettings.parse({
    model: {
      maximumLength: 10,
      rectifier: { channels: [4, 4, 4, 4, 4, 4], hidden: 8 },
      backbone: { stem: 4, widths: [4, 4, 8, 8, 16], blocks: [1, 1, 1, 2, 1] },
      transformer: { width: 16, heads: 2, feedForward: 16, encoderLayers: 1, decoderLayers: 2 },
      ...model,
    },
    training: {
      batchSize: 4,
      steps: 8,
      schedule: 'cosine',
      learningRate: 0.001,
      warmup: 2,
      columnWeight: 1,
      ...training,
    },
  })
}

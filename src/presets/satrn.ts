/**
 * SATRN as its paper has it (Lee et al., arXiv 1910.04396): 12 encoder and 6 decoder blocks of width 512 over a
 * map of 8 rows and 25 columns. Its decoder is SAFL's.
 */
export const satrn = {
  model: {
    imageHeight: 32,
    imageWidth: 100,
    rectifier: { kind: 'none' },
    backbone: { kind: 'satrn', widths: [256, 512] },
    encoder: { kind: 'satrn' },
    transformer: { width: 512, heads: 8, feedForward: 2048, encoderLayers: 12, decoderLayers: 6 },
  },
}

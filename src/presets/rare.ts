/**
 * RARE as its paper has it (Shi et al., CVPR 2016, section 4.1): its rectifier, CRNN's seven convolutions, two bidirectional
 * layers of 256 units, and an attention GRU of 256.
 */
export const rare = {
  model: {
    imageHeight: 32,
    imageWidth: 100,
    rectifier: { kind: 'rare' },
    backbone: { kind: 'crnn' },
    encoder: { kind: 'lstm' },
    decoder: { kind: 'gru' },
  },
}

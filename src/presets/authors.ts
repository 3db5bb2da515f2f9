/** The authors' code, quirk for quirk, so that their checkpoints give their numbers. */
export const authors = {
  model: { authorsQuirks: true },
  training: { focalAlpha: 0.99, focalGamma: 1 },
}

/** Backbones of the packaged models, by which their weights are known, too: a page loads these and not the presets. */
export const backbones = {
  tiny: { stem: 16, widths: [24, 48, 96, 160, 256], blocks: [1, 1, 2, 2, 1] },
  small: { stem: 32, widths: [32, 64, 128, 192, 256], blocks: [2, 2, 3, 3, 2] },
}

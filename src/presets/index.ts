import { type ModelSettings, type Preset, presetSettings } from '../config.ts'
import { presetNames, presets } from './presets.ts'

export { presetNames }

/** All settings of a preset, by name. */
export function loadPreset(name: string): Preset {
  if (!presetNames.includes(name)) throw new Error(`no preset "${name}": there are ${presetNames.join(', ')}`)
  return presetSettings.parse(presets[name])
}

/** Of the rate that weights learn at from scratch; at more of it those that read already unlearn (docs/training-log.md). */
const SHARE_OF_RATE = 0.2

/**
 * The settings of a preset for a training that starts from weights: words keep the widths at which these have learned to
 * read.
 */
export function loadPresetForWeights(name: string, { textWidths }: Pick<ModelSettings, 'textWidths'>): Preset {
  const { model, synth, training } = loadPreset(name)
  const { learningRate } = training
  return {
    model: { ...model, textWidths },
    synth,
    training: { ...training, learningRate: SHARE_OF_RATE * learningRate },
  }
}

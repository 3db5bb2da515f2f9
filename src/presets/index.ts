import { type Preset, presetSettings } from '../config.ts'
import { presetNames, presets } from './presets.ts'

export { presetNames }

/** All settings of a preset, by name. */
export function loadPreset(name: string): Preset {
  if (!presetNames.includes(name)) throw new Error(`no preset "${name}": there are ${presetNames.join(', ')}`)
  return presetSettings.parse(presets[name])
}

/** Of the rate that weights learn at from scratch; at more of it those that read already unlearn (docs/training-log.md). */
const SHARE_OF_RATE = 0.2

/** The settings of a preset for a training that starts from weights. */
export function loadPresetForWeights(name: string): Preset {
  const preset = loadPreset(name)
  const { learningRate } = preset.training
  return { ...preset, training: { ...preset.training, learningRate: SHARE_OF_RATE * learningRate } }
}

import { type ModelSettings, type Preset, presetSettings } from '../config.ts'
import { presetNames, presets } from './presets.ts'

export { presetNames }

/** All settings of a preset, by name. */
export function loadPreset(name: string): Preset {
  if (!presetNames.includes(name)) throw new Error(`no preset "${name}": there are ${presetNames.join(', ')}`)
  return presetSettings.parse(presets[name])
}

const PARTS_WITH_NORMS = ['rectifier', 'backbone', 'encoder'] as const
/** Of the rate that weights learn at from scratch; at more of it those that read already unlearn (docs/training-log.md). */
const SHARE_OF_RATE = 0.2

/**
 * The settings of a preset for a training that starts from weights: words keep the widths at which these have learned to
 * read, and norms the statistics under which they did, unless the model is to grow.
 */
export function loadPresetForWeights(name: string, settings: ModelSettings): Preset {
  const { model, synth, training } = loadPreset(name)
  const { learningRate } = training
  return {
    model: { ...model, textWidths: settings.textWidths },
    synth,
    training: {
      ...training,
      learningRate: SHARE_OF_RATE * learningRate,
      frozenNorms: PARTS_WITH_NORMS.every((part) => JSON.stringify(model[part]) === JSON.stringify(settings[part])),
    },
  }
}

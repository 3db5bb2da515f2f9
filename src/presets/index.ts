import { type Preset, presetSettings } from '../config.ts'
import { presetNames, presets } from './presets.ts'

export { presetNames }

/** All settings of a preset, by name. */
export function loadPreset(name: string): Preset {
  if (!presetNames.includes(name)) throw new Error(`no preset "${name}": there are ${presetNames.join(', ')}`)
  return presetSettings.parse(presets[name])
}

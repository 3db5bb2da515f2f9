import { type Preset, presetSettings } from '../config.ts'
import { authors } from './authors.ts'
import { base } from './base.ts'
import { mini } from './mini.ts'
import { small } from './small.ts'
import { tiny } from './tiny.ts'

const presets: Readonly<Record<string, unknown>> = { mini, tiny, small, base, authors }

export const presetNames: readonly string[] = Object.keys(presets)

/** All settings of a preset, by name. */
export function loadPreset(name: string): Preset {
  if (!presetNames.includes(name)) throw new Error(`no preset "${name}": there are ${presetNames.join(', ')}`)
  return presetSettings.parse(presets[name])
}

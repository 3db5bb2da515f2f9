/** What presets change, by name. */
import { authors } from './authors.ts'
import { base } from './base.ts'
import { mini } from './mini.ts'
import { small } from './small.ts'
import { tiny } from './tiny.ts'

export const presets: Readonly<Record<string, unknown>> = { mini, tiny, small, base, authors }

export const presetNames: readonly string[] = Object.keys(presets)

/** What presets change, by name. */
import { authors } from './authors.ts'
import { base } from './base.ts'
import { mini } from './mini.ts'
import { rare } from './rare.ts'
import { rareTiny } from './rare-tiny.ts'
import { satrn } from './satrn.ts'
import { satrnTiny } from './satrn-tiny.ts'
import { small } from './small.ts'
import { tiny } from './tiny.ts'

export const presets: Readonly<Record<string, unknown>> = {
  mini,
  tiny,
  small,
  base,
  authors,
  'rare-tiny': rareTiny,
  rare,
  'satrn-tiny': satrnTiny,
  satrn,
}

export const presetNames: readonly string[] = Object.keys(presets)

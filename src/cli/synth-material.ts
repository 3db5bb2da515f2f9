/** What training draws on unless told otherwise: real words, and what the synthetic engine needs. (Node) */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SynthSettings } from '../synth/settings.ts'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'
import { englishCounts } from '../word-counts.ts'

/** Fonts, installed beside the package by `npm ci --prefix fonts`. */
export function defaultFonts(): string {
  return fileURLToPath(new URL('../../fonts/node_modules', import.meta.url))
}

/** Specs of the real words in the shared folder. */
export function defaultData(shared: string): string[] {
  if (!existsSync(shared))
    throw new Error(`${shared}: no such folder of training data; give --data KIND:PATH or --shared FOLDER`)
  return [`iiit5k:${shared}/iiit5k/train`, `icdar:${shared}/icdar2015/train/gt.txt`, `tsv:${shared}/svt/train.tsv`]
}

/** The synthetic engine with fonts, lexicon, backgrounds and word counts where there are any. */
export function synthOptions(
  { fonts, shared }: { readonly fonts: string; readonly shared: string },
  settings: SynthSettings,
): SynthesizerOptions {
  if (!existsSync(fonts))
    throw new Error(
      `${fonts}: no fonts; install them (npm ci --prefix fonts), name a folder with --fonts, or give --no-synth`,
    )
  const [lexiconFile, backgroundFolder] = [`${shared}/lexicon-90k.txt`, `${shared}/backgrounds`]
  return {
    fontFolder: fonts,
    settings,
    ...(existsSync(lexiconFile) && { lexiconFile }),
    ...(existsSync(backgroundFolder) && { backgroundFolder }),
    ...(settings.words.naturalness > 0 && { frequencyFile: englishCounts() }),
  }
}

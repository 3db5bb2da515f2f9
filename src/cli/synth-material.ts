/** What training draws on unless told otherwise: real words, and what the synthetic engine needs. (Node) */
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Option } from 'commander'
import type { Preset } from '../config.ts'
import { formatDataSpec } from '../data/dataset.ts'
import { type Mixture, mixedSets } from '../data/shared-sets.ts'
import type { SynthSettings } from '../synth/settings.ts'
import type { SynthesizerOptions } from '../synth/synthesizer.ts'
import { expectedWords } from '../word-counts.ts'

/** Where the project's own data lies beside a checkout. */
export const SHARED = join('..', 'shared', 'data')

/** Fonts, installed beside the package by `npm ci --prefix fonts`. */
export function defaultFonts(): string {
  return fileURLToPath(new URL('../../fonts/node_modules', import.meta.url))
}

/** Throws where there is no folder of fonts, and says how those of the package come there; `otherwise` follows. */
export function checkFonts(folder: string, otherwise = ''): void {
  if (existsSync(folder)) return
  // As the shell has it, from where it stands: a checkout, or a program that installed this package.
  const place = relative('', dirname(defaultFonts()))
  const own = `install those of this package (npm ci --prefix ${place})`
  const remedy =
    folder === defaultFonts()
      ? `${own}, or name a folder of your own with --fonts`
      : `name another, or ${own} and leave --fonts out`
  throw new Error(`--fonts ${folder}: there is no such folder of fonts; ${remedy}${otherwise}`)
}

/** `--backgrounds`, of commands that draw synthetic words. */
export function backgroundsOption(): Option {
  return new Option(
    '--backgrounds <folder>',
    'photographs to set synthetic words on; default: backgrounds in the shared folder where they are there',
  )
}

export function checkBackgrounds(folder: string | undefined): void {
  if (folder !== undefined && !existsSync(folder))
    throw new Error(`--backgrounds ${folder}: no such folder; name a folder of photographs`)
}

/** Specs of the real words in the shared folder, by kind: see `shared-sets.ts`. */
export async function defaultData(shared: string, mixture: Mixture = 'all'): Promise<string[]> {
  const instead = 'give --data KIND:PATH, or --shared FOLDER'
  if (!existsSync(shared)) throw new Error(`${shared}: no such folder of training data; ${instead}`)
  const folder = join(shared, 'words')
  const specs = await mixedSets(folder, mixture)
  if (specs.length === 0) {
    const found = existsSync(folder) ? 'holds none of the sets' : 'no such folder'
    throw new Error(
      `${folder}: ${found}; what is expected there is a folder a set, such as icdar2015, with train.tsv and validation.tsv; ${instead}`,
    )
  }
  return specs.map(formatDataSpec)
}

export interface SynthMaterial {
  readonly fonts: string
  readonly shared: string
  /** Photographs instead of those of the shared folder. */
  readonly backgrounds?: string | null | undefined
}

/** The synthetic engine with fonts, lexicon, backgrounds and word counts where there are any. */
export function synthOptions(
  { fonts, shared, backgrounds }: SynthMaterial,
  settings: SynthSettings,
): SynthesizerOptions {
  checkFonts(fonts, ', or give --no-synth')
  checkBackgrounds(backgrounds ?? undefined)
  const [lexiconFile, backgroundFolder] = [`${shared}/lexicon-90k.txt`, backgrounds ?? `${shared}/backgrounds`]
  return {
    fontFolder: fonts,
    settings,
    ...(existsSync(lexiconFile) && { lexiconFile }),
    ...(existsSync(backgroundFolder) && { backgroundFolder }),
    ...(settings.words.naturalness > 0 && { frequencyFile: expectedWords() }),
  }
}

/** The engine as a preset trains with it: no text has a space that its model could not spell. */
export function trainingSynth(material: SynthMaterial, { model, synth }: Preset): SynthesizerOptions {
  const spaced = model.furtherCharacters.includes(' ')
  return synthOptions(material, spaced ? synth : { ...synth, words: { ...synth.words, phrases: 0 } })
}

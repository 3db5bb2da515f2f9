/** `safl synth`: writes synthetic words with their labels, or pages of words, or a contact sheet of them. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type DataSpec, dataKinds, parseDataSpec, writtenKinds } from '../data/dataset.ts'
import { openSyntheticWords } from '../data/synthetic-words.ts'
import { createDataset } from '../data/write-dataset.ts'
import { CANVAS, requirePackages } from '../optional-packages.ts'
import { deriveSeed } from '../random.ts'
import { type SynthPreset, synthPresets, synthSettings } from '../synth/settings.ts'
import type { Synthesizer, SynthesizerOptions, SynthSample } from '../synth/synthesizer.ts'
import { DEFAULT_LIMITS, type LengthLimits } from '../synth/words.ts'
import { expectedWords } from '../word-counts.ts'
import { writeWhole } from '../write-whole.ts'
import { collect, makeFolder, positiveInteger } from './arguments.ts'
import { progressLine } from './progress.ts'
import { overrideSettings } from './settings.ts'
import { backgroundsOption, checkBackgrounds, checkFonts, defaultFonts, SHARED } from './synth-material.ts'
import { type PageSize, pageSize, writePages } from './synth-pages.ts'

interface Options {
  readonly out?: string
  readonly sheet?: string
  readonly count: number
  readonly seed: number
  readonly preset: SynthPreset
  readonly set: string[]
  readonly fonts: string
  readonly frequencies?: string
  readonly words?: string
  readonly backgrounds?: string
  readonly quads?: boolean
  readonly lengths: LengthLimits
  readonly shows: number
  readonly nothing?: boolean
  readonly pages?: number
  readonly pageSize: PageSize
  readonly workers: number
}

const LARGEST_SEED = 2 ** 32 - 1

export function synthCommand(): Command {
  return new Command('synth')
    .description(
      'Write synthetic word images, or pages of many words, with labels. The same seed gives the same bytes.',
    )
    .option(
      '--out <set>',
      `a new folder, for images and labels.tsv; an LMDB where it ends in .lmdb; or KIND:PATH, KIND one of ${writtenKinds.join(', ')}. JSONL also says where each character lies`,
    )
    .option('--sheet <file>', 'a PNG of the samples with their labels beneath')
    .option('--count <number>', 'samples', positiveInteger, 80)
    .option('--seed <number>', 'seed of the whole set', seedNumber, 1)
    .addOption(
      new Option('--preset <name>', 'street: photographs of signs; print: scans; plain: letters on a flat ground')
        .choices(Object.keys(synthPresets))
        .default('street'),
    )
    .option('--set <key=value>', 'change a setting, such as camera.blur=0; may be repeated', collect, [])
    .option('--fonts <folder>', 'folder of fonts', defaultFonts())
    .option('--words <file>', `words, one a line; default: ${join(SHARED, 'lexicon-90k.txt')} where it is present`)
    .option(
      '--frequencies <file>',
      'a word and its count a line, for words.naturalness; default: those of signs and English',
    )
    .addOption(backgroundsOption())
    .option('--workers <count>', 'processes that draw samples', positiveInteger, availableParallelism())
    .option('--quads', 'outline every character on the sheet')
    .addOption(
      new Option('--lengths <least-most>', 'characters of the words on the sheet')
        .argParser(lengthLimits)
        .default(DEFAULT_LIMITS, `${DEFAULT_LIMITS.minimumLength}-${DEFAULT_LIMITS.maximumLength}`),
    )
    .option('--shows <count>', 'photographs of each word on the sheet', positiveInteger, 1)
    .option('--nothing', 'a sheet of crops without a word')
    .option(
      '--pages <count>',
      "photographs of many words instead, with the words' quadrilaterals: NAME.jpg and gt_NAME.txt in the folder of --out, in ICDAR 2015's form; --sheet draws up to 48 of them",
      positiveInteger,
    )
    .addOption(
      new Option('--page-size <pixels>', 'of pages, such as 640 or 960x540')
        .argParser(pageSize)
        .default({ width: 640, height: 640 }, '640'),
    )
    .action(run)
}

function seedNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0 || value > LARGEST_SEED) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${LARGEST_SEED}.`)
  }
  return value
}

function lengthLimits(text: string): LengthLimits {
  const [, least, most = least] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const [minimumLength, maximumLength] = [Number(least), Number(most)]
  if (!(minimumLength >= 1 && maximumLength >= minimumLength))
    throw new InvalidArgumentError('It must be a length or two, such as 8 or 14-32.')
  return { minimumLength, maximumLength }
}

async function run(options: Options): Promise<void> {
  const { out, sheet, pages } = options
  const isOfWords = options.nothing || options.quads || options.shows > 1 || options.lengths !== DEFAULT_LIMITS
  if (pages !== undefined && isOfWords)
    throw new Error('synth: --lengths, --shows, --quads and --nothing are for words; leave out --pages, or them')
  if (out !== undefined && (options.nothing || options.shows > 1 || options.lengths !== DEFAULT_LIMITS)) {
    throw new Error('synth: --lengths, --shows and --nothing are for --sheet; leave out --out, or them')
  }
  if (out === undefined && sheet === undefined) {
    throw new Error(
      'synth: neither --out nor --sheet is given; name a folder for images, a PNG file for a sheet, or both',
    )
  }
  requirePackages('safl synth', CANVAS)
  checkFonts(options.fonts)
  checkBackgrounds(options.backgrounds)
  const lexiconFile = options.words ?? present(join(SHARED, 'lexicon-90k.txt'), 'a short built-in word list')
  const backgroundFolder = options.backgrounds ?? present(join(SHARED, 'backgrounds'), 'grounds without photographs')
  const settings = overrideSettings(synthSettings, synthSettings.parse(synthPresets[options.preset]), options.set)
  const synth: SynthesizerOptions = {
    fontFolder: options.fonts,
    settings,
    ...(settings.words.naturalness > 0 && { frequencyFile: options.frequencies ?? expectedWords() }),
    ...(lexiconFile === undefined ? {} : { lexiconFile }),
    ...(backgroundFolder === undefined ? {} : { backgroundFolder }),
  }
  if (pages !== undefined) return writePages({ ...synth, ...options.pageSize }, { ...options, pages })
  if (out !== undefined) await writeSamples(outputSpec(out), synth, options)
  if (sheet !== undefined) {
    const { createSynthesizer } = await import('../synth/synthesizer.ts')
    const { drawContactSheet } = await import('../synth/contact-sheet.ts')
    const samples = drawSheetSamples(await createSynthesizer(synth), options)
    await makeFolder(dirname(sheet))
    await writeWhole(sheet, drawContactSheet(samples, { quads: options.quads ?? false }))
  }
}

function drawSheetSamples(
  synthesizer: Synthesizer,
  { count, seed, lengths, shows, nothing }: Pick<Options, 'count' | 'seed' | 'lengths' | 'shows' | 'nothing'>,
): SynthSample[] {
  const samples: SynthSample[] = []
  for (let index = 0; samples.length < count; index++) {
    const own = deriveSeed(seed, index)
    if (nothing) samples.push(synthesizer.nothing(own))
    else {
      const scene = synthesizer.scene(own, lengths)
      for (let show = 0; show < shows && samples.length < count; show++) samples.push(synthesizer.show(scene, show))
    }
  }
  return samples
}

function present(path: string, instead: string): string | undefined {
  if (existsSync(path)) return path
  console.error(`safl: ${path} is not there; ${instead} will do`)
  return undefined
}

function outputSpec(out: string): DataSpec {
  if (dataKinds.some((kind) => out.startsWith(`${kind}:`))) return parseDataSpec(out)
  return out.endsWith('.lmdb') ? { kind: 'lmdb', path: out } : { kind: 'tsv', path: join(out, 'labels.tsv') }
}

async function writeSamples(
  spec: DataSpec,
  synth: SynthesizerOptions,
  { count, seed, workers }: Pick<Options, 'count' | 'seed' | 'workers'>,
): Promise<void> {
  const writer = await createDataset(spec)
  const words = openSyntheticWords({ synth, seed, workers: Math.min(workers, count) })
  const progress = progressLine(count, 'samples')
  try {
    for (let index = 0; index < count; index++) {
      await writer.add(await words.next())
      progress.update(index + 1)
    }
    await writer.finish()
  } catch (error) {
    await writer.abandon()
    throw error
  } finally {
    progress.end()
    await words.close()
  }
}

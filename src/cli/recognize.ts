/** `safl recognize`: reads words from image files. */
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { Command, Option } from 'commander'
import { glob, isDynamicPattern } from 'tinyglobby'
import { IMAGE_NAME } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { looksLikeImages, splitImages } from '../image/image-stream.ts'
import { drawAttention } from '../recognize/attention-map.ts'
import { isNoPath } from '../recognize/image-source.ts'
import type { NodeEngineOptions } from '../recognize/node-engine.ts'
import { type Orientation, orientations, type RecognizeOptions } from '../recognize/reading-options.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { readWordLines } from '../word-counts.ts'
import { writeWhole } from '../write-whole.ts'
import {
  decoderOption,
  loadOptions,
  makeFolder,
  noPriorOption,
  noSecondLookOption,
  type PriorArguments,
  positiveInteger,
  precisionOption,
  priorOption,
  priorWeightOption,
  readPrior,
} from './arguments.ts'
import { type Format, formats, readingPrinter } from './print-readings.ts'
import { type ProgressLine, progressLine } from './progress.ts'

interface Options extends NodeEngineOptions, PriorArguments {
  readonly format: Format
  readonly csv?: boolean
  readonly jsonl?: boolean
  readonly json?: boolean
  readonly batch: number
  readonly orientation: Orientation
  readonly secondLook: boolean
  readonly saveRectified?: string
  readonly attention?: string
  readonly beam?: number
  readonly lexicon?: string
  readonly pattern?: string
  readonly allow?: string
  readonly alternatives?: number
  readonly characterAlternatives?: number
}

export function recognizeCommand(): Command {
  return new Command('recognize')
    .description('Read the word in each image: a line a file with its path, text and confidence, separated by tabs.')
    .argument(
      '[files...]',
      'images of cropped words in any common format, folders of them, patterns such as "shop/**/*.jpg", or - for what comes on standard input: paths, or images one after another',
    )
    .usage('[options] <files...>')
    .option(
      '--model <name>',
      'tiny or small, whose weights come with the package, or path of a weights or ONNX file',
      'tiny',
    )
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .addOption(decoderOption())
    .addOption(precisionOption())
    .option(
      '--beam <count>',
      'beginnings followed at once; default: 5 with what follows here, 1 without',
      positiveInteger,
    )
    .option('--lexicon <file>', 'read only words of this file, one a line, case ignored; lines with # are comments')
    .addOption(priorOption())
    .addOption(noPriorOption())
    .addOption(priorWeightOption())
    .option('--pattern <regex>', 'read only words that match as a whole, such as "[A-Z]{2}\\d+"')
    .option('--allow <characters>', 'read only these characters, such as 0123456789')
    .option('--alternatives <count>', 'also give so many other words with their confidence', positiveInteger)
    .option(
      '--character-alternatives <count>',
      'in JSON also give so many other characters of each place',
      positiveInteger,
    )
    .addOption(
      new Option(
        '--orientation <name>',
        'turns that are read, the most confident counts: auto turns tall images by a quarter, any turns all, upright none',
      )
        .choices(orientations)
        .default('auto'),
    )
    .addOption(noSecondLookOption())
    .option('--batch <count>', 'images read together', positiveInteger, 16)
    .option(
      '--threads <count>',
      'threads of the runtime, as many as there are cores at most; default: all cores',
      positiveInteger,
    )
    .addOption(
      new Option('--format <name>', 'how words are printed: a line each, or one JSON array')
        .choices(formats)
        .default('tsv'),
    )
    .option('--csv', 'short for --format csv')
    .option('--jsonl', 'short for --format jsonl')
    .option('--json', 'short for --format json')
    .option('--save-rectified <folder>', 'also write the straightened words there, as PNG')
    .option('--attention <folder>', 'also write there where the decoder looked: a strip a character, as PNG')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

const EXAMPLES = `
Examples:
  safl recognize photo-of-a-word.png
  safl recognize --csv crops/ > words.csv
  ls crops/*.jpg | safl recognize -`

async function run(files: string[], options: Options, command: Command): Promise<void> {
  if (files.length === 0) {
    const usage = `Usage: safl recognize ${command.usage()}`
    throw new Error(`name the images to read\n\n${usage}\n${EXAMPLES}\n\nAll options: safl recognize --help`)
  }
  const { batch, orientation, secondLook, saveRectified, attention: maps } = options
  const format = (['csv', 'jsonl', 'json'] as const).find((name) => options[name]) ?? options.format
  if (options.characterAlternatives && !format.startsWith('json'))
    throw new Error(`--character-alternatives: ${format} has no room for them; give --format json or jsonl`)
  const search = await searchOptions(options)
  const recognizer = await SceneTextRecognizer.load({ ...loadOptions(options), worker: false })
  for (const folder of [saveRectified, maps]) if (folder !== undefined) await makeFolder(folder)
  const printer = readingPrinter(format, options.alternatives ?? 0)
  const pictureName = pictureNames()
  const reading = {
    ...search,
    orientation,
    secondLook,
    batchSize: batch,
    geometry: saveRectified !== undefined || maps !== undefined,
    attention: maps !== undefined,
  }
  const { images, progress } = await withProgress(files, options, format)
  let done = 0
  try {
    for await (const each of recognizer.recognizeStream(images, reading)) {
      progress?.update(++done)
      const path = nameOf(each.source)
      if ('error' in each) {
        progress?.clear()
        complain(each.error.message)
        printer.failure(path, each.error.message)
        continue
      }
      const { geometry, attention, ...word } = each.recognition
      printer.word(path, word)
      if (saveRectified !== undefined && geometry)
        await saveImage(join(saveRectified, pictureName(path)), geometry.rectified)
      if (maps !== undefined && geometry && attention && attention.length > 0)
        await saveImage(join(maps, pictureName(path)), drawAttention(geometry.rectified, attention))
    }
    progress?.end()
  } finally {
    printer.end()
  }
  await recognizer.dispose()
}

/**
 * A line of progress where there is more than a batch, and no words are printed on the same terminal. Paths on standard
 * input come while others are read: how many there will be nobody knows.
 */
async function withProgress(
  files: readonly string[],
  { batch }: Options,
  format: Options['format'],
): Promise<{ images: AsyncIterable<Source> | Source[]; progress: ProgressLine | null }> {
  const isFree = process.stderr.isTTY && (format === 'json' || !process.stdout.isTTY)
  if (!isFree || files.includes('-')) return { images: findImages(files), progress: null }
  const images: Source[] = []
  for await (const path of findImages(files)) images.push(path)
  return { images, progress: images.length > batch ? progressLine(images.length, 'words') : null }
}

async function searchOptions(options: Options): Promise<RecognizeOptions> {
  const { beam, lexicon, pattern, allow, alternatives, characterAlternatives } = options
  return {
    ...(beam !== undefined && { beamWidth: beam }),
    ...(lexicon !== undefined && { lexicon: await readWordLines(lexicon) }),
    ...(pattern !== undefined && { pattern }),
    ...(allow !== undefined && { allow }),
    ...(alternatives !== undefined && { alternatives }),
    ...(characterAlternatives !== undefined && { characterAlternatives }),
    ...(await readPrior(options)),
  }
}

/** The path of an image, or an image of standard input with its number for a name. */
type Source = string | File

const nameOf = (source: Source) => (typeof source === 'string' ? source : source.name)

/**
 * Files as they are named, the images of folders at any depth in the order of their names, those of patterns that the shell
 * left as they are, and what comes on standard input.
 */
async function* findImages(files: readonly string[]): AsyncGenerator<Source> {
  for (const file of files) {
    if (file === '-') {
      yield* readStandardInput()
      continue
    }
    if (isNoPath(file)) {
      yield file
      continue
    }
    const found = await stat(file).catch(() => null)
    if (found?.isDirectory()) {
      const names = (await readdir(file, { recursive: true })).filter((name) => IMAGE_NAME.test(name)).sort()
      if (names.length === 0) complain(`${file}: holds no image`)
      for (const name of names) yield join(file, name)
    } else if (found === null && isDynamicPattern(file)) {
      const paths = (await glob(file, { absolute: isAbsolute(file) })).filter((path) => IMAGE_NAME.test(path)).sort()
      if (paths.length === 0) complain(`${file}: no image matches`)
      yield* paths
    } else yield file
  }
}

/** Images one after another, `stdin:1`, `stdin:2` and so on; or the lines of a text, each a path. */
async function* readStandardInput(): AsyncGenerator<Source> {
  const chunks: AsyncIterator<Uint8Array> = process.stdin[Symbol.asyncIterator]()
  const { value: first } = await chunks.next()
  if (first === undefined) {
    complain('standard input: holds nothing')
    return
  }
  const all = (async function* () {
    yield first
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  })()
  if (!looksLikeImages(first)) {
    for await (const line of createInterface({ input: Readable.from(all) })) if (line !== '') yield line
    return
  }
  let count = 0
  for await (const bytes of splitImages(all)) yield new File([bytes], `stdin:${++count}`)
}

function complain(message: string): void {
  console.error(`safl: ${message}`)
  process.exitCode = 1
}

/**
 * Names of pictures for paths: the path without its ending, with lines for what parts its folders. Where two paths come to
 * the same name, on any file system, the later one's has a number.
 */
function pictureNames(): (path: string) => string {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  return (path) => {
    const known = names.get(path)
    if (known !== undefined) return known
    const stem = path
      .slice(0, path.length - extname(path).length)
      .replace(/^[./]+/, '')
      .replaceAll(/[\\/:]+/g, '_')
    const base = stem || basename(path)
    let name = `${base}.png`
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}_${number}.png`
    taken.add(name.toLowerCase())
    names.set(path, name)
    return name
  }
}

async function saveImage(path: string, { width, height, data }: RgbImage): Promise<void> {
  const { default: sharp } = await import('sharp')
  await writeWhole(
    path,
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  )
}

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
import { type LoadOptions, SceneTextRecognizer } from '../recognize/recognizer.ts'
import { type Orientation, orientations } from '../recognize/views.ts'
import type { Recognition, RecognizeOptions } from '../recognize/word-reader.ts'
import { readWordLines } from '../word-counts.ts'
import { writeWhole } from '../write-whole.ts'
import {
  decoderOption,
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
import { type ProgressLine, progressLine } from './progress.ts'

const formats = ['tsv', 'csv', 'jsonl', 'json'] as const

interface Options extends LoadOptions, PriorArguments {
  readonly format: (typeof formats)[number]
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
      '<files...>',
      'images of cropped words in any common format, folders of them, patterns such as "shop/**/*.jpg", or - for what comes on standard input: paths, or images one after another',
    )
    .option('--model <name>', 'preset whose weights come with the package, or path of a weights or ONNX file', 'tiny')
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
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
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
    .action(run)
}

async function run(files: string[], options: Options): Promise<void> {
  const { batch, orientation, secondLook, saveRectified, attention: maps } = options
  const format = (['csv', 'jsonl', 'json'] as const).find((name) => options[name]) ?? options.format
  if (options.characterAlternatives && !format.startsWith('json'))
    throw new Error(`--character-alternatives: ${format} has no room for them; give --format json or jsonl`)
  const search = await searchOptions(options)
  const recognizer = await SceneTextRecognizer.load(options)
  for (const folder of [saveRectified, maps]) if (folder !== undefined) await makeFolder(folder)
  if (format === 'csv') console.log(csvHeader(options.alternatives ?? 0))
  const records: object[] = []
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
  for await (const each of recognizer.recognizeStream(images, reading)) {
    progress?.update(++done)
    if ('error' in each) {
      progress?.clear()
      complain(each.error.message)
      continue
    }
    const path = nameOf(each.source)
    const { geometry, attention, ...word } = each.recognition
    if (format === 'json') records.push({ path, ...word })
    else console.log(lineOf(path, word, format))
    if (saveRectified !== undefined && geometry)
      await saveImage(join(saveRectified, pictureName(path)), geometry.rectified)
    if (maps !== undefined && geometry && attention && attention.length > 0)
      await saveImage(join(maps, pictureName(path)), drawAttention(geometry.rectified, attention))
  }
  progress?.end()
  if (format === 'json') console.log(JSON.stringify(records, null, 2))
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

function csvHeader(alternatives: number): string {
  const others = Array.from({ length: alternatives }, (_, index) => `alternative_${index + 1},confidence_${index + 1}`)
  return ['path,text,confidence', ...others].join(',')
}

/** The word, then its alternatives in the same way. */
function lineOf(path: string, word: Recognition, format: Exclude<Options['format'], 'json'>): string {
  if (format === 'jsonl') return JSON.stringify({ path, ...word })
  const words = [word, ...(word.alternatives ?? [])].map(
    ({ text, confidence }) => [text, confidence.toFixed(4)] as const,
  )
  if (format === 'tsv') return [path, ...words.flat()].join('\t')
  const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`
  return [quoted(path), ...words.flatMap(([text, confidence]) => [quoted(text), confidence])].join(',')
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

/** Names of one folder's files differ, those of several may not: the path goes into the name. */
function pictureName(path: string): string {
  const name = path
    .slice(0, path.length - extname(path).length)
    .replace(/^[./]+/, '')
    .replaceAll(/[\\/:]+/g, '_')
  return `${name || basename(path)}.png`
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

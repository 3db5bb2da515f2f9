/** `safl read`: reads photographs. */
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { SaflError } from '../error.ts'
import type { PhotographReading } from '../read/photograph-reading.ts'
import { readPhotograph } from '../read/photograph-source.ts'
import type { ReadOptions } from '../read/read-options.ts'
import { TextReader } from '../read/text-reader.ts'
import { loadOptions, makeFolder } from './arguments.ts'
import { readBoxes } from './box-files.ts'
import { complain, findWithProgress, nameOf, type Source } from './find-images.ts'
import { pictureNames, saveOverlay } from './picture-files.ts'
import { type PhotographFormat, photographFormats, photographPrinter } from './print-photographs.ts'
import { addRecognizerOptions, type RecognizerArguments, recognizeOptions } from './recognizer-options.ts'

type FormatFlags = { readonly [Format in PhotographFormat]?: boolean }

interface Options extends RecognizerArguments, FormatFlags {
  readonly format: PhotographFormat
  readonly finder?: string
  readonly boxes?: string
  readonly minimumConfidence?: number
  readonly overlay?: string
}

export function readCommand(): Command {
  const command = new Command('read')
    .description('Read all words of photographs: plain text, line by line in reading order.')
    .argument(
      '[photographs...]',
      'photographs in any common format, folders of them, patterns such as "trip/**/*.jpg", or - for what comes on standard input: paths, or images one after another',
    )
    .usage('[options] <photographs...>')
    .addOption(
      new Option('--format <name>', 'how photographs are printed; documents (hocr, alto) come at the end')
        .choices(photographFormats)
        .default('text'),
    )
  for (const format of photographFormats) command.option(`--${format}`, `short for --format ${format}`)
  command
    .option('--overlay <folder>', 'also write the photographs there, with what was read drawn over them, as PNG')
    .option(
      '--minimum-confidence <number>',
      'leave out words that are read less surely, 0 to 1; default: by how sure the finder is, with --boxes 0',
      share,
    )
    .option('--finder <file>', 'weights of what finds the words; default: those of the package')
    .option(
      '--boxes <folder>',
      'find no words but read those whose boxes are there: for street.jpg in street.txt, res_street.txt or gt_street.txt, x1,y1,...,x4,y4 a line',
    )
  return addRecognizerOptions(command).addHelpText('after', EXAMPLES).action(run)
}

const EXAMPLES = `
Examples:
  safl read street.jpg
  safl read --hocr scans/ > scans.html
  safl read --jsonl --minimum-confidence 0.5 --overlay drawn trip/*.jpg`

function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a number from 0 to 1.')
  return value
}

async function run(files: string[], options: Options, command: Command): Promise<void> {
  if (files.length === 0) {
    const usage = `Usage: safl read ${command.usage()}`
    throw new Error(`name the photographs to read\n\n${usage}\n${EXAMPLES}\n\nAll options: safl read --help`)
  }
  const { overlay, boxes, minimumConfidence, finder } = options
  const format = photographFormats.find((name) => options[name]) ?? options.format
  for (const name of ['alternatives', 'character-alternatives'] as const) {
    const count = name === 'alternatives' ? options.alternatives : options.characterAlternatives
    if (count && !format.startsWith('json'))
      throw new Error(`--${name}: ${format} has no room for them; give --json or --jsonl`)
  }
  const reading = {
    ...(await recognizeOptions(options)),
    ...(minimumConfidence !== undefined && { minimumConfidence }),
  }
  const reader = await TextReader.load({
    ...loadOptions(options),
    worker: false,
    ...(boxes !== undefined ? { finder: null } : finder !== undefined && { finder }),
  })
  if (overlay !== undefined) await makeFolder(overlay)
  const printer = photographPrinter(format)
  const pictureName = pictureNames()
  const isDocument = format === 'json' || format === 'hocr' || format === 'alto'
  const { images, progress } = await findWithProgress(files, { atEnd: isDocument, few: 1, what: 'photographs' })
  let done = 0
  try {
    for await (const source of images) {
      const path = nameOf(source)
      const read = await readOne(reader, source, { reading, boxes })
      progress?.update(++done)
      if (read instanceof Error) {
        progress?.clear()
        complain(read.message)
        printer.failure(path, read.message)
        continue
      }
      printer.photograph({ path, reading: read })
      if (overlay !== undefined)
        await saveOverlay(join(overlay, pictureName(path)), { photograph: await readPhotograph(source), reading: read })
    }
    progress?.end()
  } finally {
    printer.end()
  }
  await reader.dispose()
}

interface ReadingArguments {
  readonly reading: ReadOptions
  readonly boxes: string | undefined
}

/** What is wrong with a file is said of it, and the others are read; what is wrong with options ends it all. */
async function readOne(
  reader: TextReader,
  source: Source,
  { reading, boxes }: ReadingArguments,
): Promise<PhotographReading | Error> {
  const given = boxes === undefined ? undefined : await readBoxes(boxes, nameOf(source)).catch((error: Error) => error)
  if (given instanceof Error) return given
  try {
    return await reader.read(source, { ...reading, ...(given && { boxes: given }) })
  } catch (error) {
    if (error instanceof SaflError && error.code === 'image') return error
    throw error
  }
}

/** `safl recognize`: reads words from image files. */
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { drawAttention } from '../recognize/attention-map.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { loadOptions, makeFolder } from './arguments.ts'
import { complain, findWithProgress, nameOf } from './find-images.ts'
import { pictureNames, saveImage } from './picture-files.ts'
import { type Format, formats, readingPrinter } from './print-readings.ts'
import { addRecognizerOptions, type RecognizerArguments, recognizeOptions } from './recognizer-options.ts'

interface Options extends RecognizerArguments {
  readonly format: Format
  readonly csv?: boolean
  readonly jsonl?: boolean
  readonly json?: boolean
  readonly saveRectified?: string
  readonly attention?: string
}

export function recognizeCommand(): Command {
  const command = new Command('recognize')
    .description('Read the word in each image: a line a file with its path, text and confidence, separated by tabs.')
    .argument(
      '[files...]',
      'images of cropped words in any common format, folders of them, patterns such as "shop/**/*.jpg", or - for what comes on standard input: paths, or images one after another',
    )
    .usage('[options] <files...>')
  return addRecognizerOptions(command)
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
  const { saveRectified, attention: maps } = options
  const format = (['csv', 'jsonl', 'json'] as const).find((name) => options[name]) ?? options.format
  if (options.characterAlternatives && !format.startsWith('json'))
    throw new Error(`--character-alternatives: ${format} has no room for them; give --format json or jsonl`)
  const recognizing = await recognizeOptions(options)
  const recognizer = await SceneTextRecognizer.load({ ...loadOptions(options), worker: false })
  for (const folder of [saveRectified, maps]) if (folder !== undefined) await makeFolder(folder)
  const printer = readingPrinter(format, options.alternatives ?? 0)
  const pictureName = pictureNames()
  const reading = {
    ...recognizing,
    geometry: saveRectified !== undefined || maps !== undefined,
    attention: maps !== undefined,
  }
  const { images, progress } = await findWithProgress(files, {
    atEnd: format === 'json',
    few: options.batch,
    what: 'words',
  })
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

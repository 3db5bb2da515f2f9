/** `safl recognize`: reads words from image files. */
import { Command } from 'commander'
import { decodeImage } from '../image/decode.ts'
import { type LoadOptions, SceneTextRecognizer } from '../recognize/recognizer.ts'
import { decoderOption, positiveInteger } from './arguments.ts'

interface Options extends LoadOptions {
  readonly json?: boolean
  readonly batch: number
}

export function recognizeCommand(): Command {
  return new Command('recognize')
    .description('Read the word in each image: a line a file with its path, text and confidence, separated by tabs.')
    .argument('<files...>', 'images of cropped words, in any common format')
    .option('--model <name>', 'preset whose weights come with the package, or path of a weights file', 'tiny')
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .addOption(decoderOption())
    .option('--batch <count>', 'images read together', positiveInteger, 16)
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
    .option('--json', 'print a JSON array of {path, text, confidence, characters} instead')
    .action(async (files: string[], options: Options) => {
      const recognizer = await SceneTextRecognizer.load(options)
      const records: object[] = []
      for (let start = 0; start < files.length; start += options.batch) {
        const paths = files.slice(start, start + options.batch)
        const decoded = await Promise.allSettled(paths.map((path) => decodeImage(path)))
        const readable = paths.flatMap((path, index) => {
          const outcome = decoded[index]!
          if (outcome.status === 'fulfilled') return [{ path, image: outcome.value }]
          console.error(`safl: ${(outcome.reason as Error).message}`)
          process.exitCode = 1
          return []
        })
        const words = await recognizer.recognizeImages(
          readable.map(({ image }) => image),
          { batchSize: options.batch },
        )
        for (const [index, { path }] of readable.entries()) {
          const word = words[index]!
          if (options.json) records.push({ path, ...word })
          else console.log(`${path}\t${word.text}\t${word.confidence.toFixed(4)}`)
        }
      }
      if (options.json) console.log(JSON.stringify(records, null, 2))
      await recognizer.dispose()
    })
}

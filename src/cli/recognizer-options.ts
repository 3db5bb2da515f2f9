/** The options of commands that read words by the recogniser. */
import { type Command, Option } from 'commander'
import type { NodeEngineOptions } from '../recognize/node-engine.ts'
import { type Orientation, orientations, type RecognizeOptions } from '../recognize/reading-options.ts'
import { readWordLines } from '../word-counts.ts'
import {
  decoderOption,
  noPriorOption,
  noSecondLookOption,
  type PriorArguments,
  positiveInteger,
  precisionOption,
  priorOption,
  priorWeightOption,
  readPrior,
} from './arguments.ts'

export interface RecognizerArguments extends NodeEngineOptions, PriorArguments {
  readonly batch: number
  readonly orientation: Orientation
  readonly secondLook: boolean
  readonly beam?: number
  readonly lexicon?: string
  readonly pattern?: string
  readonly allow?: string
  readonly alternatives?: number
  readonly characterAlternatives?: number
}

/** The command with them. */
export function addRecognizerOptions(command: Command): Command {
  return addReadingOptions(command).option(
    '--threads <count>',
    'threads of the runtime, as many as there are cores at most; default: all cores',
    positiveInteger,
  )
}

/** Those that say what is read, wherever that happens. */
export function addReadingOptions(command: Command): Command {
  return command
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
      'hypotheses followed at once; default: 5 with what follows here, 1 without',
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
}

/** How words are read. */
export async function recognizeOptions(options: RecognizerArguments): Promise<RecognizeOptions> {
  const { beam, lexicon, pattern, allow, alternatives, characterAlternatives } = options
  const { orientation, secondLook, batch } = options
  return {
    ...(beam !== undefined && { beamWidth: beam }),
    ...(lexicon !== undefined && { lexicon: await readWordLines(lexicon) }),
    ...(pattern !== undefined && { pattern }),
    ...(allow !== undefined && { allow }),
    ...(alternatives !== undefined && { alternatives }),
    ...(characterAlternatives !== undefined && { characterAlternatives }),
    ...(await readPrior(options)),
    orientation,
    secondLook,
    batchSize: batch,
  }
}

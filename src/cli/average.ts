/** `safl average`: one weights file from those of several runs. */
import { basename } from 'node:path'
import { Command } from 'commander'
import { averageWeights } from '../model/average-weights.ts'
import { formatWeights } from '../model/weights-file.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { writeWhole } from '../write-whole.ts'

interface Options {
  readonly shares?: string
  readonly out: string
}

export function averageCommand(): Command {
  return new Command('average')
    .description(
      'Write the mean of the weights of several runs that began with the same ones: it often reads better than each. Calibrate it afterwards.',
    )
    .argument('<files...>', 'weights files of one model, or presets whose weights come with the package')
    .option('--shares <numbers>', 'how much each file counts, such as 3,1,1; default: all alike')
    .requiredOption('--out <file>', 'the weights file to write, in 16 bits')
    .action(run)
}

async function run(names: string[], { shares: text, out }: Options): Promise<void> {
  const shares = text === undefined ? names.map(() => 1) : text.split(',').map(Number)
  if (shares.length !== names.length || !shares.every((share) => share > 0 && share < Number.POSITIVE_INFINITY))
    throw new Error(`--shares ${text}: give a number above 0 for each of ${names.length} files`)
  const files = await Promise.all(names.map((model) => readWeightsFile({ model })))
  const averaged = averageWeights(names.map((name, place) => ({ name, file: files[place]!, share: shares[place]! })))
  const whole = shares.reduce((a, b) => a + b, 0)
  const parts = names.map((name, place) => `${Number((shares[place]! / whole).toFixed(4))} ${basename(name)}`)
  const provenance = { averaged: parts.join(', ') }
  await writeWhole(out, formatWeights({ ...averaged, provenance }, 'F16'))
  console.log(`${out}: ${parts.join(', ')}`)
}

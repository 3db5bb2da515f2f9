/** `safl synth`: writes synthetic words with their labels, or a contact sheet of them. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import sharp from 'sharp'
import { deriveSeed } from '../random.ts'
import { drawContactSheet } from '../synth/contact-sheet.ts'
import { createSynthesizer, type Synthesizer } from '../synth/synthesizer.ts'
import { writeWhole } from '../write-whole.ts'
import { positiveInteger } from './arguments.ts'

interface Options {
  readonly out?: string
  readonly sheet?: string
  readonly count: number
  readonly seed: number
  readonly fonts: string
  readonly words?: string
  readonly backgrounds?: string
  readonly quads?: boolean
}

const SHARED = join('..', 'shared', 'data')
const LARGEST_SEED = 2 ** 32 - 1

export function synthCommand(): Command {
  return new Command('synth')
    .description('Write synthetic word images with labels. The same seed gives the same bytes.')
    .option('--out <folder>', 'folder for images/*.png and labels.tsv (path, tab, word)')
    .option('--sheet <file>', 'a PNG of the samples with their labels beneath')
    .option('--count <number>', 'samples', positiveInteger, 80)
    .option('--seed <number>', 'seed of the whole set', seedNumber, 1)
    .option('--fonts <folder>', 'folder of fonts', defaultFonts())
    .option('--words <file>', `words, one a line; default: ${join(SHARED, 'lexicon-90k.txt')} where it is present`)
    .option('--backgrounds <folder>', `photographs; default: ${join(SHARED, 'backgrounds')} where it is present`)
    .option('--quads', 'outline every character on the sheet')
    .action(run)
}

function defaultFonts(): string {
  return fileURLToPath(new URL('../../fonts/node_modules', import.meta.url))
}

function seedNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0 || value > LARGEST_SEED) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${LARGEST_SEED}.`)
  }
  return value
}

async function run(options: Options): Promise<void> {
  const { out, sheet, count, seed } = options
  if (out === undefined && sheet === undefined) {
    throw new Error(
      'synth: neither --out nor --sheet is given; name a folder for images, a PNG file for a sheet, or both',
    )
  }
  const lexiconFile = options.words ?? present(join(SHARED, 'lexicon-90k.txt'), 'a short built-in word list')
  const backgroundFolder = options.backgrounds ?? present(join(SHARED, 'backgrounds'), 'grounds without photographs')
  const synthesizer = await createSynthesizer({
    fontFolder: options.fonts,
    ...(lexiconFile === undefined ? {} : { lexiconFile }),
    ...(backgroundFolder === undefined ? {} : { backgroundFolder }),
  })
  if (out !== undefined) await writeSamples(synthesizer, { out, count, seed })
  if (sheet !== undefined) {
    const samples = Array.from({ length: count }, (_, index) => synthesizer.sample(deriveSeed(seed, index)))
    await mkdir(dirname(sheet), { recursive: true })
    await writeWhole(sheet, drawContactSheet(samples, { quads: options.quads ?? false }))
  }
}

function present(path: string, instead: string): string | undefined {
  if (existsSync(path)) return path
  console.error(`safl: ${path} is not there; ${instead} will do`)
  return undefined
}

async function writeSamples(
  synthesizer: Synthesizer,
  { out, count, seed }: { out: string; count: number; seed: number },
): Promise<void> {
  await mkdir(join(out, 'images'), { recursive: true })
  const digits = String(count - 1).length
  const lines: string[] = []
  const started = performance.now()
  for (let index = 0; index < count; index++) {
    const { image, text } = synthesizer.sample(deriveSeed(seed, index))
    const path = `images/${String(index).padStart(digits, '0')}.png`
    const { width, height } = image
    const png = await sharp(image.data, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toBuffer()
    await writeWhole(join(out, path), png)
    lines.push(`${path}\t${text}\n`)
    const done = index + 1
    if (process.stderr.isTTY && (done % 50 === 0 || done === count)) {
      const rate = done / ((performance.now() - started) / 1000)
      process.stderr.write(`\r${done}/${count} samples, ${rate.toFixed(0)} a second${done === count ? '\n' : ''}`)
    }
  }
  await writeWhole(join(out, 'labels.tsv'), lines.join(''))
}

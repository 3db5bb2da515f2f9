/** `safl export`: the recogniser as one ONNX file, or in two for whoever decodes himself. */
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Command, Option } from 'commander'
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { createCharset } from '../charset.ts'
import { decodeImage } from '../image/decode.ts'
import { recognizerGraph, recognizerMetadata } from '../model/recognizer-graph.ts'
import { type Storage, storages } from '../model/scope.ts'
import { encoderGraph, stepGraph } from '../model/step-graphs.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { writeModel } from '../tensor/index.ts'
import { writeWhole } from '../write-whole.ts'
import { packageVersion } from './package-version.ts'

interface Options {
  readonly model: string
  readonly preset?: string
  readonly out: string
  readonly weights: Storage
  readonly steps?: boolean
}

export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Write a recogniser as an ONNX file that any ONNX Runtime runs: images in, class ids and probabilities out.',
    )
    .option('--model <name>', 'tiny or small, whose weights come with the package, or path of a weights file', 'tiny')
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .requiredOption('--out <file>', 'the ONNX file')
    .addOption(
      new Option('--weights <type>', 'how weights are stored; all compute in 32 bits')
        .choices(storages)
        .default('float16'),
    )
    .option('--steps', 'write FILE.encoder.onnx and FILE.step.onnx instead: one run an image and one a character')
    .action(run)
}

/** Words that an export must read as the model does. */
const WORDS = ['EXIT', 'Hotel', '24h', 'coffee', 'Restaurant', '$5.99']
/** How far its confidence may be off. */
const TOLERANCE: Record<Storage, number> = { float32: 1e-3, float16: 0.02, int8: 0.25 }

async function run(options: Options): Promise<void> {
  const { out, weights: storage } = options
  const folder = dirname(resolve(out))
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) throw new Error(`--out ${out}: there is no folder ${folder}; make it first`)
  const file = await readWeightsFile(options)
  const { settings, weights } = file
  const metadata = recognizerMetadata(settings, await packageVersion())
  if (options.steps) {
    const base = out.replace(/\.onnx$/, '')
    await writeWhole(`${base}.encoder.onnx`, writeModel(encoderGraph(settings, weights, { storage }), metadata))
    await writeWhole(`${base}.step.onnx`, writeModel(stepGraph(settings, weights, storage), metadata))
    console.log(`${base}.encoder.onnx and ${base}.step.onnx`)
    return
  }
  const bytes = writeModel(recognizerGraph(settings, weights, storage), metadata)
  const original = await SceneTextRecognizer.create(file, runtime)
  const exported = await SceneTextRecognizer.fromOnnx(bytes, runtime)
  try {
    const images = await Promise.all(WORDS.map(drawWord))
    // The file decodes greedily and knows no CTC head: one beam over all characters does the same, a run a character.
    const allow = createCharset(settings.furtherCharacters).spellings.join('')
    const wanted = await original.recognizeImages(images, { secondLook: false, beamWidth: 1, allow })
    const found = await exported.recognizeImages(images, { secondLook: false })
    for (const [index, { text, confidence }] of found.entries()) {
      const word = wanted[index]!
      if (text !== word.text || Math.abs(confidence - word.confidence) > TOLERANCE[storage]) {
        throw new Error(
          `not written: with ${storage} weights "${word.text}" (${word.confidence.toFixed(3)}) is read as "${text}" (${confidence.toFixed(3)}); try --weights float16 or float32`,
        )
      }
    }
  } finally {
    await original.dispose()
    await exported.dispose()
  }
  await writeWhole(out, bytes)
  console.log(
    `${out}: ${(bytes.length / 1e6).toFixed(1)} MB, ${storage} weights; reads ${WORDS.length} drawn words as the model does`,
  )
}

async function drawWord(text: string) {
  const svg = `<svg width="240" height="64"><rect width="240" height="64" fill="#e8e8e0"/><text x="120" y="46" font-size="38" fill="#203060" font-family="sans-serif" text-anchor="middle">${text}</text></svg>`
  return decodeImage(await sharp(Buffer.from(svg)).png().toBuffer())
}

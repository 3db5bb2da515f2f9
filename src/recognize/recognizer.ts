/** The recogniser for Node: files, bytes or pixels of words in, their texts out. */

import { access } from 'node:fs/promises'
import { createCharset } from '../charset.ts'
import type { WordCounts } from '../decode/prior.ts'
import type { RgbImage } from '../image/image.ts'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import type { WordShape } from '../model/word-shapes.ts'
import { type Runtime, readMetadata, Session } from '../tensor/index.ts'
import { englishCounts, readWordCounts } from '../word-counts.ts'
import { checkImages, checkLoadOptions, checkReaderOptions, checkRecognizeOptions } from './check-options.ts'
import { type ImageSource, readImage } from './image-source.ts'
import type { LoadOptions, ReaderOptions, RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'
import { threadsOf } from './threads.ts'
import { readBytes, readWeightsFile } from './weights-source.ts'
import { WordReader } from './word-reader.ts'

export class SceneTextRecognizer extends WordReader<ImageSource> {
  /** The path of the words that are expected; null for none, and before it was needed of those of the package. */
  private wordsFile: string | null | undefined
  private words: Promise<WordCounts> | null = null

  /** Weights from the package or a file, ONNX Runtime for Node. No network. Rejects where a file is missing. */
  static async load(options: LoadOptions = {}): Promise<SceneTextRecognizer> {
    checkLoadOptions(options)
    const runtime = await import('onnxruntime-node')
    if (options.model?.endsWith('.onnx')) {
      if (options.decoder === 'ctc') throw new Error(`${options.model}: an exported file has its own decoder`)
      if (options.precision === 'int8')
        throw new Error(`${options.model}: an exported file computes in 32 bits (read a weights file)`)
      for (const name of ['words', 'preset'] as const)
        if (options[name] !== undefined)
          throw new Error(`${name}: ${options.model} is an exported file, which has its own`)
      const bytes = await readBytes(options.model)
      try {
        return await SceneTextRecognizer.fromOnnx(bytes, runtime, options)
      } catch (error) {
        throw new Error(`${options.model}: is no recogniser that safl export wrote (${(error as Error).message})`)
      }
    }
    const file = await readWeightsFile(options)
    // What is missing is said now, not at the first word that is not sure.
    const { words = englishCounts() } = options
    if (words !== null) await access(words).catch(() => refuseWords(words))
    const recognizer = await SceneTextRecognizer.open(file, runtime, options)
    recognizer.wordsFile = words
    return recognizer
  }

  /** From the bytes of a weights file, or its content, and a given runtime. */
  static async create(
    file: WeightsFile | Uint8Array,
    runtime: Runtime,
    options: ReaderOptions = {},
  ): Promise<SceneTextRecognizer> {
    checkReaderOptions(options)
    return SceneTextRecognizer.open(file, runtime, options)
  }

  private static async open(file: WeightsFile | Uint8Array, runtime: Runtime, options: ReaderOptions) {
    const read = async () => ('settings' in file ? file : parseWeights(file))
    const opened = await WordReader.openWeights(read, runtime, { ...options, ...threadsOf(options) })
    return new SceneTextRecognizer(opened, options.decoder ?? 'attention')
  }

  /** From the bytes of an ONNX file that `safl export` wrote. */
  static async fromOnnx(bytes: Uint8Array, runtime: Runtime, options: { threads?: number } = {}) {
    const session = await Session.create(bytes, runtime, threadsOf(options))
    const { further_characters, shapes } = readMetadata(bytes)
    const charset = createCharset(further_characters)
    const only = { imageWidth: session.inputShape('images')[2] as number, textWidth: 0, leastAspect: 0 }
    const given = shapes === undefined ? [only] : (JSON.parse(shapes) as WordShape[])
    return new SceneTextRecognizer({ session, charset, drafts: null, steps: null, shapes: given }, 'attention')
  }

  /** Read when first needed. */
  protected override async commonWords(): Promise<WordCounts | null> {
    if (this.wordsFile === null) return null
    this.words ??= readWordCounts(this.wordsFile ?? englishCounts())
    return this.words
  }

  protected decode(source: ImageSource): Promise<RgbImage> {
    return readImage(source)
  }

  override async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    checkImages(images)
    checkRecognizeOptions(options)
    return super.recognizeImages(images, options)
  }

  override async dispose(): Promise<void> {
    await this.close()
    await super.dispose()
  }
}

function refuseWords(words: string): never {
  throw new Error(`words: ${words}: no such file; name a text of words and their counts, or null to expect none`)
}

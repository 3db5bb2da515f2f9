/** The recogniser for Node: files, bytes or pixels of words in, their texts out. */
import { createCharset } from '../charset.ts'
import type { WordCounts } from '../decode/prior.ts'
import type { RgbImage } from '../image/image.ts'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import type { WordShape } from '../model/word-shapes.ts'
import { type Runtime, readMetadata, Session } from '../tensor/index.ts'
import { englishCounts, readWordCounts } from '../word-counts.ts'
import { type ImageSource, readImage } from './image-source.ts'
import { readBytes, readWeightsFile } from './weights-source.ts'
import { type ReaderOptions, WordReader } from './word-reader.ts'

export interface LoadOptions extends ReaderOptions {
  /** A preset whose weights come with the package, or the path of a weights file or an exported ONNX file; default `tiny`. */
  readonly model?: string
  /** The preset of a weights file that does not say which model it belongs to. */
  readonly preset?: string
}

export class SceneTextRecognizer extends WordReader<ImageSource> {
  private english: Promise<WordCounts> | null = null

  /** Weights from the package or a file, ONNX Runtime for Node. No network. */
  static async load(options: LoadOptions = {}): Promise<SceneTextRecognizer> {
    const runtime = await import('onnxruntime-node')
    if (options.model?.endsWith('.onnx')) {
      if (options.decoder === 'ctc') throw new Error(`${options.model}: an exported file has its own decoder`)
      if (options.precision === 'int8')
        throw new Error(`${options.model}: an exported file computes in 32 bits (read a weights file)`)
      const bytes = await readBytes(options.model)
      try {
        return await SceneTextRecognizer.fromOnnx(bytes, runtime, options)
      } catch (error) {
        throw new Error(`${options.model}: is no recogniser that safl export wrote (${(error as Error).message})`)
      }
    }
    return SceneTextRecognizer.create(await readWeightsFile(options), runtime, options)
  }

  /** From the bytes of a weights file, or its content, and a given runtime. */
  static async create(
    file: WeightsFile | Uint8Array,
    runtime: Runtime,
    options: ReaderOptions = {},
  ): Promise<SceneTextRecognizer> {
    const read = async () => (file instanceof Uint8Array ? parseWeights(file) : file)
    return new SceneTextRecognizer(await WordReader.openWeights(read, runtime, options), options.decoder ?? 'attention')
  }

  /** From the bytes of an ONNX file that `safl export` wrote. */
  static async fromOnnx(bytes: Uint8Array, runtime: Runtime, { threads }: { threads?: number } = {}) {
    const session = await Session.create(bytes, runtime, threads === undefined ? {} : { threads })
    const { further_characters, shapes } = readMetadata(bytes)
    const charset = createCharset(further_characters)
    const only = { imageWidth: session.inputShape('images')[2] as number, textWidth: 0, leastAspect: 0 }
    const given = shapes === undefined ? [only] : (JSON.parse(shapes) as WordShape[])
    return new SceneTextRecognizer({ session, charset, drafts: null, steps: null, shapes: given }, 'attention')
  }

  /** English, read when first needed. */
  protected override commonWords(): Promise<WordCounts> {
    this.english ??= readWordCounts(englishCounts())
    return this.english
  }

  protected decode(source: ImageSource): Promise<RgbImage> {
    return readImage(source)
  }
}

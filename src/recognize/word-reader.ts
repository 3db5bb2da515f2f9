/** Pixels of words in, their texts out: what recognisers in Node and in the browser have in common. */
import { type Charset, createCharset, decodeIds, END } from '../charset.ts'
import { type CtcWord, decodeCtc } from '../decode/ctc.ts'
import type { RgbImage } from '../image/image.ts'
import { resize } from '../image/resize.ts'
import { isTall, turnQuarter } from '../image/turn.ts'
import { hasCtcHead } from '../model/ctc-head.ts'
import { ctcGraph, recognizerGraph } from '../model/recognizer-graph.ts'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import { type Runtime, Session, type Value, writeModel } from '../tensor/index.ts'
import { type Alternative, asksForSearch, type BatchSearch, type SearchOptions, StepReader } from './step-reader.ts'

export interface Recognition {
  readonly text: string
  /**
   * Probability of the word, 0 to 1: the product of those of its characters and of the end symbol; with CTC, the sum over
   * all ways to spell it along the image. It is the model's own among all words, not that among those of a lexicon or a
   * pattern; with a lexicon both cases of a letter count together.
   */
  readonly confidence: number
  /** Each character with its own probability. */
  readonly characters: readonly { readonly character: string; readonly probability: number }[]
  /** Other words that it may be, the most probable first; when asked for. */
  readonly alternatives?: readonly Alternative[]
  /** Where the rectifier found the word, in the image as it was turned; when asked for. */
  readonly geometry?: WordGeometry
}

export interface WordGeometry {
  /** The straightened word that the network read, 100×32 pixels. */
  readonly rectified: RgbImage
  /** Along the word's upper edge from left to right, then its lower edge: x, y as fractions of the image. */
  readonly controlPoints: readonly (readonly [x: number, y: number])[]
}

/**
 * The Transformer's decoder spells character by character; connectionist temporal classification lets every position of
 * the encoder say its character, in one pass, and knows nothing of what characters follow each other.
 */
export const decoders = ['attention', 'ctc'] as const
export type Decoder = (typeof decoders)[number]

export interface RecognizeOptions extends SearchOptions {
  /** Images that go through the network together, default 16. */
  readonly batchSize?: number
  /** Also give what the rectifier found. */
  readonly geometry?: boolean
  /** Ends reading between two batches. */
  readonly signal?: AbortSignal
}

export interface ReaderOptions {
  /** Threads of the runtime; all cores when absent. */
  readonly threads?: number
  /** What spells the words, default `attention`; `ctc` needs weights that were trained with its head. */
  readonly decoder?: Decoder
}

/** What a reader reads with. */
export interface OpenWeights {
  readonly session: Session
  readonly charset: Charset
  /** Null where there are no weights but a finished graph. */
  readonly steps: StepReader | null
}

export class WordReader {
  private readonly session: Session
  private readonly decoder: Decoder
  private readonly charset: Charset
  private readonly steps: StepReader | null
  /** Of the images that the network takes, pixels. */
  private readonly height: number
  private readonly width: number

  protected constructor({ session, charset, steps }: OpenWeights, decoder: Decoder) {
    this.session = session
    this.decoder = decoder
    this.charset = charset
    this.steps = steps
    const [, height, width] = session.inputShape('images')
    this.height = height as number
    this.width = width as number
  }

  /** The sessions of a weights file's bytes or content, in a given runtime; those of the steps are made when needed. */
  protected static async openWeights(
    file: WeightsFile | Uint8Array,
    runtime: Runtime,
    { threads, decoder = 'attention' }: ReaderOptions,
  ): Promise<OpenWeights> {
    const { settings, weights } = file instanceof Uint8Array ? parseWeights(file) : file
    if (decoder === 'ctc' && !hasCtcHead(weights))
      throw new Error('the weights have no CTC head: train with training.ctcWeight above 0, or read by attention')
    const graph = decoder === 'ctc' ? ctcGraph(settings, weights) : recognizerGraph(settings, weights)
    const session = await Session.create(writeModel(graph), runtime, threads === undefined ? {} : { threads })
    const charset = createCharset(settings.furtherCharacters)
    return { session, charset, steps: new StepReader(file, runtime, threads) }
  }

  /**
   * Reads many images; their results are those of each image alone. An image more than twice as high as wide is also
   * read turned by a quarter either way, and the most confident reading counts.
   */
  async recognizeImages(images: readonly RgbImage[], options: RecognizeOptions = {}): Promise<Recognition[]> {
    const views = images.map((image) =>
      isTall(image) ? [image, turnQuarter(image, 'clockwise'), turnQuarter(image, 'back')] : [image],
    )
    const readings = (await this.readAll(views.flat(), options)).values()
    return views.map((turns) =>
      turns
        .map((): Recognition => readings.next().value!)
        .reduce((best, reading) => (reading.confidence > best.confidence ? reading : best)),
    )
  }

  private async readAll(images: readonly RgbImage[], options: RecognizeOptions): Promise<Recognition[]> {
    const { batchSize = 16 } = options
    const search = asksForSearch(options) ? await this.prepareSearch(options) : null
    const results: Recognition[] = []
    for (let start = 0; start < images.length; start += batchSize) {
      options.signal?.throwIfAborted()
      const batch = images.slice(start, start + batchSize)
      results.push(...(await this.readBatch(batch, options.geometry ?? false, search)))
    }
    return results
  }

  async dispose(): Promise<void> {
    await this.session.dispose()
    await this.steps?.dispose()
  }

  private async prepareSearch(options: SearchOptions): Promise<BatchSearch> {
    const problem = 'no beams, lexicons, patterns or alternatives'
    if (this.decoder === 'ctc') throw new Error(`the ctc decoder knows ${problem}: read by attention`)
    if (!this.steps) throw new Error(`an exported file knows ${problem}: read from a weights file`)
    return this.steps.prepare(options)
  }

  private async readBatch(
    images: readonly RgbImage[],
    geometry: boolean,
    search: BatchSearch | null,
  ): Promise<Recognition[]> {
    const { height, width } = this
    const batch = images.length
    const pixels = new Uint8Array(batch * height * width * 3)
    for (const [place, image] of images.entries()) {
      pixels.set(resize(image, width, height).data, place * height * width * 3)
    }
    const pictures: Value = { type: 'uint8', shape: [batch, height, width, 3], data: pixels }
    const wanted = geometry ? ['rectified', 'control_points'] : []
    const { words, others } = await (search ?? this.readGreedily)(pictures, wanted)
    const { rectified, control_points } = others
    return words.map((word, place) => ({
      ...word,
      ...(rectified && control_points && { geometry: geometryOf(rectified, control_points, place) }),
    }))
  }

  private readonly readGreedily: BatchSearch = async (images, outputs) => {
    const spelling = this.decoder === 'ctc' ? ['ctc_probabilities'] : ['ids', 'probabilities']
    const { ids, probabilities, ctc_probabilities, ...others } = await this.session.run({ images }, [
      ...spelling,
      ...outputs,
    ])
    const words = ctc_probabilities
      ? decodeCtc(ctc_probabilities.data as Float32Array, { batch: images.shape[0]! })
      : readWords(ids!, probabilities!)
    return { words: words.map((word) => describe(word, this.charset)), others }
  }
}

/** One image's part of what the encoder says of a batch. */
function geometryOf(rectified: Value, points: Value, place: number): WordGeometry {
  const [, , height, width] = rectified.shape as [number, number, number, number]
  const area = height * width
  const values = rectified.data.subarray(place * 3 * area, (place + 1) * 3 * area) as Float32Array
  const data = Uint8Array.from({ length: 3 * area }, (_, index) =>
    Math.round((values[(index % 3) * area + Math.floor(index / 3)]! + 1) * 127.5),
  )
  const [batch, count] = points.shape as [number, number, number]
  // Without a rectifier all images share the same points.
  const first = (batch === 1 ? 0 : place) * 2 * count
  const controlPoints = Array.from({ length: count }, (_, point) => {
    return [points.data[first + 2 * point] as number, points.data[first + 2 * point + 1] as number] as const
  })
  return { rectified: { width, height, data }, controlPoints }
}

interface SpelledWord {
  /** Class ids of the characters. */
  readonly ids: readonly number[]
  /** Of each character, and of the end symbol last unless the word was cut off. */
  readonly probabilities: readonly number[]
}

/** What the graph chose. A word without an end is as long as the model spells: its last turn had room for the end alone. */
function readWords(ids: Value, probabilities: Value): SpelledWord[] {
  const [batch, turns] = ids.shape as [number, number]
  return Array.from({ length: batch }, (_, place) => {
    const row = Array.from(ids.data.subarray(place * turns, (place + 1) * turns) as Int32Array)
    const end = row.indexOf(END)
    const length = end < 0 ? turns - 1 : end
    const sure = Array.from(probabilities.data.subarray(place * turns, (place + 1) * turns) as Float32Array)
    return { ids: row.slice(0, length), probabilities: sure.slice(0, end < 0 ? length : end + 1) }
  })
}

function describe(word: SpelledWord | CtcWord, charset: Charset): Recognition {
  const { ids, probabilities } = word
  const product = probabilities.reduce((all, probability) => all * probability, 1)
  return {
    text: decodeIds(ids, charset),
    confidence: 'confidence' in word ? word.confidence : product,
    characters: ids.map((id, index) => ({ character: decodeIds([id], charset), probability: probabilities[index]! })),
  }
}

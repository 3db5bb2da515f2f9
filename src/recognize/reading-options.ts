/** How a recogniser is loaded, and how it reads. */
import type { PackagedModel } from '../package-files.ts'
import type { Precision } from './draft-reader.ts'
import type { SearchOptions } from './step-reader.ts'
import type { Orientation } from './views.ts'

/**
 * The Transformer's decoder spells character by character; connectionist temporal classification lets every position of
 * the encoder say its character, in one pass, and knows nothing of what characters follow each other.
 */
export const decoders = ['attention', 'ctc'] as const
export type Decoder = (typeof decoders)[number]

export interface RecognizeOptions extends SearchOptions {
  /** Default `auto`. */
  readonly orientation?: Orientation
  /**
   * Looks again at a word that is not sure: without blank margins, its letters side by side, on its side and upside down as its
   * shape and `orientation` allow; then leaning to either side, with the prior's words expected, or frequent ones of English,
   * where no beams or demands are asked for; else the most probable of the readings counts. Default true. Without it a prior
   * is searched with for every word.
   */
  readonly secondLook?: boolean
  /** Images that go through the network together, default `BATCH_SIZE`. */
  readonly batchSize?: number
  /** Also give what the rectifier found. */
  readonly geometry?: boolean
  /** Also give where the decoder looked; not of what is searched for. */
  readonly attention?: boolean
  /** Ends reading between two batches. */
  readonly signal?: AbortSignal
}

export interface ReaderOptions {
  /** Threads of the runtime; all cores when absent. */
  readonly threads?: number
  /** What spells the words, default `attention`; `ctc` needs weights that were trained with its head. */
  readonly decoder?: Decoder
  /**
   * What layers compute in, default `float32`; `int8` takes less time and reads almost as much, from weights that were
   * measured for it (`safl calibrate`), as those of the package. Beams and constraints are searched in 32 bits.
   */
  readonly precision?: Precision
}

export interface LoadOptions extends ReaderOptions {
  /** `tiny` or `small`, whose weights come with the package, or the path of a weights file or an exported ONNX file; default `tiny`. */
  readonly model?: string
  /** The preset of a weights file that does not say which model it belongs to. */
  readonly preset?: string
  /**
   * The path of a text of words and their counts that are expected of words that are not sure; English from the package when
   * absent, none when null.
   */
  readonly words?: string | null
}

/** `wasm`: the processor, by WebAssembly. `webgpu`: the graphics processor, where the browser lends it, else as `wasm`. */
export type Device = 'wasm' | 'webgpu'

export interface BrowserLoadOptions extends ReaderOptions {
  /** What computes, default `wasm`. */
  readonly device?: Device
  /** Whose weights of the package are read, default `tiny`. */
  readonly model?: PackagedModel
  /** Where another weights file lies, instead of those of the package. */
  readonly weights?: string | URL
  /**
   * Where a text of words and their counts lies that are expected of words that are not sure; English from the package when
   * absent, none when null.
   */
  readonly words?: string | URL | null
  /** Ends the download. */
  readonly signal?: AbortSignal
  /** Whether a worker reads, so that the page never freezes, default true; one that loads a recogniser reads itself. */
  readonly worker?: boolean
}

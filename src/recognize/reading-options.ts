/** How a recogniser is loaded, and how it reads. */
import type { ConstraintOptions } from '../decode/constraint.ts'
import type { PriorOptions } from '../decode/prior.ts'

/**
 * The Transformer's decoder spells character by character; connectionist temporal classification lets every position of
 * the encoder say its character, in one pass, and knows nothing of what characters follow each other.
 */
export const decoders = ['attention', 'ctc'] as const
export type Decoder = (typeof decoders)[number]

/** What layers compute in; the rectifier, softmax and norms compute in 32 bits either way. */
export const precisions = ['float32', 'int8'] as const
export type Precision = (typeof precisions)[number]

/**
 * Which rotations of an image are read; the most confident reading counts. `auto`: those more than twice as high as wide also
 * rotated by a quarter either way; with a second look, what is not sure and higher than wide as well, and what is not sure
 * after all also upside down. `upright`: none is rotated. `any`: all by all quarters, at four times the cost.
 */
export const orientations = ['auto', 'upright', 'any'] as const
export type Orientation = (typeof orientations)[number]

/** `wasm`: the processor, by WebAssembly. `webgpu`: the graphics processor, where the browser lends it, else as `wasm`. */
export const devices = ['wasm', 'webgpu'] as const
export type Device = (typeof devices)[number]

/**
 * How words are searched for. With a lexicon, a pattern or allowed characters every reading fulfils them all, however
 * little the image shows such a word: its confidence stays what the model makes of it, and is low then.
 */
export interface SearchOptions extends ConstraintOptions, PriorOptions {
  /** Hypotheses of an image that are followed at once; default 5 with a constraint, a prior or alternatives, 1 without. */
  readonly beamWidth?: number
  /** How many further words to give of each image at most, default 0. */
  readonly alternatives?: number
  /** How many other characters to give of each place at most, default 0; not of alternatives. */
  readonly characterAlternatives?: number
}

/** Images that go through the network together unless told otherwise. */
export const BATCH_SIZE = 16

export interface RecognizeOptions extends SearchOptions {
  /** Default `auto`. */
  readonly orientation?: Orientation
  /**
   * Looks again at a word that is not sure: without blank margins, its letters side by side, on its side and upside down as its
   * shape and `orientation` allow; then compared with words like it, the prior's expected or those of the package, as it was
   * read and where it is not sure then also leaning, where no beams or demands are asked for; else the most probable of the readings counts. Default true. Without it a prior
   * is searched with for every word.
   */
  readonly secondLook?: boolean
  /** Images that go through the network together, default 16. */
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
   * What layers compute in. `int8` takes less time and reads almost as much, from weights that were measured for it (`safl
   * calibrate`), as those of the package: the default of `load` in Node where they were, else `float32`. Beams and
   * constraints are searched by a decoder in 32 bits.
   */
  readonly precision?: Precision
}

export interface LoadOptions extends ReaderOptions {
  /**
   * `tiny` or `small`, whose weights come with the package, or the path or `file:` URL of a weights file or an exported ONNX
   * file; default `tiny`.
   */
  readonly model?: string | URL
  /** The preset of a weights file that does not say which model it belongs to. */
  readonly preset?: string
  /**
   * The path of a text of words and their counts that are expected of words that are not sure; those of the package,
   * which stand on signs and in English, when absent, none when null.
   */
  readonly words?: string | null
  /**
   * Whether a worker thread reads, so that the caller's never waits for the network; default true in the main thread. Where
   * none can be started, as in a bundle of one file, the caller's thread reads.
   */
  readonly worker?: boolean
}

export interface BrowserLoadOptions extends ReaderOptions {
  /** What computes, default `wasm`. */
  readonly device?: Device
  /** `tiny` or `small`, whose weights come with the package, or where another weights file lies; default `tiny`. */
  readonly model?: string | URL
  /**
   * Where a text of words and their counts lies that are expected of words that are not sure; those of the package,
   * which stand on signs and in English, when absent, none when null.
   */
  readonly words?: string | URL | null
  /** Ends the download. */
  readonly signal?: AbortSignal
  /** Whether a worker reads, so that the page never freezes, default true; one that loads a recogniser reads itself. */
  readonly worker?: boolean
}

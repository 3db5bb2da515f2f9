/** A batch of crops of photographs, ready for the finder's training graph. */
export interface FinderBatch {
  /** Place in the stream: a batch is a pure function of the stream's settings and this number. */
  readonly index: number
  /** Crops B. */
  readonly size: number
  /** Rows and columns S of each, pixels. */
  readonly cropSize: number
  /** RGB bytes [B, S, S, 3]. */
  readonly images: Uint8Array
  /** What lies at every fourth pixel, [B, S / 4, S / 4]: one of the values below. */
  readonly kernels: Uint8Array
  /** Where kernels are, their distance to the word's outline, pixels, [B, S / 4, S / 4]; 0 elsewhere. */
  readonly distances: Float32Array
  /** Words of the crops that count. */
  readonly words: number
  /** Photographs that could not be read and were replaced: each named once. */
  readonly skipped: readonly string[]
}

export const NO_KERNEL = 0
export const KERNEL_PLACE = 1
/** Neither right nor wrong: part of a word that nobody shall care for. */
export const IGNORED_PLACE = 2

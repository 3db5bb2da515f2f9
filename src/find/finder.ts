/** What finds words in photographs: the package's own, or whoever else's. */
import type { RgbImage } from '../image/image.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'

/** A place in a photograph where a word seems to be. */
export interface FoundWord {
  /**
   * In pixels of the picture. Of a word that runs steeply, whose direction its shape alone does not say, any corner may be
   * the first: reading decides.
   */
  readonly quadrilateral: Quadrilateral
  /** How sure it is that a word is there, 0 to 1. */
  readonly score: number
}

export interface FindOptions {
  /** How sure it must be of a word, 0 to 1; its own choice when absent. A finder need not heed it. */
  readonly leastScore?: number
  /** Ends finding. */
  readonly signal?: AbortSignal
}

export interface Finder {
  /** The words of a picture, in any order. */
  find(image: RgbImage, options?: FindOptions): Promise<FoundWord[]>
  /** Frees what it holds; nothing can be found any more. */
  dispose(): Promise<void>
}

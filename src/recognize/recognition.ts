/** What is read of an image. */
import type { AttentionMap } from './attention-map.ts'
import type { WordGeometry } from './geometry.ts'
import type { Alternative, ReadCharacter } from './step-reader.ts'

export interface Recognition {
  readonly text: string
  /**
   * Probability of the word, 0 to 1: the product of those of its characters and of the end symbol; with CTC, the sum over
   * all ways to spell it along the image. It is the model's own among all words, not that among those of a lexicon or a
   * pattern, and without what a prior says; with a lexicon both cases of a letter count together. Of a word that was
   * compared with others in a second look it is the share among them (docs/decoding.md).
   */
  readonly confidence: number
  /** Each character with its own probability. */
  readonly characters: readonly ReadCharacter[]
  /**
   * Other words that it may be, the most probable first (with a prior, in its order), none surer than the text, which they
   * never change; when asked for.
   */
  readonly alternatives?: readonly Alternative[]
  /** By how many degrees clockwise the image was turned to be read: 0, 90, 180 or 270. */
  readonly turned: number
  /** Where the rectifier found the word, in the image as it was turned; when asked for. */
  readonly geometry?: WordGeometry
  /** Where the decoder's last layer looked for each character, mean of its heads; when asked for. */
  readonly attention?: readonly AttentionMap[]
}

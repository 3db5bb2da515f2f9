/** What is read of an image. */
import type { OtherCharacter } from '../decode/beam.ts'
import type { AttentionMap } from './attention-map.ts'
import type { WordGeometry } from './geometry.ts'

export interface Recognition {
  readonly text: string
  /**
   * Probability that the image shows this text, 0 to 1. Of a word that the decoder spells it is the product of its
   * characters' probabilities and the end symbol's; of one of which the CTC head is sure, the cube root of the sum over all
   * ways to spell it along the image; with the CTC decoder, that sum. Of a word that was compared with others in a second look it is its share among them, and no more than what all of them have
   * together. With a lexicon or a pattern it stays what the model makes of the word among all words, without what a prior
   * says; with a lexicon both cases of a letter count together. See docs/decoding.md.
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

export interface ReadCharacter {
  readonly character: string
  /** The model's own after the characters before. */
  readonly probability: number
  /** Others that may stand here after the same characters before, the most probable first; when asked for. */
  readonly alternatives?: readonly OtherCharacter[]
}

export interface Alternative {
  readonly text: string
  readonly confidence: number
}

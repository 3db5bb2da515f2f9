/** What words are spelled with. */
import type { Charset } from '../charset.ts'

/** What a model can spell. */
export interface Vocabulary {
  readonly charset: Charset
  /** Longest word, characters. */
  readonly maximumLength: number
}

/**
 * Words that are read, wherever they lie: what readers have in common of which some give words, some lines, some no places
 * at all.
 */
import { alphanumericView } from '../charset.ts'
import type { PhotographWord } from '../data/labelled-photograph.ts'
import { type Retrieval, type RetrievalCounts, retrievalOf } from './retrieval.ts'

export interface PhotographTexts {
  readonly words: readonly PhotographWord[]
  /** What was read, words or lines of them. */
  readonly texts: readonly string[]
}

/** Characters that a word needs to count. */
const SHORTEST = 3

/** Recall, precision and F of all photographs' words. */
export function bagOfWordsScores(photographs: readonly PhotographTexts[]): Retrieval {
  return retrievalOf(photographs.map(bagOfWordsCounts))
}

/**
 * One photograph's share of the scores. Texts fall apart at spaces; of each word letters and digits count, without case,
 * and words of fewer than three of them do not. A word that stands there twice is to be read twice. Regions of no matter
 * have no words: what is read there is wrong.
 */
export function bagOfWordsCounts({ words, texts }: PhotographTexts): RetrievalCounts {
  const wanted = bagOf(words.flatMap(({ text, ignored }) => (ignored || text === null ? [] : [text])))
  const found = bagOf(texts)
  let right = 0
  for (const [word, count] of found.counts) right += Math.min(count, wanted.counts.get(word) ?? 0)
  return { right, wanted: wanted.size, found: found.size }
}

function bagOf(texts: readonly string[]): { counts: Map<string, number>; size: number } {
  const counts = new Map<string, number>()
  let size = 0
  for (const word of texts.flatMap((text) => text.split(/\s+/)).map(alphanumericView)) {
    if (word.length < SHORTEST) continue
    counts.set(word, (counts.get(word) ?? 0) + 1)
    size++
  }
  return { counts, size }
}

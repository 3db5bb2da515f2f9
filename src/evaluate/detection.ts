/** ICDAR 2015's protocol for words that are found, whatever they say (Karatzas et al. 2015, challenge 4, task 1). */
import type { PhotographWord } from '../data/labelled-photograph.ts'
import { intersectionArea, intersectionOverUnion, polygonArea } from '../image/polygon.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { type Retrieval, type RetrievalCounts, retrievalOf } from './retrieval.ts'

/** A word that was found, and what was read there. */
export interface FoundText {
  readonly quadrilateral: Quadrilateral
  /** Left out where nothing was read. */
  readonly text?: string
}

/** A photograph's labels, and what was found in it. */
export interface PhotographResult {
  readonly words: readonly PhotographWord[]
  readonly found: readonly FoundText[]
}

export interface Matching {
  /** Labels and what was found there, by their places in both lists. */
  readonly pairs: readonly { readonly word: number; readonly found: number }[]
  /** Labels that count. */
  readonly wanted: number
  /** What was found and counts. */
  readonly found: number
}

/** Shared area over that of both together above which a word is found. */
const LEAST_OVERLAP = 0.5
/** Share of what was found that lies in a region of no matter, above which it does not count. */
const LEAST_IGNORED = 0.5

/**
 * One to one, each label with the first match in order. What was found for the most part in a region of no matter counts
 * neither way, even where it would match a label.
 */
export function matchWords(words: readonly PhotographWord[], found: readonly FoundText[]): Matching {
  const ignored = words.filter((word) => word.ignored)
  const isCounted = found.map(({ quadrilateral }) => {
    const least = LEAST_IGNORED * polygonArea(quadrilateral)
    return !ignored.some((word) => intersectionArea(word.quadrilateral, quadrilateral) > least)
  })
  const isTaken = found.map(() => false)
  const pairs: { word: number; found: number }[] = []
  for (const [word, { quadrilateral, ignored: isIgnored }] of words.entries()) {
    if (isIgnored) continue
    const match = found.findIndex(
      (each, place) =>
        isCounted[place] && !isTaken[place] && intersectionOverUnion(quadrilateral, each.quadrilateral) > LEAST_OVERLAP,
    )
    if (match < 0) continue
    isTaken[match] = true
    pairs.push({ word, found: match })
  }
  return { pairs, wanted: words.length - ignored.length, found: isCounted.filter(Boolean).length }
}

/** Recall, precision and h-mean of what was found in all photographs. */
export function detectionScores(photographs: readonly PhotographResult[]): Retrieval {
  return retrievalOf(photographs.map(detectionCounts))
}

/** One photograph's share of the scores. */
export function detectionCounts({ words, found }: PhotographResult): RetrievalCounts {
  const { pairs, ...counts } = matchWords(words, found)
  return { right: pairs.length, ...counts }
}

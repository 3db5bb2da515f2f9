/** How much of what was wanted was found, and how much of what was found was wanted. */

export interface RetrievalCounts {
  /** Of those found, those that are right. */
  readonly right: number
  /** Words that should be found. */
  readonly wanted: number
  /** Words that were found, right or wrong. */
  readonly found: number
}

export interface Retrieval extends RetrievalCounts {
  /** Right of wanted, 0 to 1; 0 where none is wanted. */
  readonly recall: number
  /** Right of found, 0 to 1; 0 where none was found. */
  readonly precision: number
  /** Harmonic mean of both (h-mean, F1). */
  readonly hMean: number
}

/** Counts are summed over all photographs before they are divided, as ICDAR does: a photograph weighs by its words. */
export function retrievalOf(photographs: Iterable<RetrievalCounts>): Retrieval {
  let [right, wanted, found] = [0, 0, 0]
  for (const counts of photographs) {
    right += counts.right
    wanted += counts.wanted
    found += counts.found
  }
  const recall = wanted > 0 ? right / wanted : 0
  const precision = found > 0 ? right / found : 0
  return {
    right,
    wanted,
    found,
    recall,
    precision,
    hMean: right > 0 ? (2 * recall * precision) / (recall + precision) : 0,
  }
}

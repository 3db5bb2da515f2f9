/** How well words were read, as the field counts it. */
import { alphanumericView } from '../charset.ts'

export interface WordPair {
  readonly label: string
  readonly prediction: string
}

export interface WordMetrics {
  /** Words counted: those with a letter or digit in their label. */
  readonly words: number
  /** Words left out because their label has neither. */
  readonly left: number
  /** Share of words read right, case ignored, letters and digits only. */
  readonly accuracy: number
  /** Mean over the words of 1 − edit distance / length of the longer of label and prediction, in the same view. */
  readonly oneMinusNed: number
}

export function wordMetrics(pairs: Iterable<WordPair>): WordMetrics {
  let [words, left, right, similarity] = [0, 0, 0, 0]
  for (const pair of pairs) {
    const label = alphanumericView(pair.label)
    if (label === '') {
      left++
      continue
    }
    const prediction = alphanumericView(pair.prediction)
    words++
    if (prediction === label) right++
    similarity += 1 - editDistance(label, prediction) / Math.max(label.length, prediction.length)
  }
  return { words, left, accuracy: words ? right / words : 0, oneMinusNed: words ? similarity / words : 0 }
}

/** Fewest insertions, deletions and replacements of a character that turn one text into the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}

/** How well words were read, as the field counts it. */
import type { Random } from '../random.ts'
import { type CharsetSize, viewOf } from './protocol.ts'

export interface WordPair {
  readonly label: string
  readonly prediction: string
}

export interface WordMetrics {
  /** Words counted: those whose label has a character that is compared. */
  readonly words: number
  /** Words left out because theirs has none. */
  readonly left: number
  /** Share of words read right. */
  readonly accuracy: number
  /** Mean over the words of 1 − edit distance / length of the longer of label and prediction. */
  readonly oneMinusNed: number
}

/** Compares letters and digits without case unless another charset is named. */
export function wordMetrics(pairs: Iterable<WordPair>, charset: CharsetSize = 36): WordMetrics {
  let [words, left, right, similarity] = [0, 0, 0, 0]
  for (const pair of pairs) {
    const [label, prediction] = [viewOf(pair.label, charset), viewOf(pair.prediction, charset)]
    if (label === '') {
      left++
      continue
    }
    words++
    if (prediction === label) right++
    similarity += 1 - editDistance(label, prediction) / Math.max(label.length, prediction.length)
  }
  return { words, left, accuracy: words ? right / words : 0, oneMinusNed: words ? similarity / words : 0 }
}

/** The means of resampled sets, 2.5 and 97.5 % of them below and above: a 95 % interval of a mean (Efron's bootstrap). */
export function bootstrapInterval(values: readonly number[], random: Random, rounds = 2000): [number, number] {
  if (values.length === 0) return [0, 0]
  const means = Array.from({ length: rounds }, () => {
    let sum = 0
    for (let draw = 0; draw < values.length; draw++) sum += values[Math.floor(random() * values.length)]!
    return sum / values.length
  }).sort((a, b) => a - b)
  return [means[Math.floor(rounds * 0.025)]!, means[Math.ceil(rounds * 0.975) - 1]!]
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

/**
 * What a text became: pairs of a character of `label` and the one read in its place, one of them '' where a character
 * was missed or made up. Of the cheapest alignments the one that replaces rather than drops.
 */
export function alignCharacters(label: string, prediction: string): (readonly [string, string])[] {
  const rows = Array.from({ length: label.length + 1 }, (_, row) =>
    Array.from({ length: prediction.length + 1 }, (_, column) => (row === 0 ? column : column === 0 ? row : 0)),
  )
  for (let row = 1; row <= label.length; row++) {
    for (let column = 1; column <= prediction.length; column++) {
      const replaced = rows[row - 1]![column - 1]! + (label[row - 1] === prediction[column - 1] ? 0 : 1)
      rows[row]![column] = Math.min(replaced, rows[row - 1]![column]! + 1, rows[row]![column - 1]! + 1)
    }
  }
  const pairs: (readonly [string, string])[] = []
  let [row, column] = [label.length, prediction.length]
  while (row > 0 || column > 0) {
    const here = rows[row]![column]!
    const cost = row > 0 && column > 0 && label[row - 1] === prediction[column - 1] ? 0 : 1
    if (row > 0 && column > 0 && here === rows[row - 1]![column - 1]! + cost) {
      pairs.push([label[--row]!, prediction[--column]!])
    } else if (row > 0 && here === rows[row - 1]![column]! + 1) pairs.push([label[--row]!, ''])
    else pairs.push(['', prediction[--column]!])
  }
  return pairs.reverse()
}

export interface CalibrationBin {
  /** Words whose confidence lies in this bin. */
  readonly words: number
  /** Their mean confidence. */
  readonly confidence: number
  /** Share of them read right. */
  readonly accuracy: number
}

/** Confidence against truth in bins of equal width, and the expected calibration error (Guo et al., ICML 2017). */
export function calibration(
  words: readonly { readonly confidence: number; readonly right: boolean }[],
  bins = 15,
): { ece: number; bins: CalibrationBin[] } {
  const sums = Array.from({ length: bins }, () => ({ words: 0, confidence: 0, right: 0 }))
  for (const { confidence, right } of words) {
    const bin = sums[Math.min(Math.floor(confidence * bins), bins - 1)]!
    bin.words++
    bin.confidence += confidence
    if (right) bin.right++
  }
  const filled = sums.filter(({ words: count }) => count > 0)
  return {
    ece:
      filled.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / Math.max(words.length, 1),
    bins: filled.map(({ words: count, confidence, right }) => ({
      words: count,
      confidence: confidence / count,
      accuracy: right / count,
    })),
  }
}

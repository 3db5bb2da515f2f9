/** How the field counts words: which characters matter, and which words belong to a benchmark. */
import { alphanumericView } from '../charset.ts'

/** Characters that are compared: 36 ignores case and all but letters and digits, 62 all but these, 94 nothing. */
export const charsetSizes = [36, 62, 94] as const
export type CharsetSize = (typeof charsetSizes)[number]

/** What is compared of a text; of all characters it does not matter how accents are written. */
export function viewOf(text: string, charset: CharsetSize): string {
  if (charset === 36) return alphanumericView(text)
  return charset === 62 ? text.replace(/[^0-9A-Za-z]/g, '') : text.normalize('NFC')
}

/**
 * What texts become before they are compared: nothing else, or ASCII by Unicode's compatibility decomposition, as PARSeq
 * has its labels: é is e, ﬁ is fi, Ａ is A; what has no such form (ß, 中, ’) is dropped.
 */
export const normalizations = ['none', 'nfkd'] as const
export type Normalization = (typeof normalizations)[number]

export function normalizeText(text: string, normalization: Normalization): string {
  return normalization === 'none' ? text : text.normalize('NFKD').replace(/[^ -~]/g, '')
}

export function normalizeWords<T extends { readonly label: string; readonly prediction: string }>(
  words: readonly T[],
  normalization: Normalization,
): T[] {
  return words.map((word) => ({
    ...word,
    label: normalizeText(word.label, normalization),
    prediction: normalizeText(word.prediction, normalization),
  }))
}

export interface Comparison {
  readonly charset: CharsetSize
  readonly normalization: Normalization
}

/**
 * The labels that are compared in part: with characters beyond ASCII, of which the comparison knows nothing. Punctuation of
 * ASCII, which 36 and 62 characters leave out by their rule, does not make one.
 */
export function partlyCompared(labels: readonly string[], { charset, normalization }: Comparison): string[] {
  if (charset === 94 && normalization === 'none') return []
  return labels.filter((label) => {
    const kept = normalization === 'none' ? label : label.normalize('NFKD').replace(/\p{M}/gu, '')
    return /[^ -~\s]/.test(kept) && viewOf(normalizeText(label, normalization), charset) !== ''
  })
}

/**
 * Parts of a set by their rule. ICDAR 2013's 1,015 of 1,095 and ICDAR 2015's 1,922 of 2,077 are the words of letters and
 * digits only; ICDAR 2013's 857 are those of them with three characters or more. The field's 1,811 words of ICDAR 2015
 * are a list of files that no rule gives: name them in a list.
 */
export const subsets = {
  all: () => true,
  alphanumeric: (label: string) => /^[0-9A-Za-z]+$/.test(label),
  alphanumeric3: (label: string) => /^[0-9A-Za-z]{3,}$/.test(label),
} as const satisfies Record<string, (label: string) => boolean>
export type Subset = keyof typeof subsets

/**
 * The word of a lexicon nearest to what was read, by edit distance, case ignored; of equals the first. The reading itself
 * where the lexicon is empty.
 */
export function nearestWord(reading: string, lexicon: readonly string[]): string {
  const wanted = reading.toLowerCase()
  let [best, least] = [reading, Number.POSITIVE_INFINITY]
  for (const word of lexicon) {
    if (Math.abs(word.length - wanted.length) >= least) continue
    const distance = boundedDistance(wanted, word.toLowerCase(), least)
    if (distance < least) [best, least] = [word, distance]
    if (least === 0) break
  }
  return best
}

/** Levenshtein's distance, or any number from `limit` on once it cannot be below. */
function boundedDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let lowest = row
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      const distance = Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1)
      current.push(distance)
      lowest = Math.min(lowest, distance)
    }
    if (lowest >= limit) return lowest
    previous = current
  }
  return previous[b.length]!
}

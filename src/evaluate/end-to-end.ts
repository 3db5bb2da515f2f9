/** ICDAR 2015's protocols for words that are found and read (challenge 4, task 4): end to end, and word spotting. */
import type { PhotographWord } from '../data/labelled-photograph.ts'
import { matchWords, type PhotographResult } from './detection.ts'
import { type Retrieval, type RetrievalCounts, retrievalOf } from './retrieval.ts'

/**
 * `end-to-end`: every label counts, and one mark at either end of it need not be read. `word-spotting`: labels of fewer
 * than three characters, or with others than letters and hyphens, are of no matter; marks around the rest are cut off.
 */
export const endToEndRules = ['end-to-end', 'word-spotting'] as const
export type EndToEndRule = (typeof endToEndRules)[number]

/** Recall, precision and h-mean of words that are where a label is and say the same, case ignored. */
export function endToEndScores(photographs: readonly PhotographResult[], rule: EndToEndRule = 'end-to-end'): Retrieval {
  return retrievalOf(photographs.map((photograph) => endToEndCounts(photograph, rule)))
}

/**
 * One photograph's share of the scores. Boxes are matched first, then texts are compared: a wrong reading uses its label
 * up. A label whose text is not known is of no matter: nobody can say whether it was read.
 */
export function endToEndCounts({ words, found }: PhotographResult, rule: EndToEndRule): RetrievalCounts {
  const labels = words.map((word) => (rule === 'end-to-end' ? withUnknownIgnored(word) : spottedWord(word)))
  const { pairs, ...counts } = matchWords(labels, found)
  const right = pairs.filter((pair) => {
    const [label, reading] = [labels[pair.word]!.text!.toUpperCase(), (found[pair.found]!.text ?? '').toUpperCase()]
    return label === reading || (rule === 'end-to-end' && lessOneMark(label).includes(reading))
  })
  return { right: right.length, ...counts }
}

function withUnknownIgnored(word: PhotographWord): PhotographWord {
  return word.text === null || word.text === '' ? { ...word, ignored: true } : word
}

const MARKS = '!?.:,*"()·[]/\''

/** What else a reading of the label may say: the label without a mark at its start, at its end, at both. */
function lessOneMark(label: string): string[] {
  const [isMarkedFirst, isMarkedLast] = [MARKS.includes(label[0]!), MARKS.includes(label[label.length - 1]!)]
  return [
    ...(isMarkedFirst ? [label.slice(1)] : []),
    ...(isMarkedLast ? [label.slice(0, -1)] : []),
    ...(isMarkedFirst && isMarkedLast ? [label.slice(1, -1)] : []),
  ]
}

/** Letters as the protocol's ranges of Unicode have them (À to ƿ, Ǆ to ɿ, Ά to Ͽ), and the hyphen. */
const SPOTTED = /^[a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01bf\u01c4-\u027f\u0386-\u03ff-]{3,}$/

function spottedWord(word: PhotographWord): PhotographWord {
  const text = (word.text ?? '')
    .replace(/'[sS]$/, '')
    .replace(/^-+|-+$/g, '')
    .replace(/[!?.:,*"()·[\]/']/g, ' ')
    .trim()
  return SPOTTED.test(text) ? { ...word, text } : { ...word, ignored: true }
}

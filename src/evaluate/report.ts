/** Everything that is worth knowing of how a recogniser read a set, as one object. */
import { createRandom } from '../random.ts'
import type { EvaluatedWord } from './evaluate.ts'
import {
  alignCharacters,
  bootstrapInterval,
  type CalibrationBin,
  calibration,
  type WordMetrics,
  wordMetrics,
} from './metrics.ts'
import {
  type CharsetSize,
  charsetSizes,
  type Normalization,
  nearestWord,
  normalizeText,
  normalizeWords,
  partlyCompared,
  viewOf,
} from './protocol.ts'

/** A group of words and how they were read. */
export interface Group {
  readonly group: string
  readonly words: number
  readonly accuracy: number
}

export interface SetReport {
  readonly data: string
  readonly charset: CharsetSize
  readonly words: number
  /** Words whose label has no character that is compared. */
  readonly left: number
  /** Words counted of which characters beyond ASCII are not compared. */
  readonly partly: number
  readonly accuracy: number
  /** 95 % bootstrap interval of the accuracy over the words. */
  readonly interval: readonly [number, number]
  readonly oneMinusNed: number
  /** Accuracy with each charset. */
  readonly charsets: Readonly<Record<CharsetSize, WordMetrics>>
  /** Accuracy when every reading is moved to the nearest word of the lexicon, where one was given. */
  readonly lexicon: { readonly size: number; readonly accuracy: number } | null
  /** By length of the label, characters. */
  readonly lengths: readonly Group[]
  /** By how often the word occurs in the training labels, where these were given. */
  readonly frequencies: readonly Group[]
  /** Character accuracy by how often the character occurs in the training labels, where these were given. */
  readonly characterFrequencies: readonly Group[]
  readonly calibration: { readonly ece: number; readonly bins: readonly CalibrationBin[] }
  /** What was read in place of what, most frequent first; '' for a character missed or made up. */
  readonly confusions: readonly { readonly label: string; readonly read: string; readonly times: number }[]
}

export interface ReportOptions {
  readonly charset: CharsetSize
  /** What labels, readings and the lexicon become before they are compared; nothing else unless given. */
  readonly normalization?: Normalization
  readonly lexicon?: readonly string[] | undefined
  /** How often words and characters occur in the training labels, normalised and in the charset's view. */
  readonly training?: TrainingFrequencies | undefined
}

export interface TrainingFrequencies {
  readonly words: ReadonlyMap<string, number>
  readonly characters: ReadonlyMap<string, number>
}

/** Seed of the bootstrap: a report says the same every time. */
const BOOTSTRAP_SEED = 1
const CONFUSIONS = 200

export function reportSet(data: string, given: readonly EvaluatedWord[], options: ReportOptions): SetReport {
  const { charset, normalization = 'none', training } = options
  const results = normalizeWords(given, normalization)
  const lexicon = options.lexicon?.map((word) => normalizeText(word, normalization))
  const labels = given.map(({ label }) => label)
  const words = results.flatMap(({ label, prediction, confidence }) => {
    const [wanted, read] = [viewOf(label, charset), viewOf(prediction, charset)]
    return wanted === '' ? [] : [{ label: wanted, read, confidence, right: wanted === read }]
  })
  const rightness = words.map(({ right }) => (right ? 1 : 0))
  const overall = wordMetrics(results, charset)
  return {
    data,
    charset,
    ...overall,
    partly: partlyCompared(labels, { charset, normalization }).length,
    interval: bootstrapInterval(rightness, createRandom(BOOTSTRAP_SEED)),
    charsets: Object.fromEntries(
      charsetSizes.map((size) => [size, wordMetrics(results, size)]),
    ) as SetReport['charsets'],
    lexicon: lexicon
      ? {
          size: lexicon.length,
          accuracy: wordMetrics(
            results.map(({ label, prediction }) => ({ label, prediction: nearestWord(prediction, lexicon) })),
            charset,
          ).accuracy,
        }
      : null,
    lengths: groupBy(words, ({ label }) => (label.length > 15 ? '16 or more' : `${label.length}`)).sort(
      (a, b) => Number.parseInt(a.group, 10) - Number.parseInt(b.group, 10),
    ),
    frequencies: training ? byFrequency(words, ({ label }) => training.words.get(label) ?? 0) : [],
    characterFrequencies: training ? characterGroups(words, training.characters) : [],
    calibration: calibration(words),
    confusions: confusionsOf(words),
  }
}

interface ComparedWord {
  readonly label: string
  readonly read: string
  readonly right: boolean
}

function groupBy<T extends { readonly right: boolean }>(items: readonly T[], nameOf: (item: T) => string): Group[] {
  const groups = new Map<string, { words: number; right: number }>()
  for (const item of items) {
    const name = nameOf(item)
    const group = groups.get(name) ?? { words: 0, right: 0 }
    groups.set(name, { words: group.words + 1, right: group.right + (item.right ? 1 : 0) })
  }
  return [...groups].map(([group, { words, right }]) => ({ group, words, accuracy: right / words }))
}

/** Names of the groups by frequency in training, and the most times that fall into each. */
export const FREQUENCY_BUCKETS: readonly (readonly [string, number])[] = [
  ['never', 0],
  ['once', 1],
  ['2 to 5 times', 5],
  ['6 to 20 times', 20],
  ['21 to 100 times', 100],
  ['more than 100 times', Number.POSITIVE_INFINITY],
]

/** In rising order of frequency. */
function byFrequency<T extends { readonly right: boolean }>(items: readonly T[], times: (item: T) => number): Group[] {
  const groups = groupBy(items, (item) => FREQUENCY_BUCKETS.find(([, most]) => times(item) <= most)![0])
  return FREQUENCY_BUCKETS.flatMap(([name]) => groups.filter(({ group }) => group === name))
}

/** How often each character of the labels was read right, by its frequency in training. */
function characterGroups(words: readonly ComparedWord[], frequencies: ReadonlyMap<string, number>): Group[] {
  const characters = words.flatMap(({ label, read }) =>
    alignCharacters(label, read).flatMap(([wanted, got]) => (wanted === '' ? [] : [{ wanted, right: wanted === got }])),
  )
  return byFrequency(characters, ({ wanted }) => frequencies.get(wanted) ?? 0)
}

function confusionsOf(words: readonly ComparedWord[]): SetReport['confusions'] {
  const counts = new Map<string, { label: string; read: string; times: number }>()
  for (const { label, read } of words) {
    for (const [wanted, got] of alignCharacters(label, read)) {
      if (wanted === got) continue
      const key = `${wanted}\n${got}`
      const times = (counts.get(key)?.times ?? 0) + 1
      counts.set(key, { label: wanted, read: got, times })
    }
  }
  return [...counts.values()].sort((a, b) => b.times - a.times).slice(0, CONFUSIONS)
}

/** Stage 1, words: what signs say. Lengths and casing follow real crops (IIIT5K, ICDAR 2015, SVT training parts). */
import { CHARACTERS } from '../charset.ts'
import type { Random } from '../random.ts'
import { chance, integer, pick, pickWeighted } from './distributions.ts'
import type { WordSettings } from './settings.ts'
import { SIGN_WORDS } from './sign-words.ts'
import { code, DIGITS, formattedNumber, randomString } from './written-numbers.ts'

/** Characters a word may have, both ends included. */
export interface LengthLimits {
  readonly minimumLength: number
  readonly maximumLength: number
}

export const DEFAULT_LIMITS: LengthLimits = { minimumLength: 1, maximumLength: 25 }

export interface WordSource {
  /** A word of the charset, without spaces, of a length within the limits. */
  draw(random: Random, limits: LengthLimits): string
}

export interface WordOptions {
  readonly settings: WordSettings
  /** Words that are drawn as they are. */
  readonly extraWords?: readonly string[] | undefined
  /** How often words occur, in lower case; needed for naturalness. */
  readonly counts?: ReadonlyMap<string, number> | undefined
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()

/** Relative frequency of lengths 1 to 25: real sets, with a longer tail so that long words are learned too. */
const LENGTH_WEIGHTS = [
  2, 7, 15, 18, 16, 12.5, 10, 7.5, 5.5, 4, 2.8, 2, 1.4, 1, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.12, 0.1, 0.1, 0.1,
]

/** A word source over a lexicon, whose own casing is not used; with no lexicon a short built-in list of sign words serves. */
export function createWordSource(lexicon: readonly string[], options: WordOptions): WordSource {
  const { settings, extraWords = [], counts } = options
  const words = lexicon.map((word) => word.toLowerCase()).filter(isDrawable)
  const byLength = groupByLength(words.length > 0 ? words : SIGN_WORDS, frequencyOf(counts, settings.naturalness))
  const signsByLength = groupByLength(SIGN_WORDS)
  const extraByLength = groupByLength(extraWords.filter(isDrawable))
  const extraShare = extraByLength.size > 0 ? 15 : 0

  const kinds: readonly (readonly [(random: Random, length: number) => string, number])[] = [
    [(random, length) => withCasing(random, wordOfLength(random, byLength, length)), settings.lexicon],
    [
      (random, length) => withCasing(random, wordOfLength(random, length > 9 ? byLength : signsByLength, length)),
      settings.signs,
    ],
    [(random, length) => wordOfLength(random, extraByLength, length), extraShare],
    [
      (random, length) => withPunctuation(random, withCasing(random, wordOfLength(random, byLength, length - 1))),
      settings.punctuated,
    ],
    [(random, length) => digits(random, length), 0.57 * settings.numbers],
    [formattedNumber, 0.43 * settings.numbers],
    [code, 0.58 * settings.codes],
    [
      (random, length) =>
        address(random, wordOfLength(random, signsByLength, integer(random, 3, Math.max(3, length - 7)))),
      0.17 * settings.codes,
    ],
    [(random, length) => compound(random, byLength, length), 0.25 * settings.codes],
    [(random, length) => randomString(random, LOWER + UPPER + DIGITS, Math.min(length, 12)), 0.4 * settings.random],
    [(random, length) => randomString(random, CHARACTERS, Math.min(length, 12)), 0.6 * settings.random],
  ]

  return {
    draw(random, limits) {
      const { minimumLength, maximumLength } = limits
      const length = drawLength(random, limits)
      for (let attempt = 0; attempt < 8; attempt++) {
        const text = pickWeighted(random, kinds)(random, length)
        if (text.length >= minimumLength && text.length <= maximumLength) return text
      }
      let text = ''
      while (text.length < length) text += wordOfLength(random, byLength, length - text.length)
      return withCasing(random, text.slice(0, length))
    },
  }
}

function isDrawable(word: string): boolean {
  return word.length > 0 && [...word].every((character) => CHARACTERS.includes(character))
}

/** Words of one length, and where each one's share of them ends. */
interface WordGroup {
  readonly words: string[]
  readonly ends: number[]
}

type WordGroups = ReadonlyMap<number, WordGroup>

/** A word's weight: how often it occurs, to the power of naturalness; a word without a count has occurred once. */
function frequencyOf(counts: ReadonlyMap<string, number> | undefined, naturalness: number): (word: string) => number {
  if (naturalness > 0 && !counts)
    throw new Error('words.naturalness is above 0, but there are no word frequencies: name a file of them')
  return (word) => (naturalness === 0 ? 1 : (counts!.get(word) ?? 1) ** naturalness)
}

function groupByLength(words: readonly string[], weight: (word: string) => number = () => 1): Map<number, WordGroup> {
  const groups = new Map<number, WordGroup>()
  for (const word of words) {
    const group = groups.get(word.length) ?? { words: [], ends: [] }
    group.words.push(word)
    group.ends.push((group.ends.at(-1) ?? 0) + weight(word))
    groups.set(word.length, group)
  }
  return groups
}

function drawFrom(random: Random, { words, ends }: WordGroup): string {
  const place = random() * ends.at(-1)!
  let [low, high] = [0, words.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! > place) high = middle
    else low = middle + 1
  }
  return words[low]!
}

function drawLength(random: Random, { minimumLength, maximumLength }: LengthLimits): number {
  const choices: [number, number][] = []
  for (let length = minimumLength; length <= maximumLength; length++) {
    choices.push([length, LENGTH_WEIGHTS[length - 1] ?? 0.05])
  }
  return pickWeighted(random, choices)
}

/** A word of the length, or of the nearest length that the lexicon has. */
function wordOfLength(random: Random, groups: WordGroups, length: number): string {
  for (let distance = 0; distance < 30; distance++) {
    const group = groups.get(length - distance) ?? groups.get(length + distance)
    if (group) return drawFrom(random, group)
  }
  return drawFrom(random, pick(random, [...groups.values()]))
}

/** Casing as signs have it; an initial is a letter that begins a word, also after a hyphen. */
export function withCasing(random: Random, word: string): string {
  const style = pickWeighted(random, [
    ['upper', 49],
    ['title', 27],
    ['lower', 20],
    ['camel', 2],
    ['any', 2],
  ] as const)
  if (style === 'upper') return word.toUpperCase()
  if (style === 'lower') return word
  if (style === 'any') {
    return Array.from(word, (letter) => (chance(random, 0.5) ? letter.toUpperCase() : letter)).join('')
  }
  const title = word.replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
  if (style === 'title' || word.length < 5) return title
  const second = integer(random, 2, word.length - 2)
  return title.slice(0, second) + title.slice(second, second + 1).toUpperCase() + title.slice(second + 1)
}

function withPunctuation(random: Random, word: string): string {
  const style = pickWeighted(random, [
    ['after', 50],
    ['possessive', 16],
    ['hyphen', 10],
    ['quotes', 6],
    ['brackets', 5],
    ['inside', 8],
    ['before', 5],
  ] as const)
  if (style === 'after') return word + pickWeighted(random, MARKS_AFTER)
  if (style === 'possessive') return word + (word === word.toUpperCase() ? "'S" : "'s")
  if (style === 'quotes') return `"${word}"`
  if (style === 'brackets') return `(${word})`
  if (style === 'before') return pick(random, ['#', '@', '-', '*', "'", '&', '.', '/']) + word
  if (word.length < 3) return `${word}.`
  const place = integer(random, 1, word.length - 1)
  const mark = style === 'hyphen' ? '-' : pick(random, ["'", '&', '/', '.', '+', ':'])
  return word.slice(0, place) + mark + word.slice(place)
}

const MARKS_AFTER = [
  ['.', 30],
  ['!', 18],
  [',', 16],
  [':', 10],
  ['?', 6],
  ['...', 3],
  ['*', 3],
  ['-', 3],
  [';', 2],
  ['/', 2],
  ['!!', 1],
  ['+', 2],
  [')', 2],
] as const

function digits(random: Random, length: number): string {
  return randomString(random, DIGITS, Math.min(length, pick(random, [2, 3, 4, 5, 6, 8, 10, length])))
}

function address(random: Random, name: string): string {
  const end = pick(random, ['com', 'com', 'com', 'net', 'org', 'co.uk', 'com.sg', 'de', 'it', 'edu'])
  const text = pick(random, [
    () => `www.${name}.${end}`,
    () => `${name}.${end}`,
    () => `http://${name}.${end}`,
    () => `info@${name}.${end}`,
    () => `.${end}`,
    () => `@${name}`,
    () => `#${name}`,
    () => `/${name}`,
  ])()
  return chance(random, 0.25) ? text.toUpperCase() : text
}

/** Two words joined by a mark, about as long as asked. */
function compound(random: Random, groups: WordGroups, length: number): string {
  const first = Math.max(1, Math.floor((length - 1) * 0.5))
  const second = Math.max(1, length - 1 - first)
  const mark = pick(random, ['-', '-', '&', '/', '.', '+', '_', '@'])
  const text = wordOfLength(random, groups, first) + mark + wordOfLength(random, groups, second)
  return chance(random, 0.5) ? text.toUpperCase() : text.replace(/(^|[^a-z])([a-z])/g, (found) => found.toUpperCase())
}

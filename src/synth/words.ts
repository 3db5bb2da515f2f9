/** Stage 1, words: what signs say. Lengths and casing follow real crops (IIIT5K, ICDAR 2015, SVT training parts). */
import { CHARACTERS } from '../charset.ts'
import type { Random } from '../random.ts'
import { address } from './addresses.ts'
import { chance, integer, pick, pickWeighted } from './distributions.ts'
import { phrase } from './phrases.ts'
import { serial } from './serials.ts'
import type { WordSettings } from './settings.ts'
import { SIGN_WORDS } from './sign-words.ts'
import { groupByLength, pieceOfLength, type WordGroups, wordOfLength } from './word-groups.ts'
import { code, DIGITS, formattedNumber, randomString } from './written-numbers.ts'

/** Characters a word may have, both ends included. */
export interface LengthLimits {
  readonly minimumLength: number
  readonly maximumLength: number
}

export const DEFAULT_LIMITS: LengthLimits = { minimumLength: 1, maximumLength: 32 }

export interface WordSource {
  /**
   * A text of the charset, of a length within the limits. Only where the setting `phrases` is above 0 it may hold spaces:
   * never at its ends, never two together.
   */
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

/** Relative frequency of lengths 1 to 32: real sets, with a longer tail so that long words are learned too. */
const LENGTH_WEIGHTS = [
  2, 7, 15, 18, 16, 12.5, 10, 7.5, 5.5, 4, 2.8, 2, 1.4, 1, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.36, 0.33, 0.3, 0.28, 0.26,
  0.24, 0.22, 0.2, 0.19, 0.18, 0.17, 0.16,
]

/** How much likelier than the setting says a text is a phrase: short ones are hardly ever, long ones mostly are. */
function phraseOdds(length: number): number {
  return length < 3 ? 0 : length < 5 ? 0.25 : length < 8 ? 0.6 : length < 11 ? 1.6 : length < 15 ? 4 : 8
}

/** Texts that are tried before one is made of words, cut to length. */
const MOST_ATTEMPTS = 12

/** A word source over a lexicon, whose own casing is not used; with no lexicon a short built-in list of sign words serves. */
export function createWordSource(lexicon: readonly string[], options: WordOptions): WordSource {
  const { settings, extraWords = [], counts } = options
  const words = lexicon.map((word) => word.toLowerCase()).filter(isDrawable)
  const byLength = groupByLength(words.length > 0 ? words : SIGN_WORDS, frequencyOf(counts, settings.naturalness))
  const signsByLength = groupByLength(SIGN_WORDS)
  const mayHoldSpaces = settings.phrases > 0
  const extraByLength = groupByLength(
    extraWords.filter((word) => isDrawable(mayHoldSpaces ? word.replaceAll(' ', '') : word)),
  )
  const kinds = kindsOf(settings, { lexicon: byLength, signs: signsByLength, extra: extraByLength })
  const choicesOf = remember((length) => kinds.map(({ draw, weight }) => [draw, weight(length)] as const))

  return {
    draw(random, limits) {
      const { minimumLength, maximumLength } = limits
      const length = drawLength(random, limits)
      const fits = (size: number) => size >= minimumLength && size <= maximumLength
      const odds = settings.phrases * phraseOdds(length)
      if (odds > 0 && chance(random, odds / (1 - settings.phrases + odds)))
        return phrase(random, { length, fits, lexicon: byLength, signs: signsByLength, casing: withCasing })
      const choices = choicesOf(length)
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const text = pickWeighted(random, choices)(random, length)
        if (fits(text.length)) return text
      }
      return withCasing(random, wordsRunTogether(random, byLength, length))
    },
  }
}

/** A kind of text: how one of about a length is drawn, and its weight among texts of that length. */
interface Kind {
  draw(random: Random, length: number): string
  weight(length: number): number
}

function kindsOf(
  settings: WordSettings,
  { lexicon, signs, extra }: { lexicon: WordGroups; signs: WordGroups; extra: WordGroups },
): Kind[] {
  const extraShare = extra.size > 0 ? 15 : 0
  const { codes, random: randomShare, parts } = settings
  /** 1 for usual lengths, more up to `most` for those that single words hardly ever have. */
  const growing = (most: number) => (length: number) => 1 + (most - 1) * Math.max(0, Math.min(1, (length - 9) / 8))
  const [compounded, addressed, coded] = [growing(5), growing(9), growing(4)]
  // A lexicon has a handful of words of 18 letters and more, which would be learned by heart.
  const single = (length: number) => (length > 17 ? 0.02 : growing(0.15)(length))
  return [
    {
      draw: (random, length) => withCasing(random, wordOfLength(random, lexicon, length)),
      weight: (length) => settings.lexicon * single(length),
    },
    {
      draw: (random, length) => withCasing(random, wordOfLength(random, length > 9 ? lexicon : signs, length)),
      weight: (length) => settings.signs * single(length),
    },
    { draw: (random, length) => wordOfLength(random, extra, length), weight: () => extraShare },
    {
      draw: (random, length) => withPunctuation(random, withCasing(random, wordOfLength(random, lexicon, length - 1))),
      weight: () => settings.punctuated,
    },
    { draw: digits, weight: () => 0.5 * settings.numbers },
    { draw: formattedNumber, weight: () => 0.5 * settings.numbers },
    { draw: code, weight: () => 0.7 * codes },
    {
      draw: (random, length) => compound(random, lexicon, length),
      weight: (length) => 0.3 * codes * compounded(length),
    },
    {
      draw: (random, length) => address(random, lexicon, length),
      weight: (length) => (length < 3 ? 0 : settings.addresses * addressed(length)),
    },
    {
      draw: (random, length) => serial(random, length, ''),
      weight: (length) => (length < 2 ? 0 : settings.serials * coded(length)),
    },
    {
      draw: (random, length) => withCasing(random, partOfWord(random, lexicon, length)),
      weight: (length) => (length < 3 || length > 16 ? 0 : 0.5 * parts),
    },
    {
      draw: (random, length) => inAnyCase(random, wordsRunTogether(random, lexicon, length)),
      weight: (length) => (length < 5 ? 0 : 0.5 * parts * compounded(length)),
    },
    {
      draw: (random, length) =>
        randomString(random, LOWER + UPPER + DIGITS, length > 16 ? integer(random, 2, 16) : length),
      weight: () => 0.4 * randomShare,
    },
    {
      draw: (random, length) => randomString(random, CHARACTERS, length > 12 ? integer(random, 2, 12) : length),
      weight: () => 0.6 * randomShare,
    },
    { draw: singleCharacter, weight: (length) => (length === 1 ? settings.singles : 0) },
  ]
}

/** A letter or digit alone, as on doors, keys, shirts and meters. */
function singleCharacter(random: Random): string {
  const alphabet = pickWeighted(random, [
    [UPPER, 50],
    [LOWER, 24],
    [DIGITS, 26],
  ])
  return pick(random, [...alphabet])
}

/** So many characters of a longer word: its beginning, its end or its middle, as crops and torn labels show it. */
function partOfWord(random: Random, groups: WordGroups, length: number): string {
  const word = wordOfLength(random, groups, length + integer(random, 1, 4))
  const spare = Math.max(0, word.length - length)
  const start = pick(random, [0, spare, integer(random, 0, spare)])
  return word.slice(start, start + length)
}

/** Words without anything between them, exactly so long. */
function wordsRunTogether(random: Random, groups: WordGroups, length: number): string {
  let text = ''
  while (text.length < length) {
    const left = length - text.length
    const size = left <= 4 ? left : left > 18 ? integer(random, 3, 12) : integer(random, 2, left - 2)
    text += pieceOfLength(random, groups, size)
  }
  return text
}

/** Words that run together keep their initials at times. */
function inAnyCase(random: Random, text: string): string {
  if (!chance(random, 0.3) || text.length < 5) return withCasing(random, text)
  const second = integer(random, 2, text.length - 2)
  return (
    text.charAt(0).toUpperCase() + text.slice(1, second) + text.charAt(second).toUpperCase() + text.slice(second + 1)
  )
}

function isDrawable(word: string): boolean {
  return word.length > 0 && [...word].every((character) => CHARACTERS.includes(character))
}

/** A word's weight: how often it occurs, to the power of naturalness; a word without a count has occurred once. */
function frequencyOf(counts: ReadonlyMap<string, number> | undefined, naturalness: number): (word: string) => number {
  if (naturalness > 0 && !counts)
    throw new Error('words.naturalness is above 0, but there are no word frequencies: name a file of them')
  return (word) => (naturalness === 0 ? 1 : (counts!.get(word) ?? 1) ** naturalness)
}

function drawLength(random: Random, { minimumLength, maximumLength }: LengthLimits): number {
  let total = 0
  for (let length = minimumLength; length <= maximumLength; length++) total += LENGTH_WEIGHTS[length - 1] ?? 0.05
  let left = random() * total
  for (let length = minimumLength; length < maximumLength; length++) {
    left -= LENGTH_WEIGHTS[length - 1] ?? 0.05
    if (left < 0) return length
  }
  return maximumLength
}

/** A function of a length that works each out once. */
function remember<T>(workOut: (length: number) => T): (length: number) => T {
  const known = new Map<number, T>()
  return (length) => {
    const found = known.get(length) ?? workOut(length)
    known.set(length, found)
    return found
  }
}

/** Casing as signs have it; an initial is a letter that begins a word, also after a hyphen or a space. */
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
  const title = word.replace(/(^|[- ])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
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
  return randomString(random, DIGITS, length > 10 && chance(random, 0.5) ? integer(random, 2, 10) : length)
}

/** Words joined by marks, exactly as long as asked. */
function compound(random: Random, groups: WordGroups, length: number): string {
  const mark = () => pick(random, ['-', '-', '-', '&', '/', '.', '+', '_', '@'])
  let text = ''
  for (let left = length; left > 0; left = length - text.length) {
    // Long ones are of three or four words: merry-go-round.
    const most = Math.min(12, left - 3)
    const size = left <= 4 || (left <= 10 && text !== '') ? left : integer(random, Math.min(3, most), most)
    text += pieceOfLength(random, groups, size)
    if (text.length < length - 1) text += mark()
  }
  return pick(random, [
    text,
    text.toUpperCase(),
    text.toUpperCase(),
    text.replace(/(^|[^a-z])([a-z])/g, (found) => found.toUpperCase()),
  ])
}

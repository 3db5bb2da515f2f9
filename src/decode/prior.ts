/**
 * How frequent words are, as what is expected before the image is seen. Unlike a lexicon it forbids nothing: what is no
 * word of the list may still be read, if the image shows it clearly enough.
 *
 * P(word) = 1/2 · count / all counts + 1/2 · P(any characters), the latter alike for all characters: the decoder knows
 * from training how letters follow each other, and a prior that says so again counts it twice (trigrams of the list in its
 * place read fewer words). Long names are no rarer than shorter ones. How the constants were chosen: docs/decoding-log.md.
 */

import { SaflError } from '../error.ts'
import { canSpell, lowerCase } from './lexicon.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * Words with their counts, or words that are all alike frequent. Case is ignored, as are marks around a word.
 *
 * @example
 * ```ts
 * const counts: WordCounts = new Map([['exit', 50], ['taxi', 20]])
 * const alike: WordCounts = ['exit', 'taxi']
 * ```
 */
export type WordCounts = ReadonlyMap<string, number> | readonly string[]

/** What is expected of words that begin in one way: natural logarithms of probabilities, times the prior's weight. */
export interface Expectation {
  /** Of all words that begin so; never rises from character to character. */
  readonly begun: number
  /** Of the word that ends here; no more than `begun`. */
  readonly ended: number
  /** Whether a word of the list ends here, marks around it aside. */
  readonly isWord: boolean
  /** After the class id of one further character. */
  after(id: number): Expectation
}

/** How much a prior counts beside the image: see docs/decoding-log.md. */
const PRIOR_WEIGHT = 0.4

export interface PriorOptions {
  /**
   * Words that are expected, with their counts or all alike: a frequent word is read where the image is in doubt, and
   * anything else where it is not. The same map or list must not change between two calls. `null`: none is.
   * When absent, words that are frequent on signs and in English, and names of brands, are expected where a word is not sure.
   *
   * @example
   * ```ts
   * await recognizer.recognize('menu.jpg', { prior: new Map([['soup', 120], ['soap', 2]]) })
   * ```
   */
  readonly prior?: WordCounts | null | undefined
  /**
   * How much the prior counts beside the image, from 0 (nothing) on.
   *
   * @default 0.4
   */
  readonly priorWeight?: number | undefined
}

/** The prior that was asked for last is kept: to make it takes as long as to read a few words. */
export class Expectations {
  private last: { readonly prior: WordCounts; readonly weight: number; readonly start: Expectation } | null = null

  /** Throws where the options are none. */
  of({ prior, priorWeight }: PriorOptions, model: Vocabulary): Expectation | null {
    if (priorWeight !== undefined && !(priorWeight >= 0 && priorWeight < Number.POSITIVE_INFINITY))
      throw new SaflError('option', `priorWeight: ${priorWeight} is no number from 0`)
    if (priorWeight !== undefined && !prior)
      throw new SaflError('option', 'priorWeight: there is no prior that it could weigh')
    if (!prior) return null
    const weight = priorWeight ?? PRIOR_WEIGHT
    if (this.last?.prior !== prior || this.last.weight !== weight)
      this.last = { prior, weight, start: wordPrior(prior, { weight, model }) }
    return this.last.start
  }
}

/** Words of the list, against any other characters. */
const SHARE_OF_WORDS = 0.5
/** Where anything may stand: of each character, and of the end. */
const ANY_CHARACTER = 1 / 40
const ANY_END = 0.2
/** However many they are. */
const ANY_CHARACTERS = ANY_CHARACTER ** 7

/** The prior over the words that the model can spell; throws where there are none, or a count is not above 0. */
export function wordPrior(words: WordCounts, { weight, model }: { weight: number; model: Vocabulary }): Expectation {
  const counts = countSpellable(words, model)
  if (counts.size === 0) throw new SaflError('option', 'prior: the model can spell none of its words')
  const { charset } = model
  // In their order those that begin alike stand together: to sort a list is less work than to make a trie of it.
  const sorted = [...counts.keys()].sort()
  const size = sorted.length
  /** Occurrences of all words before each, and of all. */
  const before = new Float64Array(size + 1)
  for (let place = 0; place < size; place++) before[place + 1] = before[place]! + counts.get(sorted[place]!)!
  const all = before[size]!
  const isMark = charset.spellings.map(isOuterMark)
  const lower = charset.spellings.map((_, id) => charset.spellings[lowerCase(id, charset)]!)

  interface Place {
    /** The words of the list that begin so, with as many characters of theirs. */
    readonly span: Span
    readonly length: number
    /** Whether marks have followed a word. */
    readonly closed: boolean
    /** Probability of the marks around the word so far. */
    readonly marks: number
    /** Probability of the characters so far where anything may stand. */
    readonly open: number
  }
  function expect({ span, length, closed, marks, open }: Place): Expectation {
    const { first, end } = span
    const isWord = first < end && sorted[first]!.length === length
    const exact = isWord ? (before[first + 1]! - before[first]!) / all : 0
    const listed = SHARE_OF_WORDS * marks
    const begun = closed ? exact : (before[end]! - before[first]!) / all
    return {
      begun: weight * Math.log(listed * begun + (1 - SHARE_OF_WORDS) * open),
      ended: weight * Math.log(listed * exact + (1 - SHARE_OF_WORDS) * open * ANY_END),
      isWord,
      after(id) {
        const further = Math.max(open * ANY_CHARACTER, ANY_CHARACTERS)
        const letter = lower[id]!
        const next = closed ? NONE : narrowed(sorted, span, { letter, length })
        if (next.first < next.end)
          return expect({ span: next, length: length + letter.length, closed, marks, open: further })
        const isOuter = isMark[id]! && (length === 0 || isWord)
        if (!isOuter) return expect({ span: NONE, length: 1, closed, marks, open: further })
        return expect({ span, length, closed: length > 0, marks: marks * ANY_CHARACTER, open: further })
      },
    }
  }
  return expect({ span: { first: 0, end: size }, length: 0, closed: false, marks: 1, open: 1 })
}

/** Words from `first` on and before `end`. */
interface Span {
  readonly first: number
  readonly end: number
}

const NONE: Span = { first: 0, end: 0 }

/** Of words that begin alike, for `length` units, those that go on with a letter. */
function narrowed(
  words: readonly string[],
  { first, end }: Span,
  { letter, length }: { letter: string; length: number },
): Span {
  for (let unit = 0; unit < letter.length; unit++) {
    const code = letter.charCodeAt(unit)
    end = firstFrom(words, { first, end }, { place: length + unit, code: code + 1 })
    first = firstFrom(words, { first, end }, { place: length + unit, code })
  }
  return { first, end }
}

/** The first of words that begin alike whose unit at a place is no less; `end` where none is. */
function firstFrom(
  words: readonly string[],
  { first, end }: Span,
  { place, code }: { place: number; code: number },
): number {
  while (first < end) {
    const middle = (first + end) >> 1
    // A word that has ended has no unit there, and stands first.
    if (words[middle]!.charCodeAt(place) >= code) end = middle
    else first = middle + 1
  }
  return first
}

/** Whether a word may wear it at its ends and still be the word: no letter and no digit. */
function isOuterMark(character: string): boolean {
  return /^[^\p{L}\p{N}]$/u.test(character)
}

/** Most words of a list, which are long: they need no search for marks, and every model can spell them. */
const IS_BARE = /^[a-z]+$/

/** In lower case, without marks at the ends. */
function countSpellable(words: WordCounts, model: Vocabulary): Map<string, number> {
  const counts = new Map<string, number>()
  const entries = 'get' in words ? words : words.map((word) => [word, 1] as const)
  for (const [word, count] of entries) {
    if (!(count > 0 && count < Number.POSITIVE_INFINITY))
      throw new SaflError('option', `prior: the count of "${word}" is ${count}: it must be a number above 0`)
    const lower = word.toLowerCase()
    const isBare = IS_BARE.test(lower)
    const bare = isBare ? lower : lower.normalize('NFC').replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    if (isBare ? bare.length <= model.maximumLength : canSpell(bare, model))
      counts.set(bare, (counts.get(bare) ?? 0) + count)
  }
  return counts
}

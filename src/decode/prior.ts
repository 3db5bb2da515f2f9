/**
 * How frequent words are, as what is expected before the image is seen. Unlike a lexicon it forbids nothing: what is no
 * word of the list may still be read, if the image shows it clearly enough.
 *
 * P(word) = 1/2 · count / all counts + 1/2 · P(any characters), the latter alike for all characters: the decoder knows
 * from training how letters follow each other, and a prior that says so again counts it twice (trigrams of the list in its
 * place read fewer words). Long names are no rarer than shorter ones. How the constants were chosen: docs/decoding-log.md.
 */

import { SaflError } from '../error.ts'
import { buildTrie, canSpell, childOf, lowerCase, type Trie } from './lexicon.ts'
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
  const trie = buildTrie([...counts.keys()], charset)
  const occurrences = Float64Array.from(counts.values())
  const { share, all } = sharesOfPrefixes(trie, occurrences)
  const isMark = charset.spellings.map(isOuterMark)
  const lower = charset.spellings.map((_, id) => lowerCase(id, charset))

  /** `node` is -1 where no word of the list begins so; `closed`, where marks have followed a word. */
  interface Place {
    readonly node: number
    readonly closed: boolean
    /** Probability of the marks around the word so far. */
    readonly marks: number
    /** Probability of the characters so far where anything may stand. */
    readonly open: number
  }
  function expect({ node, closed, marks, open }: Place): Expectation {
    const word = node < 0 ? -1 : trie.firstWord[node]!
    const exact = word < 0 ? 0 : occurrences[word]! / all
    const listed = SHARE_OF_WORDS * marks
    const begun = node < 0 ? 0 : closed ? exact : share[node]!
    return {
      begun: weight * Math.log(listed * begun + (1 - SHARE_OF_WORDS) * open),
      ended: weight * Math.log(listed * exact + (1 - SHARE_OF_WORDS) * open * ANY_END),
      isWord: word >= 0,
      after(id) {
        const further = Math.max(open * ANY_CHARACTER, ANY_CHARACTERS)
        const child = node < 0 || closed ? 0 : childOf(trie, node, lower[id]!)
        if (child !== 0) return expect({ node: child, closed, marks, open: further })
        const isOuter = isMark[id]! && (node === 0 || word >= 0)
        if (!isOuter) return expect({ node: -1, closed, marks, open: further })
        return expect({ node, closed: node !== 0, marks: marks * ANY_CHARACTER, open: further })
      },
    }
  }
  return expect({ node: 0, closed: false, marks: 1, open: 1 })
}

/** Whether a word may wear it at its ends and still be the word: no letter and no digit. */
function isOuterMark(character: string): boolean {
  return /^[^\p{L}\p{N}]$/u.test(character)
}

/** Most words of a list, which are long: they need no search for marks. */
const IS_BARE = /^[a-z]+$/

/** In lower case, without marks at the ends. */
function countSpellable(words: WordCounts, model: Vocabulary): Map<string, number> {
  const counts = new Map<string, number>()
  const entries = 'get' in words ? words : words.map((word) => [word, 1] as const)
  for (const [word, count] of entries) {
    if (!(count > 0 && count < Number.POSITIVE_INFINITY))
      throw new SaflError('option', `prior: the count of "${word}" is ${count}: it must be a number above 0`)
    const lower = word.toLowerCase()
    const bare = IS_BARE.test(lower) ? lower : lower.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    if (canSpell(bare, model)) counts.set(bare, (counts.get(bare) ?? 0) + count)
  }
  return counts
}

/** What share of all occurrences is of words that begin as each node does. */
function sharesOfPrefixes(trie: Trie, occurrences: Float64Array) {
  const all = occurrences.reduce((sum, count) => sum + count, 0)
  const share = new Float64Array(trie.letters.length)
  // Children have greater numbers than their parents.
  for (let node = trie.letters.length - 1; node >= 0; node--) {
    const word = trie.firstWord[node]!
    if (word >= 0) share[node]! += occurrences[word]! / all
    for (let child = trie.firstChild[node]!; child !== 0; child = trie.nextSibling[child]!)
      share[node]! += share[child]!
  }
  return { share, all }
}

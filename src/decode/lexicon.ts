/** A list of words as a trie: what is read is always one of them. */
import { type Charset, encodeText, UNKNOWN } from '../charset.ts'
import type { Constraint, Transition } from './automaton.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Numbers in flat arrays: a hundred thousand objects would slow down every collection of garbage. Node 0 is the root. */
interface Trie {
  /** Class id of each node's letter, in lower case. */
  readonly letters: Uint8Array
  /** 0 where there is none. */
  readonly firstChild: Int32Array
  readonly nextSibling: Int32Array
  /** The first word that ends at each node, and to each word the next that does; -1 where there is none. */
  readonly firstWord: Int32Array
  readonly nextWord: Int32Array
  /** Fewest further characters from each node to a word. */
  readonly shortest: Uint16Array
}

/** Whether the model can spell it: characters of its own, at least one, and no more than `maximumLength`. */
export function canSpell(word: string, { charset, maximumLength }: Vocabulary): boolean {
  return word.length > 0 && word.length <= maximumLength && !encodeText(word, charset).includes(UNKNOWN)
}

/**
 * Case is ignored in matching, as signs write words in any: both cases of a letter are one. A word is given as the list
 * spells it, of several spellings ("us", "US") the one nearest to what was read, of equals the first. All words must be
 * ones that the model can spell.
 */
export function lexiconConstraint(words: readonly string[], charset: Charset): Constraint {
  const trie = buildTrie(words, charset)
  const { letters, firstChild, nextSibling, firstWord, nextWord, shortest } = trie
  const known = new Map<number, readonly Transition[]>()
  const transitions = (state: number): Transition[] => {
    const found: Transition[] = []
    for (let child = firstChild[state]!; child !== 0; child = nextSibling[child]!)
      found.push({ ids: bothCases(letters[child]!, charset), state: child })
    return found
  }
  return {
    start: 0,
    next(state) {
      const following = known.get(state) ?? transitions(state)
      known.set(state, following)
      return following
    },
    mayEnd: (state) => firstWord[state]! >= 0,
    shortest: (state) => shortest[state]!,
    wordOf(state, spelling) {
      const ending: string[] = []
      for (let word = firstWord[state]!; word >= 0; word = nextWord[word]!) ending.push(words[word]!)
      return nearestCase(ending, spelling)
    },
  }
}

/** Letters in lower case; children have greater numbers than their parents. */
function buildTrie(words: readonly string[], charset: Charset): Trie {
  const most = words.reduce((sum, word) => sum + word.length, 1)
  const trie: Trie = {
    letters: new Uint8Array(most),
    firstChild: new Int32Array(most),
    nextSibling: new Int32Array(most),
    firstWord: new Int32Array(most).fill(-1),
    nextWord: new Int32Array(words.length).fill(-1),
    shortest: new Uint16Array(most).fill(0xffff),
  }
  const lower = charset.spellings.map((_, id) => lowerCase(id, charset))
  let size = 1
  // Of words that end at one node the last comes to stand first.
  for (let word = words.length - 1; word >= 0; word--) {
    const ids = encodeText(words[word]!, charset)
    let node = 0
    for (let place = 0; place < ids.length; place++) {
      const id = lower[ids[place]!]!
      trie.shortest[node] = Math.min(trie.shortest[node]!, ids.length - place)
      let child = childOf(trie, node, id)
      if (child === 0) {
        child = size++
        trie.letters[child] = id
        trie.nextSibling[child] = trie.firstChild[node]!
        trie.firstChild[node] = child
      }
      node = child
    }
    trie.shortest[node] = 0
    trie.nextWord[word] = trie.firstWord[node]!
    trie.firstWord[node] = word
  }
  return trie
}

/** The node after a letter in lower case; 0 where no word goes on so. */
function childOf({ letters, firstChild, nextSibling }: Trie, node: number, letter: number): number {
  let child = firstChild[node]!
  while (child !== 0 && letters[child] !== letter) child = nextSibling[child]!
  return child
}

/** The class of a letter in lower case; the letter's own where the model has none. */
export function lowerCase(id: number, { spellings, idOf }: Charset): number {
  return idOf.get(spellings[id]!.toLowerCase()) ?? id
}

function bothCases(id: number, { spellings, idOf }: Charset): number[] {
  const upper = idOf.get(spellings[id]!.toUpperCase()) ?? id
  return upper === id ? [id] : [id, upper]
}

function nearestCase(words: readonly string[], spelling: string): string {
  const likeness = (word: string) => [...word].filter((character, place) => character === spelling[place]).length
  return words.reduce((best, word) => (likeness(word) > likeness(best) ? word : best))
}

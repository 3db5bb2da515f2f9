/** A list of words as a trie: what is read is always one of them. */
import { CHARACTERS, encodeText, UNKNOWN } from '../charset.ts'
import type { Constraint, Transition } from './beam.ts'

interface Node {
  readonly children: Map<string, number>
  /** Spellings of the list that end here, in its order. */
  readonly words: string[]
  /** Fewest further characters to a word. */
  shortest: number
}

/** Whether the model can spell it: characters of its own, at least one, and no more than `maximumLength`. */
export function canSpell(word: string, maximumLength: number): boolean {
  return word.length > 0 && word.length <= maximumLength && !encodeText(word).includes(UNKNOWN)
}

/**
 * Case is ignored in matching, as signs write words in any; a word is given as the list spells it, of several spellings
 * ("us", "US") the one nearest to what was read, of equals the first. All words must be ones that the model can spell.
 */
export function lexiconConstraint(words: readonly string[]): Constraint {
  const nodes: Node[] = [emptyNode()]
  for (const word of words) insert(nodes, word)
  const transitions: (readonly Transition[] | undefined)[] = []
  return {
    start: 0,
    next(state) {
      transitions[state] ??= [...nodes[state]!.children].flatMap(([letter, child]) =>
        cases(letter).map((character) => ({ id: CHARACTERS.indexOf(character), state: child })),
      )
      return transitions[state]
    },
    mayEnd: (state) => nodes[state]!.words.length > 0,
    shortest: (state) => nodes[state]!.shortest,
    wordOf: (state, spelling) => nearestCase(nodes[state]!.words, spelling),
  }
}

function emptyNode(): Node {
  return { children: new Map(), words: [], shortest: Number.POSITIVE_INFINITY }
}

function insert(nodes: Node[], word: string): void {
  const letters = word.toLowerCase()
  let node = nodes[0]!
  for (let place = 0; place < letters.length; place++) {
    node.shortest = Math.min(node.shortest, letters.length - place)
    let child = node.children.get(letters[place]!)
    if (child === undefined) {
      child = nodes.push(emptyNode()) - 1
      node.children.set(letters[place]!, child)
    }
    node = nodes[child]!
  }
  node.shortest = 0
  node.words.push(word)
}

function cases(letter: string): string[] {
  const upper = letter.toUpperCase()
  return upper === letter ? [letter] : [letter, upper]
}

function nearestCase(words: readonly string[], spelling: string): string {
  const likeness = (word: string) => [...word].filter((character, place) => character === spelling[place]).length
  return words.reduce((best, word) => (likeness(word) > likeness(best) ? word : best))
}

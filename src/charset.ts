/**
 * Characters and class ids. Order and special ids are those of the authors' code: Python's `string.printable[:-6]`
 * (digits, a-z, A-Z, punctuation) are classes 0 to 93, then end, padding and unknown; the start symbol exists in the
 * embedding only.
 */
export const CHARACTERS =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

export const END = CHARACTERS.length
export const PADDING = END + 1
export const UNKNOWN = END + 2
/** Number of classes that the classifier scores: 94 characters, end, padding, unknown. */
export const CLASSES = END + 3
/** Fed to the decoder before the first character; a row of the embedding, never a class. */
export const START = CLASSES

/** Connectionist temporal classification has no end symbol; its blank, "no character here", takes that class. */
export const BLANK = END
/** Number of classes of its head without further characters: 94 characters and the blank. */
export const CTC_CLASSES = BLANK + 1

/** A model may spell further characters: their classes follow the start symbol, which nothing is ever read as. */
export const FIRST_FURTHER = START + 1

export interface Charset {
  /** What each class spells, by class id; empty for those that spell nothing. */
  readonly spellings: readonly string[]
  readonly idOf: ReadonlyMap<string, number>
  /** Rows of the decoder's embedding. */
  readonly embedded: number
  /** Classes that the decoder's classifier scores. */
  readonly classes: number
  /** Classes of the head of connectionist temporal classification: ids up to the blank, or to the last further character. */
  readonly ctcClasses: number
}

/** The 94 characters and `further` ones, code point by code point. */
export function createCharset(further = ''): Charset {
  const added = [...further]
  const spellings = [...CHARACTERS, ...Array.from({ length: FIRST_FURTHER - END }, () => ''), ...added]
  return {
    spellings,
    idOf: new Map(spellings.flatMap((character, id) => (character === '' ? [] : [[character, id]]))),
    embedded: spellings.length,
    classes: added.length === 0 ? CLASSES : spellings.length,
    ctcClasses: added.length === 0 ? CTC_CLASSES : spellings.length,
  }
}

/** The charset of the paper and of the benchmarks. */
export const printable: Charset = createCharset()

/** What is the same in every normal form. */
const ASCII = /^[\0-\x7f]*$/

/** Class ids of a word, without the end symbol; a character outside the charset becomes `UNKNOWN`. */
export function encodeText(text: string, { idOf }: Charset = printable): number[] {
  const ids: number[] = []
  // Lists of words are long, and most of them have nothing to compose.
  for (const character of ASCII.test(text) ? text : text.normalize('NFC')) ids.push(idOf.get(character) ?? UNKNOWN)
  return ids
}

/** The word that class ids spell, up to the first end symbol; padding and unknown are left out. */
export function decodeIds(ids: Iterable<number>, { spellings }: Charset = printable): string {
  let text = ''
  for (const id of ids) {
    if (id === END) break
    text += spellings[id] ?? ''
  }
  return text
}

/** The benchmarks' view of a word: lower case, letters and digits only (36 characters). */
export function alphanumericView(text: string): string {
  return text.toLowerCase().replace(/[^0-9a-z]/g, '')
}

/** A user's constraints on the words, made one automaton. */

import type { Charset } from '../charset.ts'
import { SaflError } from '../error.ts'
import type { Constraint } from './automaton.ts'
import { canSpell, lexiconConstraint } from './lexicon.ts'
import { patternConstraint } from './pattern.ts'
import { type PatternTree, parsePattern } from './pattern-syntax.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface ConstraintOptions {
  /**
   * The words there are, such as a list of stations: what is read is one of them, as the list spells it; case is ignored in
   * matching. Words that the model cannot spell (other characters, too long) are never read.
   * When absent, any word.
   *
   * @example
   * ```ts
   * await recognizer.recognize('sign.jpg', { lexicon: ['Oxford Circus', 'Bank', 'Angel'] })
   * ```
   */
  readonly lexicon?: readonly string[]
  /**
   * A regular expression that the whole text matches, case as it stands: characters, classes, `.`, `\d \w \s`, groups, `|`,
   * `? * + {m,n}`. A RegExp must have no flags.
   * When absent, any text.
   *
   * @example
   * ```ts
   * await recognizer.recognize('plate.jpg', { pattern: /[A-Z]{2}\d{2} [A-Z]{3}/ })
   * ```
   */
  readonly pattern?: string | RegExp
  /**
   * The characters that the text is made of; when absent, all that the model spells.
   *
   * @example
   * ```ts
   * await recognizer.recognize('meter.jpg', { allow: '0123456789.' })
   * ```
   */
  readonly allow?: string
}

const anything: PatternTree = {
  kind: 'repeat',
  part: { kind: 'set', holds: () => true },
  least: 0,
  most: Number.POSITIVE_INFINITY,
}

/**
 * All constraints together; a lexicon keeps those of its words that, as it spells them, fulfil the others. Throws where no word
 * can: a reading under the automaton that it returns always fulfils them.
 */
export function compileConstraint(options: ConstraintOptions, model: Vocabulary): Constraint {
  const { lexicon, pattern, allow } = options
  const spelling = pattern === undefined && allow === undefined ? null : spellingConstraint(options, model)
  if (lexicon === undefined) return spelling ?? spellingConstraint({}, model)
  const known = lexicon.filter((word) => canSpell(word, model))
  if (known.length === 0)
    throw new SaflError(
      'option',
      `lexicon: of its ${lexicon.length} words the model can spell none: they need 1 to ${model.maximumLength} of its characters, ${model.charset.spellings.join('')}`,
    )
  const words = spelling ? known.filter((word) => accepts(spelling, word, model.charset)) : known
  if (words.length === 0)
    throw new SaflError(
      'option',
      `lexicon: none of its ${known.length} words fits ${pattern === undefined ? 'allow' : 'the pattern'}`,
    )
  return lexiconConstraint(words, model.charset)
}

function spellingConstraint({ pattern, allow }: ConstraintOptions, { charset, maximumLength }: Vocabulary): Constraint {
  const allowed = allowedClasses(allow, charset)
  const { tree, named } = pattern === undefined ? { tree: anything, named: [] } : parsePattern(sourceOf(pattern))
  const constraint = patternConstraint(tree, { charset, allowed, maximumLength })
  if (constraint) return constraint
  const foreign = named.filter((character) => !charset.idOf.has(character))
  const unknown = foreign.map((character) => `"${character}"`).join(', ')
  const why = foreign.length > 0 ? `; the model does not know ${unknown}` : ''
  const within = allow === undefined ? '' : ' of the characters in allow'
  throw new SaflError(
    'option',
    `pattern: no word of up to ${maximumLength} characters${within} matches "${pattern}"${why}`,
  )
}

function sourceOf(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern
  if (pattern.flags !== '')
    throw new SaflError('option', `pattern: the flags "${pattern.flags}" are not supported: leave them out`)
  return pattern.source
}

function allowedClasses(allow: string | undefined, { spellings, idOf }: Charset): boolean[] {
  if (allow === undefined) return spellings.map((character) => character !== '')
  if (allow === '') throw new SaflError('option', 'allow: names no character')
  for (const character of allow)
    if (!idOf.has(character))
      throw new SaflError(
        'option',
        `allow: the model does not know "${character}"; its characters are ${spellings.join('')}`,
      )
  return spellings.map((character) => character !== '' && allow.includes(character))
}

function accepts(constraint: Constraint, word: string, { idOf }: Charset): boolean {
  let state: number | undefined = constraint.start
  for (const character of word) {
    const id = idOf.get(character)
    state = constraint.next(state).find(({ ids }) => id !== undefined && ids.includes(id))?.state
    if (state === undefined) return false
  }
  return constraint.mayEnd(state)
}

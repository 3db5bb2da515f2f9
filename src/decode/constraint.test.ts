import { describe, expect, test } from 'vitest'
import { CHARACTERS, createCharset, encodeText, printable } from '../charset.ts'
import { createRandom } from '../random.ts'
import { compileConstraint } from './constraint.ts'

type Constraint = ReturnType<typeof compileConstraint>

const speller = (maximumLength: number, charset = printable) => ({ charset, maximumLength })

/** Whether the automaton takes a word, and that from every state on the way an end is as near as it says. */
function takes(constraint: Constraint, word: string): boolean {
  let state = constraint.start
  for (const id of encodeText(word)) {
    const following = constraint.next(state)
    const nearest = Math.min(...following.map((each) => 1 + constraint.shortest(each.state)))
    expect(constraint.shortest(state)).toBe(constraint.mayEnd(state) ? 0 : nearest)
    const next = following.find(({ ids }) => ids.includes(id))
    if (!next) return false
    state = next.state
  }
  return constraint.mayEnd(state)
}

/** A word that the automaton takes, chosen at random. */
function wander(constraint: Constraint, random: () => number, maximumLength: number): string {
  let [text, state] = ['', constraint.start]
  for (;;) {
    const room = maximumLength - text.length
    const open = constraint.next(state).filter((each) => 1 + constraint.shortest(each.state) <= room)
    if (open.length === 0 || (constraint.mayEnd(state) && random() < 0.3)) break
    const { ids, state: after } = open[Math.floor(random() * open.length)]!
    text += CHARACTERS[ids[Math.floor(random() * ids.length)]!]
    state = after
  }
  expect(constraint.mayEnd(state)).toBe(true)
  return constraint.wordOf(state, text)
}

const patterns = [
  '[A-Z]{2}-?\\d{3,4}',
  '(foo|ba+r)*',
  '\\w+@\\w+\\.(com|org)',
  '[^a-z]+',
  '.{3}',
  'a{2}|b{0,2}c{1,}',
  '(a?b?){3}',
  '((a|b)*c){2,3}x??',
  '\\$\\d+(\\.\\d\\d)?',
  '[\\d.-]+',
  '[\\]\\\\a-]{1,3}',
  '\\D\\S\\W',
  '(?:ab|)',
  '^(x|y)+$',
  'a||b',
  '(a*)*b',
  '[]}]*z|}',
]

describe('patterns', () => {
  test.each(patterns)("%s takes what JavaScript's own engine matches, and nothing else", (source) => {
    const engine = new RegExp(`^(?:${source})$`)
    const constraint = compileConstraint({ pattern: source }, speller(12))
    const random = createRandom(3)
    let matching = 0
    for (let round = 0; round < 400; round++) {
      const word = wander(constraint, random, 12)
      expect(word).toMatch(engine)
      expect(word.length).toBeLessThanOrEqual(12)
      // Neighbours of words that match often do not.
      const letters = [...word]
      const place = Math.floor(random() * (letters.length + 1))
      const letter = random() < 0.5 ? 'abcxyz01.-'[Math.floor(random() * 10)]! : CHARACTERS[Math.floor(random() * 94)]!
      letters.splice(place, random() < 0.5 ? 1 : 0, ...(random() < 0.7 ? [letter] : []))
      const changed = letters.join('')
      expect([changed, takes(constraint, changed)]).toEqual([changed, engine.test(changed)])
      if (engine.test(changed)) matching++
    }
    expect(matching).toBeLessThan(400)
  })

  test('random patterns', () => {
    const random = createRandom(9)
    const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!
    const make = (depth: number): string => {
      if (depth === 0) return pick(['a', 'b', '.', '[ab]', '[^a]', '\\w', '\\.'])
      const inner = () => make(depth - 1)
      return pick([
        () => inner() + inner(),
        () => `(${inner()}|${inner()})`,
        () => `(?:${inner()})${pick(['?', '*', '+', '{2}', '{1,2}', '{0,}', '*?'])}`,
      ])()
    }
    for (let round = 0; round < 150; round++) {
      const source = make(3)
      const engine = new RegExp(`^(?:${source})$`)
      const constraint = compileConstraint({ pattern: source }, speller(16))
      expect(wander(constraint, random, 16)).toMatch(engine)
      for (let word = 0; word < 20; word++) {
        const text = Array.from({ length: Math.floor(random() * 6) }, () => pick(['a', 'b', '.', 'Z'])).join('')
        expect([source, text, takes(constraint, text)]).toEqual([source, text, engine.test(text)])
      }
    }
  })

  test.each([
    ['a(?=b)', /group "\(\?=" is not supported.*character 2/],
    ['(?<year>\\d+)', /group "\(\?<y" is not supported/],
    ['(?<!a)b', /group "\(\?<!" is not supported/],
    ['\\bword', /"\\b" is not supported/],
    ['(a)\\1', /"\\1" is not supported/],
    ['a^b', /"\^" inside a pattern is not supported/],
    ['(a$)b', /"\$" inside a pattern is not supported/],
    ['(ab', /"\(" is never closed \(character 1\)/],
    ['ab)', /"\)" closes nothing \(character 3\)/],
    ['[ab', /"\[" is never closed/],
    ['[b-a]', /range "b-a" runs backwards/],
    ['[\\d-z]', /a range needs a character at both ends/],
    ['*a', /"\*" has nothing to repeat/],
    ['a**', /"\*" has nothing to repeat/],
    ['a{,3}', /"\{" is followed by no count/],
    ['a{3,2}', /"\{3,2\}" counts down/],
    ['a\\', /stands at the end/],
    ['((a{12}){12}){12}', /no word of up to 12 characters/],
    ['(((\\w{1,12}){1,12}){1,12}){1,12}', /too large/],
    ['a{13}', /no word of up to 12 characters matches "a\{13\}"/],
    ['caf[é]', /the model does not know "é"/],
  ])('%s is refused by name', (pattern, message) => {
    expect(() => compileConstraint({ pattern }, speller(12))).toThrow(message)
    expect(() => compileConstraint({ pattern }, speller(12))).toThrow(/^pattern: /)
  })

  test('a RegExp does as well, without flags', () => {
    expect(takes(compileConstraint({ pattern: /\d+/ }, speller(5)), '123')).toBe(true)
    expect(() => compileConstraint({ pattern: /a/i }, speller(5))).toThrow(/flags "i"/)
  })
})

describe('lexicons and allowed characters', () => {
  test('case is ignored, and the spelling is that of the list', () => {
    const constraint = compileConstraint({ lexicon: ['Hotel', 'us', 'US', 'hot'] }, speller(12))
    for (const word of ['hotel', 'HOTEL', 'hOT', 'Us']) expect(takes(constraint, word)).toBe(true)
    for (const word of ['', 'hote', 'hotels', 'u']) expect(takes(constraint, word)).toBe(false)
    const end = (word: string) =>
      encodeText(word).reduce((state, id) => constraint.next(state).find(({ ids }) => ids.includes(id))!.state, 0)
    const given = (word: string) => constraint.wordOf(end(word), word)
    expect(['HOTEL', 'us', 'uS', 'US', 'Us'].map(given)).toEqual(['Hotel', 'us', 'us', 'US', 'us'])
  })

  test('words that the model cannot spell are left out; a list of nothing else is refused', () => {
    const constraint = compileConstraint({ lexicon: ['café', '', 'toolong', 'bar'] }, speller(5))
    const random = createRandom(1)
    for (let round = 0; round < 20; round++) expect(wander(constraint, random, 5)).toBe('bar')
    expect(() => compileConstraint({ lexicon: ['café', 'toolong'] }, speller(5))).toThrow(
      /^lexicon: of its 2 words .* none/,
    )
    expect(() => compileConstraint({ lexicon: [] }, speller(5))).toThrow(/^lexicon: of its 0 words/)
  })

  test('demands add up', () => {
    const random = createRandom(2)
    const lexicon = ['A1', 'b2', 'C3', 'd', 'Ee']
    const listed = compileConstraint({ lexicon, pattern: '[A-Z].*', allow: 'ACEe13' }, speller(5))
    const found = new Set(Array.from({ length: 100 }, () => wander(listed, random, 5)))
    expect([...found].sort()).toEqual(['A1', 'C3', 'Ee'])
    const spelled = compileConstraint({ pattern: '\\w{2,}', allow: 'a-1' }, speller(5))
    for (let round = 0; round < 50; round++) expect(wander(spelled, random, 5)).toMatch(/^[a1]{2,5}$/)
    expect(() => compileConstraint({ lexicon, pattern: 'x.*' }, speller(5))).toThrow(
      /none of its 5 words fits the pattern/,
    )
    expect(() => compileConstraint({ lexicon, allow: 'xyz' }, speller(5))).toThrow(/none of its 5 words fits allow/)
    expect(() => compileConstraint({ pattern: '\\d+', allow: 'xyz' }, speller(5))).toThrow(
      /of the characters in allow matches/,
    )
  })

  test('allowed characters are checked', () => {
    expect(() => compileConstraint({ allow: '' }, speller(5))).toThrow('allow: names no character')
    expect(() => compileConstraint({ allow: 'aé' }, speller(5))).toThrow(/^allow: the model does not know "é"/)
  })

  test("a model's further characters are known, in both cases where it has both", () => {
    const model = speller(5, createCharset('éÉß'))
    const spells = (constraint: Constraint, word: string) => {
      const ids = encodeText(word, model.charset)
      let state: number | undefined = constraint.start
      for (const id of ids) state = constraint.next(state ?? -1).find((each) => each.ids.includes(id))?.state
      return state !== undefined && constraint.mayEnd(state)
    }
    const lexicon = compileConstraint({ lexicon: ['Café', 'Maß'] }, model)
    for (const word of ['Café', 'CAFÉ', 'maß']) expect(spells(lexicon, word)).toBe(true)
    expect(spells(lexicon, 'Cafe')).toBe(false)
    expect(spells(compileConstraint({ pattern: '[^a-z]+' }, model), 'ÉÉ')).toBe(true)
    expect(spells(compileConstraint({ allow: 'ß' }, model), 'ßß')).toBe(true)
  })
})

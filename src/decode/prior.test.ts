import { describe, expect, test } from 'vitest'
import { createCharset, encodeText, printable } from '../charset.ts'
import { createRandom } from '../random.ts'
import { type Expectation, type WordCounts, wordPrior } from './prior.ts'

const model = { charset: printable, maximumLength: 10 }
const after = (start: Expectation, text: string) =>
  encodeText(text).reduce((expectation, id) => expectation.after(id), start)

const counts = new Map([
  ['Cat', 6],
  ['cats', 1],
  ['dog', 2],
  ["don't", 1],
])
/** Where any character may stand; of more than seven of them no less than of seven. */
const open = (length: number) => 0.5 * (1 / 40) ** Math.min(length, 7)

describe('a prior', () => {
  const start = wordPrior(counts, { weight: 1, model })

  test.each([
    ['', 1, 0],
    ['c', 0.7, 0],
    ['CAT', 0.7, 0.6],
    ['cats', 0.1, 0.1],
    ['d', 0.3, 0],
    ["Don't", 0.1, 0.1],
    ["Don'", 0.1, 0],
    ['cot', 0, 0],
    ['7', 0, 0],
    ['Llanfair', 0, 0],
    ['Llanfairpw', 0, 0],
  ])('"%s": words that begin so are %f of all, the word itself %f', (text, prefix, word) => {
    const { begun, ended } = after(start, text)
    expect(Math.exp(begun)).toBeCloseTo(0.5 * prefix + open(text.length), 12)
    expect(Math.exp(ended)).toBeCloseTo(0.5 * word + 0.2 * open(text.length), 12)
  })

  test('marks around a word cost a character each, and it stays the word; within, it is another', () => {
    for (const [text, word] of [
      ['"Cat"', 'cat'],
      ['(dog', 'dog'],
      ['dog!!', 'dog'],
    ] as const) {
      const marks = (1 / 40) ** (text.length - word.length)
      const share = counts.get(word) ?? counts.get('Cat')!
      expect(Math.exp(after(start, text).ended)).toBeCloseTo(0.05 * share * marks + 0.2 * open(text.length), 12)
    }
    for (const text of ['do-g', 'dog!s', 'ca', '!'])
      expect(Math.exp(after(start, text).ended)).toBeCloseTo(0.2 * open(text.length), 12)
  })

  test('never rises, and all words together are no more than one', () => {
    for (const text of ['"Cats!"', 'dogged', "don't.", '---', '12.50']) {
      let last = start
      for (const id of encodeText(text)) {
        const next = last.after(id)
        expect(next.begun).toBeLessThanOrEqual(last.begun)
        expect(next.ended).toBeLessThanOrEqual(next.begun)
        last = next
      }
    }
    const listed = [...counts.keys()].reduce((sum, word) => sum + Math.exp(after(start, word).ended), 0)
    expect(listed).toBeGreaterThan(0.5)
    expect(listed).toBeLessThan(0.51)
  })

  test('its weight multiplies logarithms; a list is of words all alike; case, marks and foreign words do not count', () => {
    const half = wordPrior(counts, { weight: 0.5, model })
    expect(after(half, 'cat').ended).toBeCloseTo(after(start, 'cat').ended / 2, 12)
    const alike: WordCounts = ['Cat', 'cat', '"CAT"', 'dog', 'straße', 'unpronounceable', '!!']
    const list = wordPrior(alike, { weight: 1, model })
    expect(Math.exp(after(list, 'cat').ended)).toBeCloseTo(0.5 * 0.75 + 0.2 * open(3), 12)
  })

  test('further characters, also those of two units, composed or not; a mark within a word goes on with it', () => {
    const wide = { charset: createCharset('é𝒶'), maximumLength: 10 }
    const given = new Map([
      ['Cafe\u0301', 4],
      ['𝒶b', 2],
      ["dog's", 2],
      ['dog', 2],
    ])
    const begin = wordPrior(given, { weight: 1, model: wide })
    const share = (text: string) => {
      const { isWord, begun } = encodeText(text, wide.charset).reduce((at, id) => at.after(id), begin)
      return [isWord, Math.round(200 * (Math.exp(begun) - open([...text].length))) / 100]
    }
    expect(share('café')).toEqual([true, 0.4])
    expect(share('cafe')).toEqual([false, 0])
    expect(share('𝒶')).toEqual([false, 0.2])
    expect(share('𝒶B')).toEqual([true, 0.2])
    expect(share('dog')).toEqual([true, 0.4])
    expect(share("dog'")).toEqual([false, 0.2])
    expect(share("dog's")).toEqual([true, 0.2])
    expect(share('dog.')[0]).toBe(true)
  })

  test('of any list as counting says', () => {
    const random = createRandom(5)
    const letters = ['a', 'b', 'B', "'"]
    const spell = (most: number) =>
      Array.from({ length: 1 + Math.floor(random() * most) }, () => letters[Math.floor(random() * 4)]!).join('')
    const list = Array.from({ length: 60 }, () => spell(5))
    const bare = list.map((word) => word.toLowerCase().replace(/^'+|'+$/g, '')).filter((word) => word !== '')
    const begin = wordPrior(list, { weight: 1, model })
    for (const text of Array.from({ length: 300 }, () => spell(6).replace(/^'+/, 'a'))) {
      const { begun, isWord } = after(begin, text)
      const lower = text.toLowerCase()
      const those = bare.filter((word) => word.startsWith(lower)).length / bare.length
      // Marks at its end may stand around a word: what begins so is no more than that word then.
      if (those > 0 || !text.endsWith("'"))
        expect(Math.exp(begun), text).toBeCloseTo(0.5 * those + open(text.length), 10)
      if (!text.endsWith("'")) expect(isWord, text).toBe(bare.includes(lower))
    }
  })

  test('what cannot be is refused', () => {
    expect(() => wordPrior(['straße', ''], { weight: 1, model })).toThrow('prior: the model can spell none')
    expect(() => wordPrior(new Map([['a', 0]]), { weight: 1, model })).toThrow(/count of "a" is 0/)
  })
})

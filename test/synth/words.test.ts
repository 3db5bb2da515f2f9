import { describe, expect, it } from 'vitest'
import { CHARACTERS } from '../../src/charset.ts'
import { createRandom } from '../../src/random.ts'
import { synthSettings } from '../../src/synth/settings.ts'
import { createWordSource, DEFAULT_LIMITS } from '../../src/synth/words.ts'

const settings = synthSettings.parse({}).words

describe('words', () => {
  it('cases words as signs do, whatever the casing of the lexicon', () => {
    const source = createWordSource(['ALLOWANCE', 'MOUNTAIN', 'lemon', 'Tree'], { settings })
    const random = createRandom(1)
    const counts = { upper: 0, title: 0, lower: 0, all: 0 }
    for (let draw = 0; draw < 4000; draw++) {
      const word = source.draw(random, DEFAULT_LIMITS)
      if (!/^[A-Za-z]{2,}$/.test(word)) continue
      counts.all++
      if (/^[A-Z]+$/.test(word)) counts.upper++
      if (/^[A-Z][a-z]+$/.test(word)) counts.title++
      if (/^[a-z]+$/.test(word)) counts.lower++
    }
    expect(counts.all).toBeGreaterThan(2500)
    expect(counts.upper / counts.all).toBeGreaterThan(0.4)
    expect(counts.title / counts.all).toBeGreaterThan(0.2)
    expect(counts.lower / counts.all).toBeGreaterThan(0.12)
  })

  it('says every character of the charset, and none else without phrases', () => {
    const source = createWordSource([], { settings: { ...settings, phrases: 0 } })
    const random = createRandom(2)
    const seen = new Set<string>()
    for (let draw = 0; draw < 8000; draw++)
      for (const character of source.draw(random, DEFAULT_LIMITS)) seen.add(character)
    expect([...seen].sort().join('')).toBe([...CHARACTERS].sort().join(''))
  })

  it('keeps every length from 1 to 32 exactly, with and without spaces', () => {
    const lexicon = ['ice', 'tea', 'house', 'mountain', 'weatherstripping', 'a', 'of']
    for (const phrases of [0, 0.06, 1]) {
      const source = createWordSource(lexicon, { settings: { ...settings, phrases } })
      const random = createRandom(6)
      for (let length = 1; length <= 32; length++) {
        const limits = { minimumLength: length, maximumLength: length }
        for (let draw = 0; draw < 60; draw++) expect(source.draw(random, limits)).toHaveLength(length)
      }
    }
  })

  it('puts spaces where phrases ask for them: between words, never two together', () => {
    const shareOf = (phrases: number) => {
      const source = createWordSource([], { settings: { ...settings, phrases } })
      const random = createRandom(7)
      const drawn = Array.from({ length: 8000 }, () => source.draw(random, { minimumLength: 3, maximumLength: 32 }))
      for (const text of drawn) expect(text).not.toMatch(/^ | $| {2}/)
      return drawn.filter((text) => text.includes(' ')).length / drawn.length
    }
    expect(shareOf(0)).toBe(0)
    expect(shareOf(0.06)).toBeGreaterThan(0.045)
    expect(shareOf(0.06)).toBeLessThan(0.085)
    expect(shareOf(1)).toBe(1)
  })

  it('says letters and digits alone, all 62 of them, where one character is asked for', () => {
    const source = createWordSource([], { settings })
    const random = createRandom(8)
    const drawn = Array.from({ length: 3000 }, () => source.draw(random, { minimumLength: 1, maximumLength: 1 }))
    expect(new Set(drawn.filter((text) => /[A-Za-z0-9]/.test(text))).size).toBe(62)
    expect(drawn.filter((text) => /[A-Za-z0-9]/.test(text)).length / drawn.length).toBeGreaterThan(0.9)
  })

  it('has addresses, accounts, plates, parts of words and what else long texts are', () => {
    const source = createWordSource([], { settings })
    const random = createRandom(9)
    const shareOf = (pattern: RegExp, minimumLength: number, maximumLength: number) => {
      const drawn = Array.from({ length: 3000 }, () => source.draw(random, { minimumLength, maximumLength }))
      return drawn.filter((text) => pattern.test(text)).length / drawn.length
    }
    expect(shareOf(/^(https?:\/\/|www\.)/i, 18, 32)).toBeGreaterThan(0.04)
    expect(shareOf(/^[\w.+-]+@[\w-]+\.[\w.]+$/i, 18, 32)).toBeGreaterThan(0.04)
    expect(shareOf(/^[A-Z]{2}\d\d ?[A-Z0-9]{4}( ?[A-Z0-9]{1,4})+$/, 15, 32)).toBeGreaterThan(0.01)
    expect(shareOf(/^\d{20,32}$/, 20, 32)).toBeGreaterThan(0.02)
    expect(shareOf(/^[A-Z]{3}-?\d{3,4}$/, 6, 8)).toBeGreaterThan(0.0005)
    expect(shareOf(/^[-+]?\d+\.\d+$/, 3, 8)).toBeGreaterThan(0.002)
  })

  it('drops lexicon words outside the charset and takes extra words as they are', () => {
    const source = createWordSource(['naïve', 'two words', 'plain'], { settings, extraWords: ['McDonaldsXYZ'] })
    const random = createRandom(3)
    const drawn = Array.from({ length: 2000 }, () => source.draw(random, { minimumLength: 12, maximumLength: 12 }))
    expect(drawn).toContain('McDonaldsXYZ')
    expect(drawn.every((word) => word.length === 12)).toBe(true)
  })

  it('draws words as often as they occur, to the power of naturalness', () => {
    const counts = new Map([
      ['common', 900],
      ['scarce', 100],
    ])
    const shareOf = (naturalness: number) => {
      const others = {
        signs: 0,
        punctuated: 0,
        numbers: 0,
        codes: 0,
        addresses: 0,
        serials: 0,
        parts: 0,
        random: 0,
        phrases: 0,
      }
      const only = { ...settings, ...others, naturalness }
      const source = createWordSource(['common', 'scarce'], { settings: only, counts })
      const random = createRandom(4)
      const drawn = Array.from({ length: 4000 }, () => source.draw(random, { minimumLength: 6, maximumLength: 6 }))
      return drawn.filter((word) => word.toLowerCase() === 'common').length / drawn.length
    }
    expect(shareOf(0)).toBeCloseTo(0.5, 1)
    expect(shareOf(0.5)).toBeCloseTo(0.75, 1)
    expect(shareOf(1)).toBeCloseTo(0.9, 1)
    expect(() => createWordSource(['a'], { settings: { ...settings, naturalness: 1 } })).toThrow(/no word frequencies/)
  })
})

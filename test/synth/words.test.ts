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

  it('says every character of the charset, and none else', () => {
    const source = createWordSource([], { settings })
    const random = createRandom(2)
    const seen = new Set<string>()
    for (let draw = 0; draw < 6000; draw++)
      for (const character of source.draw(random, DEFAULT_LIMITS)) seen.add(character)
    expect([...seen].sort().join('')).toBe([...CHARACTERS].sort().join(''))
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
      const only = { ...settings, signs: 0, punctuated: 0, numbers: 0, codes: 0, random: 0, naturalness }
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

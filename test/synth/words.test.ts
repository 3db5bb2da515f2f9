import { describe, expect, it } from 'vitest'
import { CHARACTERS } from '../../src/charset.ts'
import { createRandom } from '../../src/random.ts'
import { createWordSource, DEFAULT_LIMITS } from '../../src/synth/words.ts'

describe('words', () => {
  it('cases words as signs do, whatever the casing of the lexicon', () => {
    const source = createWordSource(['ALLOWANCE', 'MOUNTAIN', 'lemon', 'Tree'])
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
    const source = createWordSource([])
    const random = createRandom(2)
    const seen = new Set<string>()
    for (let draw = 0; draw < 6000; draw++)
      for (const character of source.draw(random, DEFAULT_LIMITS)) seen.add(character)
    expect([...seen].sort().join('')).toBe([...CHARACTERS].sort().join(''))
  })

  it('drops lexicon words outside the charset and takes extra words as they are', () => {
    const source = createWordSource(['naïve', 'two words', 'plain'], ['McDonaldsXYZ'])
    const random = createRandom(3)
    const drawn = Array.from({ length: 2000 }, () => source.draw(random, { minimumLength: 12, maximumLength: 12 }))
    expect(drawn).toContain('McDonaldsXYZ')
    expect(drawn.every((word) => word.length === 12)).toBe(true)
  })
})

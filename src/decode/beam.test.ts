import { describe, expect, test } from 'vitest'
import { CHARACTERS, CLASSES, decodeIds, END, encodeText, printable } from '../charset.ts'
import { createRandom, deriveSeed } from '../random.ts'
import type { Constraint } from './automaton.ts'
import { type BeamStep, type BeamWord, beamSearch } from './beam.ts'
import { compileConstraint } from './constraint.ts'
import { wordPrior } from './prior.ts'

/** A model without a network: what follows a prefix is drawn from a seed of its own. */
function probabilitiesAfter(seed: number, image: number, ids: readonly number[]): Float32Array {
  const random = createRandom(deriveSeed(seed, image, ids.length, ...ids))
  const scores = Float64Array.from({ length: CLASSES }, () => Math.exp(6 * random()))
  scores[END]! *= 8
  const sum = scores.reduce((all, each) => all + each, 0)
  return Float32Array.from(scores, (score) => score / sum)
}

/** Steps of that model; rows go on from those of the step before, as they say. */
function randomModel(seed: number): BeamStep {
  let before: number[][] = []
  return async (rows, length) => {
    before = rows.map(({ parent, id }) => (id === null ? [] : [...before[parent]!, id]))
    for (const ids of before) expect(ids).toHaveLength(length)
    return Float32Array.from(rows.flatMap(({ image }, row) => [...probabilitiesAfter(seed, image, before[row]!)]))
  }
}

/** Logarithm of a word's probability, where the characters of an alphabet are allowed. */
function scoreOf(seed: number, text: string, { maximumLength = 4, alphabet = CHARACTERS } = {}): number {
  const ids = encodeText(text)
  const last = probabilitiesAfter(seed, 0, ids)
  const isCut = ids.length === maximumLength && encodeText(alphabet).some((id) => last[id]! > last[END]!)
  const ends = [...ids, ...(isCut ? [] : [END])]
  return ends.reduce((sum, id, place) => sum + Math.log(probabilitiesAfter(seed, 0, ids.slice(0, place))[id]!), 0)
}

/** Every word of the alphabet up to a length. */
function allWords(alphabet: string, length: number): string[] {
  if (length === 0) return ['']
  const shorter = allWords(alphabet, length - 1)
  const longest = shorter.filter((word) => word.length === length - 1)
  return [...shorter, ...longest.flatMap((word) => [...alphabet].map((letter) => word + letter))]
}

const free = (maximumLength: number) => compileConstraint({}, { charset: printable, maximumLength })

async function search(seed: number, constraint: Constraint, changes: Partial<Parameters<typeof beamSearch>[1]>) {
  const options = { images: 1, width: 1, words: 1, maximumLength: 4, charset: printable, constraint, ...changes }
  return beamSearch(randomModel(seed), options)
}

describe('beam search', () => {
  test.each([1, 2, 3, 4, 5])(
    'wide enough it finds the most probable words of all, in order (seed %i)',
    async (seed) => {
      const constraint = compileConstraint({ allow: 'abC' }, { charset: printable, maximumLength: 4 })
      const wanted = allWords('abC', 4)
        .map((text) => ({ text, score: scoreOf(seed, text, { alphabet: 'abC' }) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, 10)
      const [found] = await search(seed, constraint, { width: 400, words: 10 })
      expect(found!.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
      for (const [place, { score }] of found!.entries()) expect(score).toBeCloseTo(wanted[place]!.score, 6)
    },
  )

  test('width 1 takes the most probable class at every step, and cuts words off', async () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 40; seed++) {
      const ids: number[] = []
      const probabilities: number[] = []
      for (let step = 0; step <= 4; step++) {
        const row = probabilitiesAfter(seed, 0, ids).subarray(0, END + 1)
        const best = row.indexOf(Math.max(...row))
        if (step < 4 || best === END) probabilities.push(row[best]!)
        if (best === END || step === 4) break
        ids.push(best)
      }
      const [[word]] = (await search(seed, free(4), {})) as [[BeamWord]]
      expect(word.text).toBe(decodeIds(ids))
      expect(word.probabilities).toEqual(probabilities)
      expect(word.score).toBeCloseTo(scoreOf(seed, decodeIds(ids)), 6)
      lengths.add(probabilities.length)
    }
    expect(lengths.size).toBeGreaterThan(3)
  })

  test('the best word is never less probable than the greedy one, and often more', async () => {
    let better = 0
    for (let seed = 0; seed < 200; seed++) {
      const [[greedy]] = (await search(seed, free(6), { maximumLength: 6 })) as [[BeamWord]]
      for (const width of [2, 3]) {
        const [[best]] = (await search(seed, free(6), { maximumLength: 6, width })) as [[BeamWord]]
        expect(best.score).toBeGreaterThanOrEqual(greedy.score)
        if (best.score > greedy.score + 1e-9) better++
      }
    }
    expect(better).toBeGreaterThan(20)
  })

  test('a batch gives what its images give one by one, whenever each ends', async () => {
    const options = { width: 3, words: 2, maximumLength: 6, charset: printable }
    const together = await search(7, free(6), { ...options, images: 9 })
    for (const [image, words] of together.entries()) {
      const shifted: BeamStep = (rows, length) =>
        steps(
          rows.map((row) => ({ ...row, image })),
          length,
        )
      const steps = randomModel(7)
      const [alone] = await beamSearch(shifted, { ...options, images: 1, constraint: free(6) })
      expect(alone).toEqual(words)
    }
    expect(new Set(together.map(([word]) => word!.text.length)).size).toBeGreaterThan(1)
  })

  test('words of a lexicon and of patterns only, the most probable of them when wide enough', async () => {
    const random = createRandom(5)
    const letters = () => CHARACTERS[10 + Math.floor(random() * 26)]!
    const lexicon = Array.from({ length: 60 }, () => letters() + letters() + (random() < 0.5 ? letters() : ''))
    for (let seed = 0; seed < 10; seed++) {
      for (const width of [1, 2, 200]) {
        const [words] = await search(seed, compileConstraint({ lexicon }, { charset: printable, maximumLength: 4 }), {
          width,
          words: 3,
        })
        for (const { text } of words!) expect(lexicon).toContain(text)
        if (width < 200) continue
        const either = (text: string) => scoreIgnoringCase(seed, text)
        const wanted = [...new Set(lexicon)].sort((a, b) => either(b) - either(a)).slice(0, 3)
        expect(words!.map(({ text }) => text)).toEqual(wanted)
        expect(words![0]!.score).toBeCloseTo(either(wanted[0]!), 6)
      }
      for (const width of [1, 3]) {
        const [words] = await search(
          seed,
          compileConstraint({ pattern: '[A-C]\\d(x|yz)?' }, { charset: printable, maximumLength: 4 }),
          { width, words: 2 },
        )
        for (const { text } of words!) expect(text).toMatch(/^[A-C]\d(x|yz)?$/)
      }
    }
  })

  test.each([1, 2, 3])(
    'with a prior, wide enough it finds what is most probable of all with it (seed %i)',
    async (seed) => {
      const model = { charset: printable, maximumLength: 4 }
      const constraint = compileConstraint({ allow: 'abC' }, model)
      const counts = new Map([
        ['abc', 90],
        ['ca', 9],
        ['bb', 1],
      ])
      const plain = (await search(seed, constraint, { width: 400, words: 10 }))[0]!
      for (const weight of [0, 0.3, 1]) {
        const prior = wordPrior(counts, { weight, model })
        const expected = (text: string) => {
          const { begun, ended } = encodeText(text).reduce((expectation, id) => expectation.after(id), prior)
          const last = probabilitiesAfter(seed, 0, encodeText(text))
          const isCut = text.length === 4 && encodeText('abC').some((id) => last[id]! > last[END]!)
          return isCut ? begun : ended
        }
        const wanted = allWords('abC', 4)
          .map((text) => ({ text, score: scoreOf(seed, text, { alphabet: 'abC' }) }))
          .map((word) => ({ ...word, rank: word.score + expected(word.text) }))
          .sort((a, b) => b.rank - a.rank)
          .slice(0, 10)
        const [found] = await search(seed, constraint, { width: 400, words: 10, prior })
        expect(found!.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
        for (const [place, { score, rank }] of found!.entries()) {
          expect(score).toBeCloseTo(wanted[place]!.score, 6)
          expect(rank).toBeCloseTo(wanted[place]!.rank, 6)
        }
        if (weight === 0) expect(found).toEqual(plain)
        if (weight === 1) expect(found!.map(({ text }) => text)).not.toEqual(plain.map(({ text }) => text))
        const [[narrow]] = (await search(seed, constraint, { width: 2, prior })) as [[BeamWord]]
        const [[greedy]] = (await search(seed, constraint, { width: 1 })) as [[BeamWord]]
        expect(narrow.rank).toBeGreaterThanOrEqual(greedy.score + expected(greedy.text) - 1e-9)
      }
    },
  )

  test('other characters of each place: those allowed there that are less probable, in order', async () => {
    let places = 0
    for (let seed = 0; seed < 60; seed++) {
      const allow = 'abcdE5'
      const constraint = compileConstraint({ allow }, { charset: printable, maximumLength: 4 })
      const [[greedy]] = (await search(seed, constraint, { others: 3 })) as [[BeamWord]]
      expect(greedy.others).toHaveLength(greedy.text.length)
      const ids = encodeText(greedy.text)
      for (const [place, others] of greedy.others.entries()) {
        const row = probabilitiesAfter(seed, 0, ids.slice(0, place))
        const wanted = [...allow]
          .map((character) => ({ character, probability: row[encodeText(character)[0]!]! }))
          .sort((a, b) => b.probability - a.probability)
        expect(wanted[0]!.character).toBe(greedy.text[place])
        expect(others).toEqual(wanted.slice(1, 4))
        places++
      }
      const [[none]] = (await search(seed, constraint, {})) as [[BeamWord]]
      expect(none.others).toEqual([])
      const [[all]] = (await search(seed, constraint, { others: 100, width: 3 })) as [[BeamWord]]
      for (const others of all.others) expect(others).toHaveLength(allow.length - 1)
    }
    expect(places).toBeGreaterThan(40)
  })

  /** Both cases of every letter together, after the more probable case of the letters before. */
  function scoreIgnoringCase(seed: number, text: string): number {
    let score = 0
    const ids: number[] = []
    for (const letter of text) {
      const row = probabilitiesAfter(seed, 0, ids)
      const cases = [letter, letter.toUpperCase()].flatMap((each) => encodeText(each))
      score += Math.log(cases.reduce((sum, id) => sum + row[id]!, 0))
      ids.push(cases.reduce((best, id) => (row[id]! > row[best]! ? id : best)))
    }
    return score + Math.log(probabilitiesAfter(seed, 0, ids)[END]!)
  }
})

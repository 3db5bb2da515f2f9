import { describe, expect, test } from 'vitest'
import { decodeIds, END, encodeText, printable } from '../charset.ts'
import { createRandom } from '../random.ts'
import type { DecodedWord } from './draft.ts'
import { wordsLike } from './like.ts'
import { type Expectation, wordPrior } from './prior.ts'

const { classes } = printable
const CLASSES = [...encodeText('abc'), END]
const all = { width: 1000, words: 1000, prior: null, charset: printable, maximumLength: 10 }

/** A reading of three characters, with random probabilities of a, b, c and the end after none, one, two and all of them. */
function randomReading(seed: number): DecodedWord {
  const random = createRandom(seed)
  const following = new Float32Array(4 * classes)
  for (let place = 0; place < 4; place++)
    for (const id of CLASSES) following[place * classes + id] = 0.01 + 0.9 * random() ** 3
  return { ids: encodeText('abc'), probabilities: [], following }
}

/** Every word of at most four characters with its probability, by going through them all. */
function allWords({ following }: DecodedWord): [string, number][] {
  const found: [string, number][] = []
  const walk = (ids: readonly number[], probability: number) => {
    const row = ids.length * classes
    found.push([decodeIds(ids), probability * (following[row + END] ?? 1)])
    if (row < following.length)
      for (const id of encodeText('abc')) walk([...ids, id], probability * following[row + id]!)
  }
  walk([], 1)
  return found.sort(([, a], [, b]) => b - a)
}

describe('words like a reading', () => {
  test.each([1, 2, 3, 4, 5])('all of them, the most probable first, seed %i', (seed) => {
    const reading = randomReading(seed)
    const words = allWords(reading).map(([word]) => word)
    expect(words).toHaveLength(1 + 3 + 9 + 27 + 81)
    expect(wordsLike(reading, all).map((ids) => decodeIds(ids))).toEqual(words)
    expect(wordsLike(reading, { ...all, width: 8, words: 2 }).map((ids) => decodeIds(ids))).toEqual(words.slice(0, 2))
  })

  test('none is longer than the model spells', () => {
    const words = wordsLike(randomReading(1), { ...all, maximumLength: 3 }).map((ids) => decodeIds(ids))
    expect(words).toHaveLength(1 + 3 + 9 + 27)
  })

  test('what is expected decides where the image does not', () => {
    const following = new Float32Array(3 * classes)
    const say = (place: number, id: number, probability: number) => {
      following[place * classes + id] = probability
    }
    say(0, encodeText('o')[0]!, 1)
    say(1, encodeText('m')[0]!, 0.55)
    say(1, encodeText('n')[0]!, 0.45)
    say(2, END, 1)
    const reading = { ids: encodeText('om'), probabilities: [], following }
    const first = (prior: Expectation | null) => decodeIds(wordsLike(reading, { ...all, prior })[0]!)
    expect(first(null)).toBe('om')
    const model = { charset: printable, maximumLength: 10 }
    expect(first(wordPrior(['on'], { weight: 0.3, model }))).toBe('on')
  })
})

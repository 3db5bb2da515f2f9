import { describe, expect, test } from 'vitest'
import { BLANK, CTC_CLASSES, decodeIds, encodeText, printable } from '../charset.ts'
import { createRandom } from '../random.ts'
import { ctcBeams } from './ctc-beam.ts'
import { wordPrior } from './prior.ts'

const CLASSES = [...encodeText('abc'), BLANK]

/** Random probabilities of a, b, c and the blank at some positions. */
function randomImage(positions: number, seed: number): Float32Array {
  const random = createRandom(seed)
  const values = new Float32Array(positions * CTC_CLASSES)
  for (let position = 0; position < positions; position++) {
    const shares = CLASSES.map(() => random() ** 3 + 0.001)
    const total = shares.reduce((sum, share) => sum + share)
    for (const [place, id] of CLASSES.entries()) values[position * CTC_CLASSES + id] = shares[place]! / total
  }
  return values
}

/** Every word that so many positions may spell, with the sum of all ways to spell it, by going through them all. */
function allWords(image: Float32Array): Map<string, number> {
  const positions = image.length / CTC_CLASSES
  const words = new Map<string, number>()
  for (let way = 0; way < CLASSES.length ** positions; way++) {
    const path = Array.from({ length: positions }, (_, position) => CLASSES[Math.floor(way / 4 ** position) % 4]!)
    const spelled = path.filter((id, position) => id !== BLANK && id !== path[position - 1])
    const probability = path.reduce((product, id, position) => product * image[position * CTC_CLASSES + id]!, 1)
    const word = decodeIds(spelled)
    words.set(word, (words.get(word) ?? 0) + probability)
  }
  return words
}

describe('CTC beams', () => {
  test.each([1, 2, 3, 4, 5])('find the words that all ways together make most probable, seed %i', (seed) => {
    const image = randomImage(5, seed)
    const words = [...allWords(image)].sort(([, a], [, b]) => b - a)
    const found = ctcBeams(image, { width: 1000, words: 20, maximumLength: 10 })
    expect(found.map((ids) => decodeIds(ids))).toEqual(words.slice(0, 20).map(([word]) => word))
  })

  test('few beams find the best word most of the time, where one way alone does not', () => {
    const best = (seed: number, width: number) => {
      const image = randomImage(6, seed)
      const [word] = [...allWords(image)].reduce((a, b) => (b[1] > a[1] ? b : a))
      return decodeIds(ctcBeams(image, { width, words: 1, maximumLength: 10 })[0]!) === word
    }
    const seeds = Array.from({ length: 20 }, (_, seed) => seed)
    expect(seeds.filter((seed) => best(seed, 8)).length).toBeGreaterThan(17)
    expect(seeds.filter((seed) => best(seed, 1)).length).toBeLessThan(17)
  })

  test('what is expected decides where the image does not', () => {
    const image = new Float32Array(3 * CTC_CLASSES)
    const say = (position: number, character: string, probability: number) => {
      image[position * CTC_CLASSES + encodeText(character)[0]!] = probability
    }
    say(0, 'c', 1)
    say(1, 'o', 0.55)
    say(1, 'a', 0.45)
    say(2, 't', 1)
    const prior = wordPrior(['cat'], { weight: 1, model: { charset: printable, maximumLength: 10 } })
    const words = { width: 4, words: 2, maximumLength: 10 }
    expect(ctcBeams(image, words).map((ids) => decodeIds(ids))).toEqual(['cot', 'cat'])
    expect(ctcBeams(image, { ...words, prior }).map((ids) => decodeIds(ids))).toEqual(['cat', 'cot'])
  })

  test('no word is longer than the model spells', () => {
    const image = randomImage(6, 7)
    for (const ids of ctcBeams(image, { width: 50, words: 50, maximumLength: 2 })) expect(ids.length).toBeLessThan(3)
  })
})

import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { canHide, hideLetter } from './hide-letter.ts'

test.each([
  ['PROVENCE', true],
  ['Straße', true],
  ['"Welcome!"', true],
  ['the', false],
  ['AB12345', false],
  ['50% OFF', false],
  ['x@safl.org', false],
  ['', false],
])('a letter of %j may be hidden: %s', (text, may) => {
  expect(canHide(text)).toBe(may)
})

test('what is hidden is about as wide as a letter, and elsewhere nothing changes', () => {
  const [width, height] = [120, 32]
  const random = createRandom(3)
  const seen = new Set<string>()
  for (let seed = 0; seed < 200; seed++) {
    const before = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(256 * random()))
    const data = before.slice()
    hideLetter({ width, height, data }, 'letter', createRandom(seed))
    const changed = [...data.keys()].filter((place) => data[place] !== before[place])
    const columns = changed.map((place) => Math.floor(place / 3) % width)
    const rows = changed.map((place) => Math.floor(place / 3 / width))
    const [left, right] = [Math.min(...columns), Math.max(...columns)]
    // A letter is 20 columns wide; the rim may hide too little to be seen.
    expect(right - left + 1).toBeGreaterThan(5)
    expect(right - left + 1).toBeLessThanOrEqual(24)
    seen.add(left < 40 ? 'left' : left < 80 ? 'middle' : 'right')
    seen.add(Math.max(...rows) - Math.min(...rows) + 1 === height ? 'whole' : 'band')
  }
  expect(seen).toEqual(new Set(['left', 'middle', 'right', 'whole', 'band']))
})

test('a pure function of image, text and seed', () => {
  const image = (seed: number) => {
    const data = Uint8Array.from({ length: 40 * 16 * 3 }, (_, place) => (place * 37) % 251)
    hideLetter({ width: 40, height: 16, data }, 'word', createRandom(seed))
    return data
  }
  expect(image(1)).toEqual(image(1))
  expect(image(2)).not.toEqual(image(1))
})

test('the smallest images are hidden within their bounds', () => {
  const data = new Uint8Array(2 * 1 * 3).fill(9)
  for (let seed = 0; seed < 50; seed++) hideLetter({ width: 2, height: 1, data }, 'long word', createRandom(seed))
  expect(data).toEqual(new Uint8Array(6).fill(9))
})

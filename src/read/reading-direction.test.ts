import { expect, test } from 'vitest'
import { rectangle, startingAt } from '../image/quadrilateral.ts'
import { asPictured, asRead } from './reading-direction.ts'

const wide = rectangle({ left: 10, top: 10, right: 90, bottom: 30 })
const tall = rectangle({ left: 10, top: 10, right: 30, bottom: 90 })

test('a long word begins at the end of a longer side that is less upside down', () => {
  for (const start of [0, 2]) expect(asPictured(startingAt(wide, start))).toEqual(wide)
})

test('a word that runs up or down, and one that is nearly square, is taken as the picture has it', () => {
  const square = rectangle({ left: 0, top: 0, right: 22, bottom: 20 })
  for (const start of [0, 1, 2, 3]) {
    expect(asPictured(startingAt(tall, start))).toEqual(tall)
    expect(asPictured(startingAt(square, start))).toEqual(square)
  }
})

test('after a turn the word begins at the corner that came to the top left', () => {
  const [a, b, c, d] = tall
  expect(asRead(tall, 0)).toEqual([a, b, c, d])
  // From the bottom up: it begins at the bottom left.
  expect(asRead(tall, 90)).toEqual([d, a, b, c])
  expect(asRead(tall, 180)).toEqual([c, d, a, b])
  expect(asRead(tall, 270)).toEqual([b, c, d, a])
})

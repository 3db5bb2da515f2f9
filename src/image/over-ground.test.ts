import { expect, test } from 'vitest'
import { overGround } from './over-ground.ts'

const row = (...pixels: readonly (readonly number[])[]) => ({
  width: pixels.length,
  height: 1,
  data: Uint8Array.from(pixels.flat()),
})

test.each([
  ['white letters', [255, 255, 255], 0],
  ['yellow letters', [250, 220, 40], 0],
  ['light grey letters', [140, 140, 140], 0],
  ['black letters', [0, 0, 0], 255],
  ['blue letters', [30, 40, 200], 255],
  ['dark grey letters', [110, 110, 110], 255],
])('%s lie on what differs from them', (_, letter, ground) => {
  // Colours where nothing is visible say nothing.
  const { data } = overGround(row([...letter, 255], [9, 200, 9, 0], [...letter, 255], [255, 0, 255, 0]))
  expect([...data]).toEqual([...letter, ground, ground, ground, ...letter, ground, ground, ground])
})

test('what is half transparent counts half', () => {
  // Of white the quarter of black's.
  expect([...overGround(row([255, 255, 255, 51], [0, 0, 0, 204], [0, 0, 0, 0])).data]).toEqual([
    255, 255, 255, 51, 51, 51, 255, 255, 255,
  ])
})

test('what is opaque stays as it is, and nothing at all is white', () => {
  expect([...overGround(row([1, 2, 3, 255], [250, 251, 252, 255])).data]).toEqual([1, 2, 3, 250, 251, 252])
  expect([...overGround(row([0, 0, 0, 0], [255, 255, 255, 0])).data]).toEqual(Array(6).fill(255))
})

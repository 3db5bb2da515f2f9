import { expect, test } from 'vitest'
import { drawAttention } from './attention-map.ts'

test('the column that was looked at is covered most, others as much less as was looked', () => {
  const black = { width: 8, height: 1, data: new Uint8Array(24) }
  const { data } = drawAttention(black, [
    [1, 0],
    [0.5, 0.5],
  ])
  const red = (row: number, x: number) => data[(row * 8 + x) * 3]!
  expect([0, 1, 2].map((x) => red(0, x))).toEqual([153, 153, 153])
  expect(red(0, 4)).toBe(76)
  expect(red(0, 5)).toBeLessThan(red(0, 4))
  expect(new Set([0, 3, 7].map((x) => red(1, x)))).toEqual(new Set([153]))
})

import { expect, test } from 'vitest'
import { join } from './join.ts'

const plain = (width: number, height: number, value: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(value),
})

test('each image keeps its shape at the common height', () => {
  const { width, height, data } = join(plain(2, 4, 10), plain(6, 2, 200), { height: 2, gap: 0, stretch: 1 })
  expect([width, height]).toEqual([7, 2])
  const row = [...Array(3).fill(10), ...Array(18).fill(200)]
  expect([...data]).toEqual([...row, ...row])
})

test('the gap is half in the ground of either', () => {
  const { width, data } = join(plain(1, 1, 10), plain(1, 1, 200), { height: 1, gap: 4, stretch: 2 })
  expect(width).toBe(7)
  expect([...data].filter((_, index) => index % 3 === 0)).toEqual([10, 10, 10, 10, 200, 200, 200])
})

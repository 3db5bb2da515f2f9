import { expect, test } from 'vitest'
import { join } from './join.ts'

const plain = (width: number, height: number, value: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(value),
})

test('each image fills its part, from the top to the bottom', () => {
  const { width, height, data } = join(plain(7, 3, 10), plain(20, 9, 200), { width: 8, height: 2, share: 0.25 })
  expect([width, height]).toEqual([8, 2])
  const row = [...Array(6).fill(10), ...Array(18).fill(200)]
  expect([...data]).toEqual([...row, ...row])
})

test('neither image vanishes', () => {
  const { data } = join(plain(7, 3, 10), plain(20, 9, 200), { width: 3, height: 1, share: 0.01 })
  expect([...data]).toEqual([10, 10, 10, 200, 200, 200, 200, 200, 200])
})

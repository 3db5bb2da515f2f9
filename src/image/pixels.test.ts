import { expect, test } from 'vitest'
import { isPixels, toRgb } from './pixels.ts'

test('grey and RGB, without and with alpha', () => {
  expect([...toRgb({ width: 2, height: 1, data: Uint8Array.of(7, 9) }).data]).toEqual([7, 7, 7, 9, 9, 9])
  const rgb = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }
  expect(toRgb(rgb)).toEqual(rgb)
  const half = { width: 1, height: 2, data: Uint8ClampedArray.of(10, 20, 30, 255, 0, 100, 255, 51) }
  expect([...toRgb(half).data]).toEqual([10, 20, 30, 204, 224, 255])
  const greys = { width: 3, height: 1, data: Uint8Array.of(250, 255, 9, 0, 200, 51) }
  expect([...toRgb(greys).data]).toEqual([250, 250, 250, 0, 0, 0, 40, 40, 40])
})

test.each([
  [2, 2, 5],
  [0, 3, 0],
  [1.5, 2, 9],
  [2, 2, 20],
])('%d x %d pixels of %d bytes are refused', (width, height, bytes) => {
  expect(() => toRgb({ width, height, data: new Uint8Array(bytes) })).toThrow(
    /no image of .* 1, 2, 3 or 4 bytes a pixel/,
  )
})

test('what pixels look like', () => {
  expect(isPixels({ width: 1, height: 1, data: new Uint8Array(3) })).toBe(true)
  for (const other of ['a.png', new Uint8Array(3), null, { width: 1 }]) expect(isPixels(other)).toBe(false)
})

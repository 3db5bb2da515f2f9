import { expect, test } from 'vitest'
import { contentBox, contentRows, cut } from './content.ts'
import type { RgbImage } from './image.ts'

/** A grey ground with boxes of another grey: left, top, width, height. */
function drawn(
  width: number,
  height: number,
  boxes: readonly (readonly number[])[],
  [ground, ink] = [200, 30],
): RgbImage {
  const data = new Uint8Array(width * height * 3).fill(ground!)
  for (const [left, top, w, h] of boxes as readonly (readonly [number, number, number, number])[])
    for (let row = top; row < top + h; row++) data.fill(ink!, (row * width + left) * 3, (row * width + left + w) * 3)
  return { width, height, data }
}

test('the box of what stands out, dark on light and light on dark', () => {
  const boxes = [
    [10, 5, 4, 12],
    [30, 8, 6, 10],
  ]
  const box = { left: 10, right: 36, top: 5, bottom: 18 }
  expect(contentBox(drawn(100, 24, boxes))).toEqual(box)
  expect(contentBox(drawn(100, 24, boxes, [20, 140]))).toEqual(box)
})

test('of a large image the box is right to a sample', () => {
  const box = contentBox(drawn(1000, 500, [[300, 100, 200, 250]]))!
  expect(Math.abs(box.left - 300) + Math.abs(box.right - 500)).toBeLessThan(10)
  expect(Math.abs(box.top - 100) + Math.abs(box.bottom - 350)).toBeLessThan(10)
})

test('nothing stands out of one colour, nor of a little noise', () => {
  expect(contentBox(drawn(20, 20, []))).toBeNull()
  expect(contentBox(drawn(1, 1, []))).toBeNull()
  const noise = drawn(40, 40, [])
  for (const index of noise.data.keys()) noise.data[index]! += (index * 7919) % 9
  expect(contentBox(noise)).toBeNull()
})

test('letters above each other are apart where nothing is between them', () => {
  const image = drawn(20, 60, [
    [5, 4, 10, 12],
    [5, 22, 10, 12],
    [5, 34, 3, 10],
  ])
  expect(contentRows(image)).toEqual([
    { top: 4, bottom: 16 },
    { top: 22, bottom: 44 },
  ])
})

test('a part is cut out', () => {
  const image = drawn(6, 4, [[2, 1, 3, 2]])
  const part = cut(image, { left: 2, right: 5, top: 1, bottom: 3 })
  expect([part.width, part.height, new Set(part.data)]).toEqual([3, 2, new Set([30])])
  expect(cut(image, { left: 0, right: 6, top: 0, bottom: 4 })).toBe(image)
})

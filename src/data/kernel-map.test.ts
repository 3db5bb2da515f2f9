import { expect, test } from 'vitest'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { drawKernels } from './kernel-map.ts'

const settings = { kernelShrink: 0.5, leastHeight: 5 }
const picture = { width: 80, height: 40 }

function box(left: number, top: number, right: number, bottom: number): Quadrilateral {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]
}

/** The map's rows, `.` for nothing, `#` for a kernel, `?` for what is ignored. */
function draw(words: readonly { quadrilateral: Quadrilateral; ignored: boolean }[]) {
  const map = drawKernels(words, picture, settings)
  const rows = Array.from({ length: 10 }, (_, row) =>
    Array.from(map.kernels.subarray(20 * row, 20 * (row + 1)), (value) => '.#?'[value]).join(''),
  )
  return { ...map, rows }
}

test('a word without the rim that its area and perimeter give, with its distance', () => {
  // 48 x 24: 1152 · 0.75 / 144 = 6 pixels off each side.
  const { rows, distances, words } = draw([{ quadrilateral: box(9, 9, 57, 33), ignored: false }])
  expect(words).toBe(1)
  const [none, kernel] = ['....................', '....#########.......']
  expect(rows).toEqual([none, none, none, none, kernel, kernel, kernel, none, none, none])
  expect(distances[20 * 4 + 5]).toBeCloseTo(6)
  expect(distances.filter((distance) => distance > 0)).toHaveLength(3 * 9)
})

test('corners in the other order, and from another corner, are the same word', () => {
  const [a, b, c, d] = box(8, 8, 56, 32)
  const expected = draw([{ quadrilateral: [a, b, c, d], ignored: false }])
  for (const quadrilateral of [[a, d, c, b] as const, [c, d, a, b] as const])
    expect(draw([{ quadrilateral, ignored: false }])).toEqual(expected)
})

test('a turned word has a turned kernel', () => {
  const corners: Quadrilateral = [
    [40, 0],
    [60, 20],
    [40, 40],
    [20, 20],
  ]
  // 800 · 0.75 / 113.1 = 5.3 off each side: a diamond that reaches 12.5 pixels from its middle.
  const { rows } = draw([{ quadrilateral: corners, ignored: false }])
  expect(rows.map((row) => row.split('#').length - 1)).toEqual([0, 0, 2, 4, 6, 6, 4, 2, 0, 0])
})

test('low words keep a row, thin neighbours stay apart', () => {
  const { rows, words, distances } = draw([
    { quadrilateral: box(4, 4, 44, 12), ignored: false },
    { quadrilateral: box(4, 14, 44, 22), ignored: false },
  ])
  expect(words).toBe(2)
  expect(rows.flatMap((row, place) => (row.includes('#') ? [place] : []))).toEqual([1, 2, 4])
  // Eight pixels high: no more than one and a half is taken off.
  expect(Math.max(...distances)).toBeCloseTo(1.5)
})

test('what is ignored, too low or hardly within the picture does not count, but never hides a kernel', () => {
  const ignored = draw([
    { quadrilateral: box(8, 8, 40, 32), ignored: false },
    { quadrilateral: box(0, 0, 80, 40), ignored: true },
  ])
  expect(ignored.words).toBe(1)
  expect(ignored.rows[0]).toBe('?'.repeat(20))
  expect(ignored.rows[5]).toContain('#')
  const low = draw([{ quadrilateral: box(8, 9, 40, 13), ignored: false }])
  expect(low.words).toBe(0)
  expect(low.rows[2]).toBe('..????????..........')
  const beyond = draw([{ quadrilateral: box(70, 8, 170, 28), ignored: false }])
  expect(beyond.words).toBe(0)
  expect(beyond.rows[4]!.slice(17)).toMatch(/\?\?$/)
  expect(draw([{ quadrilateral: box(20, 8, 100, 28), ignored: false }]).words).toBe(1)
})

test('corners that enclose nothing draw nothing', () => {
  const { words, kernels } = draw([{ quadrilateral: box(8, 8, 8, 8), ignored: false }])
  expect(words).toBe(0)
  expect(kernels.every((value) => value === 0)).toBe(true)
})

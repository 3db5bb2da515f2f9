import { expect, test } from 'vitest'
import { takeView, toView, type ViewPlace } from './photograph-view.ts'

/** Red rises to the right, green downwards. */
const image = {
  width: 60,
  height: 40,
  data: Uint8Array.from({ length: 60 * 40 * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3)
    return [4 * (pixel % 60), 5 * Math.floor(pixel / 60), 0][index % 3]!
  }),
}

test('a view at the photograph’s own scale is a part of it', () => {
  const { data } = takeView(image, { middle: [20, 16], scale: [1, 1], angle: 0, size: 8 }, 0)
  // Its first pixel lies 4 to the left of and above the middle.
  expect([...data.subarray(0, 6)]).toEqual([64, 60, 0, 68, 60, 0])
})

test.each([
  { scale: [1, 1], angle: Math.PI / 2 },
  { scale: [2, 0.8], angle: 0 },
  { scale: [1.2, 1.5], angle: -0.6 },
] as const)('what lies at a point lies where the point goes: %o', ({ scale, angle }) => {
  const place: ViewPlace = { middle: [30, 20], scale, angle, size: 24 }
  const { data } = takeView(image, place, 7)
  for (const point of [
    [30, 20],
    [33, 22],
    [28, 23],
  ] as const) {
    const [x, y] = toView(place, point)
    const [column, row] = [Math.floor(x), Math.floor(y)]
    // A pixel's middle: what is read there differs by less than a pixel of the photograph.
    const [red, green] = data.subarray(3 * (row * 24 + column))
    expect(Math.abs(red! - 4 * (point[0] - 0.5))).toBeLessThanOrEqual(4)
    expect(Math.abs(green! - 5 * (point[1] - 0.5))).toBeLessThanOrEqual(5)
  }
})

test('turning is clockwise: what lay on the right lies below', () => {
  const place: ViewPlace = { middle: [30, 20], scale: [1, 1], angle: Math.PI / 2, size: 20 }
  const [x, y] = toView(place, [35, 20])
  expect(x).toBeCloseTo(10)
  expect(y).toBeCloseTo(15)
})

test('beyond the photograph lies the ground', () => {
  const { data } = takeView(image, { middle: [0, 0], scale: [1, 1], angle: 0, size: 8 }, 99)
  expect([...data.subarray(0, 3)]).toEqual([99, 99, 99])
  expect(data[3 * (6 * 8 + 6)]).not.toBe(99)
})

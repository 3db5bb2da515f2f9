import { expect, test } from 'vitest'
import { kernelsOf } from './kernels.ts'

/** Of a map drawn row by row. */
function kernels(rows: readonly (readonly number[])[], options: { floor: number; share: number }): number[][] {
  const [width, height] = [rows[0]?.length ?? 0, rows.length]
  return kernelsOf(Float32Array.from(rows.flat()), { width, height }, options).map((cells) => [...cells])
}

test('cells that touch by sides and corners', () => {
  const rows = [
    [1, 0, 0, 0.5],
    [0, 1, 0, 0],
    [0, 0, 0, 0.4],
  ]
  expect(kernels(rows, { floor: 0.4, share: 0 })).toEqual([[0, 5], [3], [11]])
  expect(kernels(rows, { floor: 0.45, share: 0 })).toEqual([[0, 5], [3]])
})

test('each ends at its own share of its peak', () => {
  const row = [0.3, 0.5, 0.9, 0.7, 0.5, 0.1, 0.5, 0.4, 0.3, 0.2]
  expect(kernels([row], { floor: 0.2, share: 0.7 })).toEqual([
    [2, 3],
    [6, 7],
  ])
  expect(kernels([row], { floor: 0.2, share: 0.5 })).toEqual([
    [1, 2, 3, 4],
    [6, 7, 8],
  ])
})

test('neighbours stay two where they meet below their ends, and are one where above', () => {
  const row = [0.8, 0.5, 0.9]
  expect(kernels([row], { floor: 0.2, share: 0.6 })).toEqual([[0], [2]])
  expect(kernels([row], { floor: 0.2, share: 0.5 })).toEqual([[0, 1, 2]])
})

test('what meets a kernel that has ended ends there', () => {
  // The fainter would go on down to 0.24, but from 0.4 on its surroundings are the clearer one's.
  const row = [0.9, 0.7, 0.4, 0.48, 0.45, 0.3]
  expect(kernels([row], { floor: 0.1, share: 0.5 })).toEqual([
    [0, 1],
    [3, 4],
  ])
})

test('nothing, equal cells, no numbers', () => {
  expect(kernels([], { floor: 0.3, share: 0.6 })).toEqual([])
  expect(kernels([[0.1, 0.2]], { floor: 0.3, share: 0.6 })).toEqual([])
  expect(
    kernels(
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      { floor: 0.3, share: 0.6 },
    ),
  ).toEqual([[0, 1, 2, 3]])
  expect(kernels([[Number.NaN, 0.5, Number.NaN]], { floor: 0.3, share: 0.6 })).toEqual([[1]])
})

test('noise all over a large map is parted in less than a second', () => {
  const [width, height] = [480, 480]
  let state = 1
  const noise = Float32Array.from({ length: width * height }, () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  })
  const started = performance.now()
  const parts = kernelsOf(noise, { width, height }, { floor: 0.3, share: 0.67 })
  expect(performance.now() - started).toBeLessThan(1000)
  const cells = parts.flatMap((places) => [...places])
  expect(new Set(cells).size).toBe(cells.length)
  expect(cells.every((place) => noise[place]! >= 0.3)).toBe(true)
})

import { expect, test } from 'vitest'
import { lean } from './lean.ts'

/** A grey picture, one number a pixel. */
const grey = (rows: readonly (readonly number[])[]) => ({
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.flat().flatMap((value) => [value, value, value])),
})

test('rows move by whole pixels, and the borders repeat', () => {
  const upright = grey([
    [0, 0, 90, 0, 9],
    [0, 0, 90, 0, 9],
    [0, 0, 90, 0, 9],
  ])
  expect(lean(upright, 3)).toEqual(
    grey([
      [0, 90, 0, 9, 9],
      [0, 0, 90, 0, 9],
      [0, 0, 0, 90, 0],
    ]),
  )
})

test('between pixels it is linear, and nothing moves by nothing', () => {
  const image = grey([
    [0, 100, 0],
    [0, 100, 0],
  ])
  expect(lean(image, 1).data.filter((_, index) => index % 3 === 0)).toEqual(Uint8Array.from([25, 75, 0, 0, 75, 25]))
  expect(lean(image, 0)).toEqual(image)
  expect(lean(grey([[7], [8]]), 5)).toEqual(grey([[7], [8]]))
})

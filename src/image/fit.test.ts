import { expect, test } from 'vitest'
import { fit, widen } from './fit.ts'

const column = { width: 1, height: 4, data: Uint8Array.from([9, 9, 9, 90].flatMap((grey) => [grey, grey, grey])) }

test('a narrow image stands in the middle of its own ground', () => {
  const { width, height, data } = widen(column, 0.75)
  expect([width, height]).toEqual([3, 4])
  expect([...data].filter((_, index) => index % 3 === 0)).toEqual([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 90, 9])
})

test('one that is wide enough stays as it is', () => {
  expect(widen(column, 0.25)).toBe(column)
  expect(widen(column, 0)).toBe(column)
})

test('both are brought to the size that is asked for', () => {
  for (const leastAspect of [0, 2]) {
    const { width, height, data } = fit(column, { width: 6, height: 3, leastAspect })
    expect([width, height, data.length]).toEqual([6, 3, 54])
  }
})

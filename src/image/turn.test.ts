import { expect, test } from 'vitest'
import { isTall, turnQuarter } from './turn.ts'

const image = {
  width: 2,
  height: 3,
  data: Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((value) => [value, value, value])),
}
const first = ({ data }: { data: Uint8Array }) => [...data].filter((_, index) => index % 3 === 0)

test('a quarter clockwise and back', () => {
  // 1 2
  // 3 4
  // 5 6
  const turned = turnQuarter(image, 'clockwise')
  expect([turned.width, turned.height]).toEqual([3, 2])
  expect(first(turned)).toEqual([5, 3, 1, 6, 4, 2])
  expect(first(turnQuarter(image, 'back'))).toEqual([2, 4, 6, 1, 3, 5])
  expect(turnQuarter(turned, 'back')).toEqual(image)
})

test('tall is more than twice as high as wide', () => {
  expect([isTall({ ...image, width: 10, height: 20 }), isTall({ ...image, width: 10, height: 21 })]).toEqual([
    false,
    true,
  ])
})

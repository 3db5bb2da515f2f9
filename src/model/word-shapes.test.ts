import { expect, test } from 'vitest'
import { describeShapes, shapeOf, wordShapes } from './word-shapes.ts'

const settings = { imageWidth: 256, textWidth: 128 }
const shapes = wordShapes({ ...settings, textWidths: [64, 96, 256] })

test('images are as much wider as the straightened words', () => {
  expect(shapes.map(({ imageWidth, textWidth }) => [imageWidth, textWidth])).toEqual([
    [128, 64],
    [192, 96],
    [512, 256],
  ])
})

test.each([
  [10, 40, 64],
  [40, 40, 64],
  [106, 40, 64],
  [107, 40, 96],
  [160, 40, 96],
  [161, 40, 256],
  [4000, 40, 256],
])('%d x %d pixels are given in %d columns', (width, height, columns) => {
  expect(shapeOf(shapes, { width, height }).textWidth).toBe(columns)
})

test('without widths all words have one shape', () => {
  const single = wordShapes({ ...settings, textWidths: [] })
  expect(single).toEqual([{ imageWidth: 256, textWidth: 128, leastAspect: 0 }])
  expect(shapeOf(single, { width: 1, height: 99 })).toBe(single[0])
})

test('the rule is said in words', () => {
  expect(describeShapes({ ...settings, textWidths: [] })).toBe('width is 256')
  expect(describeShapes({ ...settings, textWidths: [64, 96] })).toMatch(/first of 128, 192 that is at least 48 times/)
})

import { expect, test } from 'vitest'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { formatIcdarWords } from './write-photograph.ts'

test('corners and text, commas in it as they are; what is not known, what does not matter', () => {
  const quadrilateral: Quadrilateral = [
    [10.4, 5],
    [60.5, 4.6],
    [61, 20],
    [-0.2, 21],
  ]
  const words = [
    { quadrilateral, text: '1,250', ignored: false },
    { quadrilateral, text: null, ignored: false },
    { quadrilateral, text: null, ignored: true },
  ]
  expect(formatIcdarWords(words)).toBe('10,5,61,5,61,20,0,21,1,250\n10,5,61,5,61,20,0,21,?\n10,5,61,5,61,20,0,21,###\n')
  expect(formatIcdarWords([])).toBe('')
})

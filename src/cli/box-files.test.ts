import { expect, test } from 'vitest'
import { parseBoxes } from './box-files.ts'

test('corners, or left, top, right and bottom, whatever follows them', () => {
  const wanted = [
    [1, 2],
    [11, 2.5],
    [11, 8],
    [1, 8],
  ]
  const lines = ['1,2,11,2.5,11,8,1,8,EXIT', '1,2,11,2.5,11,8,1,8', '1 2 11 2.5 11 8 1 8 0.93']
  expect(parseBoxes(`\ufeff${lines.join('\r\n')}\r\n\r\n`, 'a.txt')).toEqual([wanted, wanted, wanted])
  expect(parseBoxes('1, 2, 11, 8, "EXIT"\n', 'a.txt')).toEqual([
    [
      [1, 2],
      [11, 2],
      [11, 8],
      [1, 8],
    ],
  ])
  expect(parseBoxes('', 'a.txt')).toEqual([])
  expect(() => parseBoxes('1,2,3,4\nEXIT\n', 'a.txt')).toThrow(/^a\.txt:2: holds no box/)
})

import { expect, test } from 'vitest'
import { bytesOfRange } from './number-range.ts'

test.each([
  ['0 to 1', [0, 0.5, 1], [0, 128, 255]],
  ['0 to 1, dark', [0, 0.1, 0.2], [0, 26, 51]],
  ['0 to 1, a little beyond', [-0.01, 0.5, 1.03], [0, 128, 255]],
  ['0 to 255', [0, 100.4, 255], [0, 100, 255]],
  ['0 to 65,535', [0, 32768, 65535], [0, 128, 255]],
  ['12 bits', [0, 1024, 4095], [0, 64, 255]],
  ['-1 to 1', [-1, 0, 1], [0, 128, 255]],
  ['with what is no number', [Number.NaN, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], [0, 128, 255, 0]],
  ['nothing but 0', [0, 0], [0, 0]],
])('%s', (_, values, bytes) => {
  expect([...bytesOfRange(Float32Array.from(values))]).toEqual(bytes)
})

import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { warp } from './augment.ts'

/** A word that reaches to all four sides: light letters' ends, as far as a twelfth of its size. */
function framed({ width, height, rim }: { width: number; height: number; rim: number }) {
  const data = new Uint8Array(width * height * 3)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const aside = Math.min(row, height - 1 - row) < rim * height || Math.min(column, width - 1 - column) < rim * width
      if (aside) data.fill(255, (row * width + column) * 3, (row * width + column) * 3 + 3)
    }
  return { width, height, data }
}

test('four of five views show the whole word', () => {
  const [width, height] = [128, 64]
  const word = framed({ width, height, rim: 1 / 12 })
  const views = 300
  let whole = 0
  for (let seed = 1; seed <= views; seed++) {
    const { data } = warp(word, createRandom(seed))
    const isLight = (row: number, column: number) => data[(row * width + column) * 3]! > 128
    const along = Array.from({ length: 30 }, (_, index) => Math.round(((index + 0.5) / 30) * (width - 1)))
    const rows = Array.from({ length: height }, (_, row) => row)
    // Each column is light, dark and light again, so that the upper and the lower rim are there.
    const isWhole = along.slice(4, -4).every((column) => {
      const middle = rows.findIndex((row) => !isLight(row, column))
      return middle > 0 && rows.slice(middle).some((row) => isLight(row, column)) && isLight(0, column)
    })
    if (isWhole) whole++
  }
  expect(whole / views).toBeGreaterThan(0.8)
  expect(whole).toBeLessThan(views)
})

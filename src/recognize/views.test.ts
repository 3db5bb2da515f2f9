import { expect, test } from 'vitest'
import type { RgbImage } from '../image/image.ts'
import { inBatches, pixelsOf } from './read-views.ts'
import { Views } from './views.ts'

const shapes = [32, 64, 128].map((textWidth) => ({ imageWidth: 2 * textWidth, textWidth, leastAspect: 1.25 }))
const views = new Views(shapes, 64)

/** A light ground with dark boxes: left, top, width, height. */
function drawn(width: number, height: number, boxes: readonly (readonly [number, number, number, number])[]): RgbImage {
  const data = new Uint8Array(width * height * 3).fill(230)
  for (const [left, top, w, h] of boxes)
    for (let row = top; row < top + h; row++) data.fill(20, (row * width + left) * 3, (row * width + left + w) * 3)
  return { width, height, data }
}

const word = drawn(60, 24, [[3, 3, 54, 18]])
const looseWord = drawn(160, 40, [[10, 8, 50, 20]])
const stacked = drawn(20, 64, [
  [4, 3, 12, 16],
  [4, 24, 12, 16],
  [6, 46, 10, 12],
])
const turnsOf = (found: readonly { readonly turned: number }[]) => found.map(({ turned }) => turned)

test('a wide crop is read as it is; what is not sure upside down, and as `any` says at once', () => {
  expect(turnsOf(views.of(word, 'auto'))).toEqual([0])
  expect(views.further(word, 'auto')).toEqual([])
  expect(views.upsideDown(word)).toMatchObject({ turned: 180 })
  expect(views.further(word, 'upright')).toEqual([])
  expect(turnsOf(views.of(word, 'any'))).toEqual([0, 90, 270, 180])
  expect(views.further(word, 'any')).toEqual([])
})

test('a crop that is higher than wide is read turned by quarters, at once where it is twice as high', () => {
  const high = drawn(40, 60, [[4, 4, 32, 52]])
  expect(turnsOf(views.of(high, 'auto'))).toEqual([0])
  expect(turnsOf(views.further(high, 'auto'))).toEqual([0, 90, 270])
  expect(turnsOf(views.of(drawn(20, 60, [[4, 4, 12, 52]]), 'auto'))).toEqual([0, 90, 270])
})

test('a view without blank margins, and its points in the crop', () => {
  const [trimmed] = views.further(looseWord, 'upright')
  expect(trimmed!.aspect).toBe(54 / 24)
  expect(trimmed!.shape.textWidth).toBe(64)
  const [x, y] = trimmed!.restore([0.5, 0.5])
  expect([x * 160, y * 40]).toEqual([expect.closeTo(35), expect.closeTo(18)])
})

test('what is mostly blank is read without at first, and whole where it is not sure', () => {
  const far = drawn(160, 30, [[100, 4, 50, 20]])
  const [first, ...others] = views.of(far, 'auto')
  expect(first!.aspect).toBe(54 / 24)
  expect(others).toEqual([])
  expect(views.further(far, 'auto').map(({ aspect }) => aspect)).toEqual([160 / 30])
  // A hyphen has more blank beside it than it is high.
  expect(views.of(drawn(40, 30, [[14, 14, 12, 3]]), 'auto').map(({ aspect }) => aspect)).toEqual([40 / 30])
})

test('letters above each other are set side by side, and a point of each lies in its letter', () => {
  const row = views.of(stacked, 'auto')[1]!
  expect(row.turned).toBe(0)
  expect(row.aspect).toBeGreaterThan(2)
  // Cells of 14, 14 and 12 pixels: the middle of the second lies 10 pixels from the left, 32 from the top.
  const [x, y] = row.restore([21 / 40, 0.5])
  expect([x * 20, y * 64]).toEqual([expect.closeTo(10, 0), expect.closeTo(32, 0)])
  expect(row.restore([0, 0.5])[0] * 20).toBeCloseTo(3)
  const [last, below] = row.restore([0.99, 0.5])
  expect([last * 20, below * 64]).toEqual([expect.closeTo(17, 0), expect.closeTo(52, 0)])
})

test('a narrow crop is read without its ground too, for two letters and more', () => {
  const narrow = drawn(44, 50, [[2, 2, 40, 46]])
  expect(views.of(narrow, 'upright').map(({ aspect }) => aspect)).toEqual([1.25])
  const [stretched, ...others] = views.further(narrow, 'upright')
  expect(others).toEqual([])
  expect(stretched).toMatchObject({ aspect: 0.88, room: [2, Number.POSITIVE_INFINITY] })
  expect(stretched!.restore([0.25, 0.75])).toEqual([0.25, 0.75])
  expect(views.further(drawn(64, 50, [[2, 2, 60, 46]]), 'upright')).toEqual([])
})

test('points of a crop on a ground, and of a leaning view, are those of the crop', () => {
  const narrow = views.of(drawn(20, 40, [[2, 2, 16, 36]]), 'upright')[0]!
  // The ground makes the crop 50 pixels wide, 15 on each side.
  expect(narrow.restore([0.3, 0.2])).toEqual([expect.closeTo(0), 0.2])
  expect(narrow.restore([0.7, 0.9])).toEqual([expect.closeTo(1), 0.9])
  const [left, right] = views.leaning(views.of(word, 'upright')[0]!)
  expect(left!.restore([0.5, 0.5])).toEqual([0.5, 0.5])
  expect(left!.restore([0.5, 1])[0] - 0.5).toBeCloseTo(0.5 - right!.restore([0.5, 1])[0])
  expect(left!.restore([0.5, 1])[0]).not.toBeCloseTo(0.5, 3)
})

test('a very high crop takes no more room than others', () => {
  const high = views.further(drawn(20, 4000, [[2, 2, 16, 3900]]), 'upright')
  for (const { shown } of [...high, ...views.of(drawn(20, 4000, [[2, 2, 16, 3900]]), 'auto')]) {
    expect(shown.height).toBe(64)
    expect(shown.width).toBeLessThanOrEqual(512)
  }
})

test('batches hold views of one shape, in their order', async () => {
  const all = [word, looseWord, word, stacked, word].map((image) => views.of(image, 'upright')[0]!)
  const batches: (readonly number[])[] = []
  await inBatches(all, { batchSize: 2 }, async (places) => void batches.push(places))
  expect(batches).toEqual([[0, 2], [4], [1], [3]])
  expect(pixelsOf([all[0]!, all[2]!]).shape).toEqual([2, 64, all[0]!.shape.imageWidth, 3])
})

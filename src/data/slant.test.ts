import { expect, test } from 'vitest'
import type { RgbImage } from '../image/image.ts'
import { createRandom } from '../random.ts'
import { slant } from './slant.ts'

const [width, height] = [90, 30]
/** Blocks of their own colour in the corners, and one in the middle. */
const marks = [
  { colour: [255, 0, 0], left: 0, top: 0 },
  { colour: [0, 255, 0], left: 80, top: 0 },
  { colour: [0, 0, 255], left: 0, top: 20 },
  { colour: [255, 255, 0], left: 80, top: 20 },
  { colour: [255, 0, 255], left: 40, top: 10 },
] as const
const data = new Uint8Array(width * height * 3).fill(128)
for (const { colour, left, top } of marks)
  for (let row = top; row < top + 10; row++)
    for (let column = left; column < left + 10; column++) data.set(colour, (row * width + column) * 3)
const word = { width, height, data }

/** Mean column and row of a mark's pixels in a picture; null where hardly any is to be seen. */
function placeOf({ colour }: (typeof marks)[number], { width, data }: RgbImage): [x: number, y: number] | null {
  const found: number[] = []
  for (let index = 0; index < data.length; index += 3)
    if (colour.every((value, channel) => Math.abs(data[index + channel]! - value) < 20)) found.push(index / 3)
  if (found.length < 8) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return [mean(found.map((place) => place % width)), mean(found.map((place) => Math.floor(place / width)))]
}

test('the whole crop stays in sight, its corners in their order, in a box that is hardly larger', () => {
  const shapes = new Set<string>()
  for (let seed = 1; seed <= 200; seed++) {
    const slanted = slant(word, createRandom(seed))
    const places = marks.map((mark) => placeOf(mark, slanted))
    expect(places, `seed ${seed}`).not.toContain(null)
    const [topLeft, topRight, bottomLeft, bottomRight] = places as [number, number][]
    // Left to right and top to bottom turn the same way as before: nothing is mirrored.
    const [acrossX, acrossY] = [topRight![0] - topLeft![0], topRight![1] - topLeft![1]]
    const [downX, downY] = [bottomLeft![0] - topLeft![0], bottomLeft![1] - topLeft![1]]
    expect(acrossX * downY - acrossY * downX, `seed ${seed}`).toBeGreaterThan(0)
    expect(bottomRight![1], `seed ${seed}`).toBeGreaterThan(topRight![1])
    expect(acrossX, `seed ${seed}`).toBeGreaterThan(0)
    expect(Math.max(slanted.width, slanted.height)).toBeLessThan(1.3 * Math.hypot(width, height))
    shapes.add(`${slanted.width}x${slanted.height}`)
  }
  expect(shapes.size).toBeGreaterThan(100)
})

test('the same generator gives the same crop', () => {
  expect(slant(word, createRandom(7))).toEqual(slant(word, createRandom(7)))
})

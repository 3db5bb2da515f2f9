import { describe, expect, test } from 'vitest'
import type { RgbImage } from '../image/image.ts'
import { perspectiveOf, project } from '../image/perspective.ts'
import { type PixelPoint, type Quadrilateral, rectangle } from '../image/quadrilateral.ts'
import { cropWord } from './crop.ts'

type Colour = readonly [number, number, number]

function draw(width: number, height: number, colourOf: (x: number, y: number) => Colour): RgbImage {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set(colourOf(x + 0.5, y + 0.5), (y * width + x) * 3)
  return { width, height, data }
}

const at = ({ width, data }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]

/** Its place in the picture as its colour. */
const places = draw(200, 120, (x, y) => [x, y, 0])
const box = (left: number, top: number, right: number, bottom: number) => rectangle({ left, top, right, bottom })

describe('a crop', () => {
  test('of an upright rectangle at its own size is the part of the picture, pixel by pixel', () => {
    const crop = cropWord(places, box(20, 30, 80, 50), { margin: 0 })
    expect([crop.width, crop.height]).toEqual([60, 20])
    for (const [x, y] of [
      [0, 0],
      [59, 19],
      [31, 7],
    ] as const)
      expect(at(crop, x, y)).toEqual(at(places, 20 + x, 30 + y))
  })

  test('has a margin on all sides, by its shorter side', () => {
    const crop = cropWord(places, box(20, 30, 80, 50), { margin: 0.25 })
    expect([crop.width, crop.height]).toEqual([70, 30])
    expect(at(crop, 0, 0)).toEqual(at(places, 15, 25))
    expect(at(crop, 69, 29)).toEqual(at(places, 84, 54))
  })

  test('begins at the first corner: a word that runs down is cut as it is read', () => {
    const [a, b, c, d] = box(100, 10, 120, 90)
    const crop = cropWord(places, [b, c, d, a], { margin: 0 })
    expect([crop.width, crop.height]).toEqual([80, 20])
    // Its first pixel is at the top right of the box, its last at the bottom left.
    expect(at(crop, 0, 0)).toEqual(at(places, 119, 10))
    expect(at(crop, 79, 19)).toEqual(at(places, 100, 89))
  })

  test('of a rotated word shows it level', () => {
    const angle = Math.PI / 6
    const [u, v] = [Math.cos(angle), Math.sin(angle)]
    const corner = (along: number, down: number): PixelPoint => [70 + along * u - down * v, 30 + along * v + down * u]
    // Stripes along the word, ten pixels each, in red; across it in green.
    const picture = draw(200, 140, (x, y) => {
      const [along, down] = [(x - 70) * u + (y - 30) * v, (y - 30) * u - (x - 70) * v]
      return [Math.floor(along / 10) % 2 === 0 ? 200 : 50, down < 10 ? 200 : 50, 0]
    })
    const crop = cropWord(picture, [corner(0, 0), corner(80, 0), corner(80, 20), corner(0, 20)], { margin: 0 })
    expect([crop.width, crop.height]).toEqual([80, 20])
    for (const stripe of [0, 1, 2, 3, 4, 5, 6, 7])
      for (const row of [5, 15]) {
        const [red, green] = at(crop, 10 * stripe + 5, row)
        expect(red).toBeCloseTo(stripe % 2 === 0 ? 200 : 50, -1)
        expect(green).toBeCloseTo(row < 10 ? 200 : 50, -1)
      }
  })

  test('in perspective has its corners where the quadrilateral has them, and lines stay straight', () => {
    const corners: Quadrilateral = [
      [30, 20],
      [150, 40],
      [150, 80],
      [30, 110],
    ]
    const crop = cropWord(places, corners, { margin: 0 })
    // The longer ones of opposite edges.
    expect([crop.width, crop.height]).toEqual([Math.round(Math.hypot(120, 30)), 90])
    const perspective = perspectiveOf(corners)
    for (const [x, y] of [
      [0, 0],
      [60, 45],
      [100, 10],
      [123, 89],
    ] as const) {
      const [wantedX, wantedY] = project(perspective, [(x + 0.5) / crop.width, (y + 0.5) / crop.height])
      const [red, green] = at(crop, x, y)
      expect(Math.abs(red! - (wantedX - 0.5))).toBeLessThanOrEqual(1)
      expect(Math.abs(green! - (wantedY - 0.5))).toBeLessThanOrEqual(1)
    }
    const ends = corners.map((_, place) =>
      project(
        perspective,
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ][place] as [number, number],
      ),
    )
    for (const [place, [x, y]] of ends.entries()) {
      expect(x).toBeCloseTo(corners[place]![0], 9)
      expect(y).toBeCloseTo(corners[place]![1], 9)
    }
  })

  test('that is reduced is antialiased: fine stripes become their mean', () => {
    const stripes = draw(1200, 600, (x) => (Math.floor(x) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]))
    for (const [left, top, right, bottom] of [
      [0, 0, 1200, 600],
      [100, 100, 1100, 353],
      [7, 3, 700, 163],
    ] as const) {
      const crop = cropWord(stripes, box(left, top, right, bottom), { margin: 0, height: 64 })
      expect(crop.height).toBe(64)
      expect(crop.width).toBe(Math.round(((right - left) * 64) / (bottom - top)))
      const inner = Array.from({ length: crop.width - 4 }, (_, x) => at(crop, x + 2, 32)[0]!)
      expect(Math.min(...inner)).toBeGreaterThan(100)
      expect(Math.max(...inner)).toBeLessThan(156)
    }
    // What is where is not moved by it.
    const ramp = draw(1000, 500, (x, y) => [x / 4, y / 2, 0])
    const small = cropWord(ramp, box(0, 0, 1000, 500), { margin: 0, height: 50 })
    for (const [x, y] of [
      [10, 10],
      [50, 25],
      [90, 40],
    ] as const) {
      expect(Math.abs(at(small, x, y)[0]! - (x + 0.5) * 2.5)).toBeLessThanOrEqual(1)
      expect(Math.abs(at(small, x, y)[1]! - (y + 0.5) * 5)).toBeLessThanOrEqual(1)
    }
  })

  test('repeats the border where the word goes on outside the picture', () => {
    const crop = cropWord(places, box(-10, -10, 30, 10), { margin: 0 })
    expect([crop.width, crop.height]).toEqual([40, 20])
    expect(at(crop, 0, 0)).toEqual(at(places, 0, 0))
    expect(at(crop, 39, 19)).toEqual(at(places, 29, 9))
    expect(at(cropWord(places, box(500, 500, 540, 520)), 3, 3)).toEqual(at(places, 199, 119))
  })

  test('of what is no quadrilateral is small, and of its bounds', () => {
    const point = cropWord(places, box(50, 50, 50, 50), { margin: 0 })
    expect([point.width, point.height]).toEqual([1, 1])
    const crossed = cropWord(
      places,
      [
        [20, 30],
        [80, 50],
        [80, 30],
        [20, 50],
      ],
      { margin: 0 },
    )
    expect(crossed).toEqual(cropWord(places, box(20, 30, 80, 50), { margin: 0 }))
    const [a, b, c, d] = box(20, 30, 80, 50)
    expect(cropWord(places, [a, d, c, b], { margin: 0 })).toEqual(crossed)
  })

  test('is bounded, however large its box is', () => {
    for (const huge of [box(-1e9, -1e9, 1e9, 1e9), box(0, 0, 1e8, 3), box(0, 0, 1, 1e7)]) {
      const { width, height } = cropWord(places, huge)
      expect(width * height).toBeLessThan(96 * 96 * 40 + 1e4)
    }
    expect(
      cropWord(
        draw(1, 1, () => [7, 8, 9]),
        box(0, 0, 1, 1),
      ),
    ).toMatchObject({ width: 1, height: 1 })
  })
})

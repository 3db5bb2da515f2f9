import { describe, expect, test } from 'vitest'
import { intersectionArea, intersectionOverUnion, polygonArea, polygonPerimeter, signedArea } from './polygon.ts'
import type { PixelPoint } from './quadrilateral.ts'

const square: PixelPoint[] = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
]
const moved = (polygon: readonly PixelPoint[], x: number, y: number) =>
  polygon.map(([px, py]): PixelPoint => [px + x, py + y])

test('area and perimeter, either way round', () => {
  expect(signedArea(square)).toBe(16)
  expect(signedArea([...square].reverse())).toBe(-16)
  expect(polygonArea([...square].reverse())).toBe(16)
  expect(polygonPerimeter(square)).toBe(16)
  expect([signedArea([]), polygonPerimeter([]), polygonPerimeter([[3, 3]])]).toEqual([0, 0, 0])
})

describe('shared area', () => {
  test.each([
    ['itself', 0, 0, 16],
    ['half', 2, 0, 8],
    ['a corner', 3, 3, 1],
    ['an edge alone', 4, 0, 0],
    ['nothing', 9, 0, 0],
  ])('of a square and the square that shares %s', (_, x, y, area) => {
    expect(intersectionArea(square, moved(square, x, y))).toBeCloseTo(area, 12)
    expect(intersectionArea([...square].reverse(), moved(square, x, y))).toBeCloseTo(area, 12)
  })

  test('of a square and itself turned by 45 degrees about its middle: the regular octagon', () => {
    const reach = 2 * Math.SQRT2
    const diamond: PixelPoint[] = [
      [2, 2 - reach],
      [2 + reach, 2],
      [2, 2 + reach],
      [2 - reach, 2],
    ]
    expect(intersectionArea(square, diamond)).toBeCloseTo(8 * (Math.SQRT2 - 1) * 4, 10)
  })

  test('of a concave arrow, whichever corner comes first', () => {
    const arrow: PixelPoint[] = [
      [0, 0],
      [4, 0],
      [1, 1],
      [0, 4],
    ]
    expect(polygonArea(arrow)).toBe(4)
    for (let first = 0; first < 4; first++) {
      const turned = [...arrow.slice(first), ...arrow.slice(0, first)]
      expect(intersectionArea(turned, square)).toBeCloseTo(4, 12)
      expect(intersectionArea(turned, moved(square, 2, 0))).toBeCloseTo(2 / 3, 12)
    }
  })

  test('over the union', () => {
    expect(intersectionOverUnion(square, moved(square, 2, 0))).toBeCloseTo(8 / 24, 12)
    expect(
      intersectionOverUnion(
        [
          [1, 1],
          [1, 1],
          [1, 1],
          [1, 1],
        ],
        [
          [1, 1],
          [1, 1],
          [1, 1],
          [1, 1],
        ],
      ),
    ).toBe(0)
  })
})

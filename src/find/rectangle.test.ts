import { describe, expect, test } from 'vitest'
import type { PixelPoint } from '../image/quadrilateral.ts'
import { createRandom } from '../random.ts'
import { convexHull } from './hull.ts'
import { minimumAreaRectangle, toReadingOrder, widen, wideningByArea } from './rectangle.ts'

const turned = (width: number, height: number, degrees: number, [x, y]: PixelPoint = [50, 40]): PixelPoint[] => {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return [
    [-width, -height],
    [width, -height],
    [width, height],
    [-width, height],
  ].map(([u, v]): PixelPoint => [x + (u! * cosine - v! * sine) / 2, y + (u! * sine + v! * cosine) / 2])
}
const expectPoints = (found: readonly PixelPoint[], wanted: readonly PixelPoint[]) => {
  expect(found.length).toBe(wanted.length)
  for (const [index, [x, y]] of wanted.entries()) {
    expect(found[index]![0]).toBeCloseTo(x, 9)
    expect(found[index]![1]).toBeCloseTo(y, 9)
  }
}

describe('convex hull', () => {
  test('clockwise on the screen, without inner points and without points on its edges', () => {
    const points: PixelPoint[] = [
      [2, 2],
      [0, 0],
      [4, 0],
      [2, 0],
      [4, 4],
      [0, 4],
      [1, 3],
      [4, 2],
      [0, 0],
    ]
    expect(convexHull(points)).toEqual([
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
    ])
  })

  test('of no point, one, a line', () => {
    expect(convexHull([])).toEqual([])
    expect(
      convexHull([
        [3, 5],
        [3, 5],
      ]),
    ).toEqual([[3, 5]])
    expect(
      convexHull([
        [1, 1],
        [3, 3],
        [2, 2],
      ]),
    ).toEqual([
      [1, 1],
      [3, 3],
    ])
  })
})

describe('the smallest rectangle', () => {
  test.each([0, 10, 45, 77, 90, 133, 179])('of a rectangle turned by %d degrees is itself', (degrees) => {
    const { centre, width, height } = minimumAreaRectangle(convexHull(turned(30, 8, degrees)))
    expectPoints([centre], [[50, 40]])
    expect([width, height].sort((a, b) => a - b).map((side) => side.toFixed(9))).toEqual([
      '8.000000000',
      '30.000000000',
    ])
  })

  test('is as small as the smallest of all those on an edge of the hull, and holds every point', () => {
    const random = createRandom(3)
    for (let round = 0; round < 200; round++) {
      const points = Array.from({ length: 3 + (round % 17) }, (): PixelPoint => [40 * random(), 30 * random()])
      const hull = convexHull(points)
      const { centre, direction, width, height } = minimumAreaRectangle(hull)
      let least = Number.POSITIVE_INFINITY
      for (const [index, [x, y]] of hull.entries()) {
        const [nextX, nextY] = hull[(index + 1) % hull.length]!
        const angle = Math.atan2(nextY - y, nextX - x)
        const span = (turn: number) => {
          const reach = points.map(([px, py]) => px * Math.cos(angle + turn) + py * Math.sin(angle + turn))
          return Math.max(...reach) - Math.min(...reach)
        }
        least = Math.min(least, span(0) * span(Math.PI / 2))
      }
      expect(width * height).toBeCloseTo(least, 6)
      for (const [x, y] of points) {
        const [dx, dy] = [x - centre[0], y - centre[1]]
        expect(Math.abs(dx * direction[0] + dy * direction[1])).toBeLessThan(width / 2 + 1e-9)
        expect(Math.abs(dy * direction[0] - dx * direction[1])).toBeLessThan(height / 2 + 1e-9)
      }
    }
  })

  test('of no point, a point and a line', () => {
    expect(minimumAreaRectangle([])).toMatchObject({ width: 0, height: 0 })
    expect(minimumAreaRectangle([[3, 5]])).toEqual({ centre: [3, 5], direction: [1, 0], width: 0, height: 0 })
    expect(
      minimumAreaRectangle([
        [1, 1],
        [4, 5],
      ]),
    ).toMatchObject({ centre: [2.5, 3], width: 5, height: 0 })
  })
})

test('widening moves every side', () => {
  const rectangle = { centre: [0, 0], direction: [1, 0], width: 10, height: 4 } as const
  expect(widen(rectangle, 3)).toEqual({ ...rectangle, width: 16, height: 10 })
  expect(widen(rectangle, -3)).toEqual({ ...rectangle, width: 4, height: 0 })
  expect(wideningByArea(rectangle)).toBeCloseTo((1.5 * 40) / 28, 12)
  expect(wideningByArea(rectangle, 2)).toBeCloseTo(80 / 28, 12)
  expect(wideningByArea({ width: 0, height: 0 })).toBe(0)
})

describe('reading order', () => {
  const read = (width: number, height: number, degrees: number) =>
    toReadingOrder(minimumAreaRectangle(convexHull(turned(width, height, degrees))))

  test.each([0, 20, 60, 89, -20, -60, -89])('a long word at %d degrees reads to the right', (degrees) => {
    expectPoints(read(30, 8, degrees), turned(30, 8, degrees))
    expectPoints(read(30, 8, degrees + 180), turned(30, 8, degrees))
  })

  test('a long word that stands straight reads downwards', () => {
    expectPoints(read(30, 8, 90), turned(30, 8, 90))
    expectPoints(read(30, 8, -90), turned(30, 8, 90))
  })

  test.each([0, 30, -30, 44])('a nearly square word at %d degrees stands as upright as it can', (degrees) => {
    expectPoints(read(10, 10, degrees), turned(10, 10, degrees))
    expectPoints(read(10, 15, degrees), turned(10, 15, degrees))
    expectPoints(read(15, 10, degrees), turned(15, 10, degrees))
    expectPoints(read(10, 10, degrees + 90), turned(10, 10, degrees))
  })
})

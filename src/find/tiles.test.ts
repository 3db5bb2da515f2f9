import { describe, expect, test } from 'vitest'
import { MAP_STRIDE } from '../model/finder.ts'
import { createMapJoiner, type Tile, tilesOf } from './tiles.ts'
import { type FinderMaps, wordsInMaps } from './words-in-maps.ts'

const cut = (maps: FinderMaps, { left, top, width, height }: Tile): FinderMaps => {
  const [columns, rows] = [Math.ceil(width / MAP_STRIDE), Math.ceil(height / MAP_STRIDE)]
  const part = (values: Float32Array) =>
    Float32Array.from({ length: columns * rows }, (_, place) => {
      const [x, y] = [left / MAP_STRIDE + (place % columns), top / MAP_STRIDE + Math.floor(place / columns)]
      // Beyond the picture a padded network may say anything.
      return x < maps.width && y < maps.height ? values[y * maps.width + x]! : 0.99
    })
  return {
    width: columns,
    height: rows,
    kernels: part(maps.kernels),
    ...(maps.widening && { widening: part(maps.widening) }),
  }
}

describe('tiles', () => {
  test('a picture that fits is one tile', () => {
    expect(tilesOf({ width: 640, height: 480 }, { side: 640 })).toEqual([{ left: 0, top: 0, width: 640, height: 480 }])
  })

  test.each([
    [1280, 720, 640, 64],
    [641, 640, 640, 64],
    [12000, 9000, 960, 96],
    [1001, 3, 32, 8],
    [700, 1300, 640, 0],
  ])(
    '%d × %d pixels in tiles of %d that share %d: all is covered, neighbours overlap',
    (width, height, side, overlap) => {
      const tiles = tilesOf({ width, height }, { side, overlap })
      const along = (start: (tile: Tile) => number, length: number) => {
        const starts = [...new Set(tiles.map(start))].sort((a, b) => a - b)
        expect(starts[0]).toBe(0)
        for (const [index, place] of starts.entries()) {
          expect(place % MAP_STRIDE).toBe(0)
          if (index > 0) expect(starts[index - 1]! + Math.min(length, side) - place).toBeGreaterThanOrEqual(overlap)
        }
        const end = starts[starts.length - 1]! + Math.min(length, side)
        expect(end).toBeGreaterThanOrEqual(length)
        expect(end).toBeLessThan(length + MAP_STRIDE)
        return starts.length
      }
      expect(along(({ left }) => left, width) * along(({ top }) => top, height)).toBe(tiles.length)
    },
  )

  test('an overlap as large as the tile', () => {
    expect(() => tilesOf({ width: 999, height: 999 }, { side: 64, overlap: 64 })).toThrow('cannot share 64')
  })
})

describe('joined maps', () => {
  const picture = { width: 403, height: 298 }
  const size = { width: 101, height: 75 }
  const kernels = Float32Array.from({ length: 101 * 75 }, (_, place) => ((place * 7919) % 1000) / 1000)
  const widening = kernels.map((value) => 10 * value)

  test('of tiles that agree are the whole', () => {
    const whole = { ...size, kernels, widening }
    const joiner = createMapJoiner(picture)
    const tiles = tilesOf(picture, { side: 128, overlap: 32 })
    expect(tiles.length).toBeGreaterThan(8)
    for (const tile of tiles) joiner.add(tile, cut(whole, tile))
    const joined = joiner.join()
    expect([joined.width, joined.height]).toEqual([101, 75])
    for (const [place, value] of kernels.entries()) {
      expect(joined.kernels[place]).toBeCloseTo(value, 5)
      expect(joined.widening![place]).toBeCloseTo(10 * value, 4)
    }
  })

  test('believe most the tile in which a cell lies deeper', () => {
    const joiner = createMapJoiner({ width: 48, height: 4 })
    const maps = (value: number) => ({ width: 8, height: 1, kernels: new Float32Array(8).fill(value) })
    joiner.add({ left: 0, top: 0, width: 32, height: 4 }, maps(1))
    joiner.add({ left: 16, top: 0, width: 32, height: 4 }, maps(0))
    const { kernels: joined, widening: none } = joiner.join()
    expect(none).toBeUndefined()
    expect([...joined].map((value) => Number(value.toFixed(2)))).toEqual([1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0, 0])
  })

  test('a word across an edge is one', () => {
    const maps = { width: 80, height: 20, kernels: new Float32Array(1600), widening: new Float32Array(1600).fill(4) }
    for (let y = 8; y < 12; y++) maps.kernels.fill(0.9, y * 80 + 20, y * 80 + 60)
    const joiner = createMapJoiner({ width: 320, height: 80 })
    for (const tile of tilesOf({ width: 320, height: 80 }, { side: 96, overlap: 16 })) joiner.add(tile, cut(maps, tile))
    expect(wordsInMaps(joiner.join())).toEqual([
      {
        quadrilateral: [
          [76, 28],
          [244, 28],
          [244, 52],
          [76, 52],
        ],
        score: expect.closeTo(0.992, 3),
      },
    ])
  })
})

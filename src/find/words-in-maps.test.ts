import { describe, expect, test } from 'vitest'
import { intersectionOverUnion } from '../image/polygon.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { MAP_STRIDE } from '../model/finder.ts'
import { toReadingOrder } from './rectangle.ts'
import { type FinderMaps, wordsInMaps } from './words-in-maps.ts'

interface Drawn {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly degrees?: number
}

/** Maps of words in pixels, their kernels narrower by `inset` on every side. */
function drawMaps(
  width: number,
  height: number,
  words: readonly Drawn[],
  { inset = 5, probability = 0.9 } = {},
): FinderMaps {
  const kernels = new Float32Array(width * height)
  const widening = new Float32Array(width * height).fill(Number.NaN)
  for (const { x, y, width: across, height: down, degrees = 0 } of words) {
    const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    const reach = Math.ceil((across + down) / MAP_STRIDE)
    const [column, row] = [Math.floor(x / MAP_STRIDE), Math.floor(y / MAP_STRIDE)]
    for (let v = Math.max(0, row - reach); v < Math.min(height, row + reach); v++) {
      for (let u = Math.max(0, column - reach); u < Math.min(width, column + reach); u++) {
        const [dx, dy] = [(u + 0.5) * MAP_STRIDE - x, (v + 0.5) * MAP_STRIDE - y]
        if (Math.abs(dx * cosine + dy * sine) > across / 2 - inset) continue
        if (Math.abs(dy * cosine - dx * sine) > down / 2 - inset) continue
        kernels[v * width + u] = probability
        widening[v * width + u] = inset
      }
    }
  }
  return { width, height, kernels, widening }
}

function quadrilateralOf({ x, y, width, height, degrees = 0 }: Drawn): Quadrilateral {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return toReadingOrder({ centre: [x, y], direction: [cosine, sine], width, height })
}

describe('words in maps', () => {
  test.each([0, 7, 30, 45, 63, 90, 120, 171])('a word turned by %d degrees lies where it was drawn', (degrees) => {
    const word = { x: 160, y: 130, width: 150, height: 40, degrees }
    const [found, ...others] = wordsInMaps(drawMaps(80, 64, [word]))
    expect(others).toEqual([])
    expect(found!.score).toBeGreaterThan(0.8)
    expect(intersectionOverUnion(found!.quadrilateral, quadrilateralOf(word))).toBeGreaterThan(0.9)
    const [topLeft, topRight] = found!.quadrilateral
    const angle = (Math.atan2(topRight[1] - topLeft[1], topRight[0] - topLeft[0]) * 180) / Math.PI
    expect(Math.abs(angle - (degrees > 90 ? degrees - 180 : degrees))).toBeLessThan(2)
  })

  test('level kernels are exact where the cells are', () => {
    const [found] = wordsInMaps(drawMaps(40, 20, [{ x: 80, y: 40, width: 74, height: 34 }]))
    expect(found!.quadrilateral.map((point) => point.map((value) => Number(value.toFixed(6))))).toEqual([
      [43, 23],
      [117, 23],
      [117, 57],
      [43, 57],
    ])
  })

  test('small words at any place and angle, on average neither too wide nor too narrow', () => {
    let [worst, area, count] = [1, 0, 0]
    for (let degrees = -80; degrees <= 80; degrees += 8) {
      for (let shift = 0; shift < 4; shift++) {
        const word = { x: 62 + shift, y: 61 + 0.7 * shift, width: 60, height: 22, degrees }
        const [found] = wordsInMaps(drawMaps(32, 32, [word], { inset: 4 }))
        const [a, b, , d] = found!.quadrilateral
        area += Math.hypot(b[0] - a[0], b[1] - a[1]) * Math.hypot(d[0] - a[0], d[1] - a[1])
        worst = Math.min(worst, intersectionOverUnion(found!.quadrilateral, quadrilateralOf(word)))
        count++
      }
    }
    expect(worst).toBeGreaterThan(0.7)
    expect(area / count / (60 * 22)).toBeGreaterThan(0.97)
    expect(area / count / (60 * 22)).toBeLessThan(1.03)
  })

  test('words whose kernels a cell parts are two, of which corners touch one', () => {
    const maps = { width: 9, height: 5, kernels: new Float32Array(45), widening: new Float32Array(45).fill(3) }
    for (const place of [9, 10, 11, 13, 14, 15]) maps.kernels[place] = 0.8
    expect(wordsInMaps(maps)).toHaveLength(2)
    maps.kernels[21] = 0.8 // Under the gap, touching both by a corner.
    expect(wordsInMaps(maps)).toHaveLength(1)
  })

  test('one cell is a square around its middle', () => {
    const kernels = new Float32Array(20)
    kernels[7] = 1
    const widening = new Float32Array(20).fill(2)
    const [found] = wordsInMaps({ width: 5, height: 4, kernels, widening })
    expect(found).toEqual({
      quadrilateral: [
        [6, 2],
        [14, 2],
        [14, 10],
        [6, 10],
      ],
      score: 1,
    })
    expect(wordsInMaps({ width: 5, height: 4, kernels, widening }, { leastSide: 9 })).toEqual([])
  })

  test('no words, all word', () => {
    const empty = new Float32Array(60 * 40)
    expect(wordsInMaps({ width: 60, height: 40, kernels: empty })).toEqual([])
    const [all, ...others] = wordsInMaps({
      width: 60,
      height: 40,
      kernels: empty.slice().fill(1),
      widening: empty,
    })
    expect(others).toEqual([])
    expect(all).toEqual({
      quadrilateral: [
        [0, 0],
        [240, 0],
        [240, 160],
        [0, 160],
      ],
      score: 1,
    })
    expect(wordsInMaps({ width: 0, height: 0, kernels: new Float32Array(0) })).toEqual([])
  })

  test('numbers that are none make no words', () => {
    const kernels = new Float32Array(24).fill(Number.NaN)
    expect(wordsInMaps({ width: 6, height: 4, kernels })).toEqual([])
    kernels.fill(1, 8, 10)
    const widening = new Float32Array(24).fill(Number.NaN)
    expect(wordsInMaps({ width: 6, height: 4, kernels, widening })).toEqual([])
  })

  test('the surer the cells and the longer the word, the higher the score; words below the least are left out', () => {
    const scoreOf = (width: number, probability: number) =>
      wordsInMaps(drawMaps(80, 20, [{ x: 160, y: 40, width, height: 34 }], { probability }), { leastScore: 0 })[0]!
        .score
    expect(scoreOf(120, 0.9)).toBeGreaterThan(scoreOf(120, 0.7))
    expect(scoreOf(120, 0.7)).toBeGreaterThan(scoreOf(34, 0.7))
    for (const score of [scoreOf(120, 1), scoreOf(34, 0.35)]) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
    }
    const faint = drawMaps(80, 20, [{ x: 160, y: 40, width: 74, height: 34 }], { probability: 0.5 })
    expect(wordsInMaps(faint, { leastScore: 0.9 })).toEqual([])
    expect(wordsInMaps(faint, { leastScore: 0 })).toHaveLength(1)
    expect(wordsInMaps(faint, { leastScore: 0, floor: 0.6 })).toEqual([])
  })

  test('a faint word beside a clear one is as large as it would be alone', () => {
    const size = [80, 40] as const
    const faint = drawMaps(...size, [{ x: 80, y: 80, width: 100, height: 36 }], { probability: 0.5 })
    const clear = drawMaps(...size, [{ x: 230, y: 80, width: 100, height: 36 }])
    const both = { ...clear, kernels: clear.kernels.map((value, place) => Math.max(value, faint.kernels[place]!)) }
    both.widening!.set(faint.widening!.map((value, place) => (value > 0 ? value : both.widening![place]!)))
    const quadrilaterals = wordsInMaps(both, { leastScore: 0 }).map(({ quadrilateral }) => quadrilateral)
    const alone = [faint, clear].flatMap((maps) => wordsInMaps(maps, { leastScore: 0 }))
    expect(quadrilaterals).toEqual(alone.map(({ quadrilateral }) => quadrilateral))
  })

  test('wider on all sides, longer at its ends', () => {
    const maps = drawMaps(40, 20, [{ x: 80, y: 40, width: 74, height: 34 }])
    const [found] = wordsInMaps(maps, { wider: 1.2, ends: 0.25 })
    // 74 by 34, of which 5 are the rim on every side: one pixel more of that, and a quarter of 36 at either end.
    expect(found!.quadrilateral.flat().map((value) => Number(value.toFixed(4)))).toEqual([
      33, 22, 127, 22, 127, 58, 33, 58,
    ])
  })

  test('without a map of widening, by area over perimeter', () => {
    const { kernels } = drawMaps(40, 20, [{ x: 80, y: 40, width: 74, height: 34 }])
    const [found] = wordsInMaps({ width: 40, height: 20, kernels }, { ratio: 1.5 })
    const distance = (1.5 * 64 * 24) / (2 * (64 + 24))
    expect(found!.quadrilateral[0][0]).toBeCloseTo(48 - distance, 6)
    expect(found!.quadrilateral[2][1]).toBeCloseTo(52 + distance, 6)
  })

  test('maps of the wrong size', () => {
    expect(() => wordsInMaps({ width: 3, height: 3, kernels: new Float32Array(8) })).toThrow(
      'maps of 3x3 cells have 9 numbers each',
    )
  })

  test('a thousand words in well under 50 ms', () => {
    const words = Array.from({ length: 1000 }, (_, index) => ({
      x: 24 + (index % 40) * 48,
      y: 24 + Math.floor(index / 40) * 50,
      width: 40,
      height: 26,
      degrees: (index % 7) - 3,
    }))
    const maps = drawMaps(480, 320, words, { inset: 4 })
    let fastest = Number.POSITIVE_INFINITY
    for (let round = 0; round < 5; round++) {
      const started = performance.now()
      expect(wordsInMaps(maps)).toHaveLength(1000)
      fastest = Math.min(fastest, performance.now() - started)
    }
    expect(fastest).toBeLessThan(50)
  })
})

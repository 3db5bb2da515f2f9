import { expect, test } from 'vitest'
import { drawKernels } from '../../src/data/kernel-map.ts'
import type { PhotographWord } from '../../src/data/labelled-photograph.ts'
import { detectionScores } from '../../src/evaluate/detection.ts'
import { createMapJoiner, tilesOf } from '../../src/find/tiles.ts'
import { type FinderMaps, wordsInMaps } from '../../src/find/words-in-maps.ts'
import { intersectionArea, intersectionOverUnion } from '../../src/image/polygon.ts'
import type { Quadrilateral } from '../../src/image/quadrilateral.ts'
import { MAP_STRIDE } from '../../src/model/finder.ts'
import { createRandom } from '../../src/random.ts'
import { logUniform, uniform } from '../../src/synth/distributions.ts'

/** Words of any size in perspective, apart from each other. */
function drawWords(seed: number, { width, height }: { width: number; height: number }): PhotographWord[] {
  const random = createRandom(seed)
  const words: PhotographWord[] = []
  for (let attempt = 0; attempt < 200; attempt++) {
    const tall = logUniform(random, 14, 70)
    const wide = tall * uniform(random, 1.2, 6)
    const angle = uniform(random, -0.6, 0.6)
    const [x, y] = [uniform(random, 0, width), uniform(random, 0, height)]
    const corner = (along: number, across: number) => {
      const [u, v] = [(along * wide) / 2, (across * tall * uniform(random, 0.9, 1.1)) / 2]
      return [x + u * Math.cos(angle) - v * Math.sin(angle), y + u * Math.sin(angle) + v * Math.cos(angle)] as const
    }
    const quadrilateral: Quadrilateral = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)]
    const isInside = quadrilateral.every(([px, py]) => px > 0 && py > 0 && px < width && py < height)
    if (!isInside || words.some((other) => intersectionArea(other.quadrilateral, quadrilateral) > 0)) continue
    words.push({ quadrilateral, text: 'word', ignored: false })
  }
  return words
}

test('what the finder is taught is found again, whole and by tiles', () => {
  const size = { width: 960, height: 544 }
  const results = [1, 2, 3].map((seed) => {
    const words = drawWords(seed, size)
    const { kernels, distances } = drawKernels(words, size, { kernelShrink: 0.5, leastHeight: 5 })
    const maps: FinderMaps = {
      width: size.width / MAP_STRIDE,
      height: size.height / MAP_STRIDE,
      kernels: Float32Array.from(kernels, (place) => (place === 1 ? 0.9 : 0.05)),
      widening: distances,
    }
    const joiner = createMapJoiner(size)
    for (const tile of tilesOf(size, { side: 320, overlap: 64 })) joiner.add(tile, cut(maps, tile))
    return { words, found: wordsInMaps(maps), tiled: wordsInMaps(joiner.join()) }
  })
  const { wanted, recall, precision } = detectionScores(results)
  expect(wanted).toBeGreaterThan(60)
  expect(recall).toBeGreaterThan(0.98)
  expect(precision).toBeGreaterThan(0.98)
  for (const { found, tiled } of results) {
    expect(tiled.length).toBe(found.length)
    for (const [place, word] of found.entries())
      expect(intersectionOverUnion(word.quadrilateral, tiled[place]!.quadrilateral)).toBeGreaterThan(0.99)
  }
  const overlaps = results.flatMap(({ words, found }) =>
    words.map((word) =>
      Math.max(...found.map((each) => intersectionOverUnion(each.quadrilateral, word.quadrilateral))),
    ),
  )
  expect(overlaps.sort((a, b) => a - b)[overlaps.length >> 1]).toBeGreaterThan(0.85)
})

function cut(maps: FinderMaps, tile: { left: number; top: number; width: number; height: number }): FinderMaps {
  const [columns, rows] = [tile.width / MAP_STRIDE, tile.height / MAP_STRIDE]
  const part = (values: Float32Array) =>
    Float32Array.from(
      { length: columns * rows },
      (_, place) =>
        values[
          (tile.top / MAP_STRIDE + Math.floor(place / columns)) * maps.width +
            tile.left / MAP_STRIDE +
            (place % columns)
        ]!,
    )
  return { width: columns, height: rows, kernels: part(maps.kernels), widening: part(maps.widening!) }
}

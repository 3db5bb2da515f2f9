import { type FinderPreset, finderPresetSettings } from '../src/config.ts'
import type { FinderBatch } from '../src/data/finder-batch.ts'
import { drawKernels } from '../src/data/kernel-map.ts'
import type { Quadrilateral } from '../src/image/quadrilateral.ts'
import { createRandom } from '../src/random.ts'

/** A finder of a few thousand weights, with every part of the real one: for tests of what size does not change. */
export function miniFinder(training: Record<string, unknown> = {}, data: Record<string, unknown> = {}): FinderPreset {
  return finderPresetSettings.parse({
    model: { stem: 6, widths: [8, 8, 12, 12], blocks: [0, 1, 0, 1] },
    training: { batchSize: 2, steps: 8, schedule: 'cosine', learningRate: 0.01, warmup: 2, ...training },
    data: { cropSize: 64, cropsOfOne: 1, pageShare: 0, ...data },
  })
}

const SIZE = 64

/** Batches of two pictures with striped boxes that stand for words, a function of their number. */
export function drawnBatch(index: number): FinderBatch {
  const random = createRandom(index + 1)
  const crops = [0, 1].map((crop) => {
    const [left, top] = [4 + Math.floor(random() * 16), 4 + Math.floor(random() * 12) + 16 * crop]
    const [right, bottom] = [left + 32, top + 18]
    const data = new Uint8Array(SIZE * SIZE * 3).fill(90)
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) data.fill(x % 6 < 3 ? 240 : 10, 3 * (y * SIZE + x), 3 * (y * SIZE + x) + 3)
    const quadrilateral: Quadrilateral = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ]
    const words = [{ quadrilateral, ignored: false }]
    return { data, map: drawKernels(words, { width: SIZE, height: SIZE }, { kernelShrink: 0.5, leastHeight: 5 }) }
  })
  return {
    index,
    size: 2,
    cropSize: SIZE,
    images: Uint8Array.from(crops.flatMap(({ data }) => [...data])),
    kernels: Uint8Array.from(crops.flatMap(({ map }) => [...map.kernels])),
    distances: Float32Array.from(crops.flatMap(({ map }) => [...map.distances])),
    words: 2,
    skipped: [],
  }
}

/** `drawnBatch` from a number on. */
export function drawnBatches(first = 0) {
  let index = first
  return { next: async () => drawnBatch(index++) }
}

/** Where the decoder looked when it spelled each character. */
import type { RgbImage } from '../image/image.ts'
import type { Value } from '../tensor/index.ts'

/** Shares of a word's columns, from left to right over the straightened word, that add up to 1. */
export type AttentionMap = readonly number[]

/** One image's maps, a character each, of what the decoder says of a batch, [B, T, S]. */
export function attentionOf({ shape, data }: Value, place: number, characters: number): AttentionMap[] {
  const [, turns, columns] = shape as [number, number, number]
  return Array.from({ length: characters }, (_, turn) => {
    const first = (place * turns + turn) * columns
    return Array.from(data.subarray(first, first + columns) as Float32Array)
  })
}

/** What is laid over the place that was looked at most: red, green, blue, and how thickly. */
const LIGHT = [255, 80, 0] as const
const THICKNESS = 0.6

/** The straightened word once for each map, below each other: orange where the decoder looked. */
export function drawAttention({ width, height, data }: RgbImage, maps: readonly AttentionMap[]): RgbImage {
  const size = width * height * 3
  const drawn = new Uint8Array(size * maps.length)
  for (const [place, map] of maps.entries()) {
    const most = Math.max(...map)
    const cover = Array.from({ length: width }, (_, x) => (THICKNESS * sampleMap(map, x / width)) / most)
    for (let index = 0; index < size; index++) {
      const share = cover[Math.floor(index / 3) % width]!
      drawn[place * size + index] = (1 - share) * data[index]! + share * LIGHT[index % 3]!
    }
  }
  return { width, height: height * maps.length, data: drawn }
}

/** The map between its columns' centres, linearly. */
function sampleMap(map: AttentionMap, at: number): number {
  const column = Math.min(Math.max(at * map.length - 0.5, 0), map.length - 1)
  const [left, right] = [Math.floor(column), Math.ceil(column)]
  return map[left]! + (column - left) * (map[right]! - map[left]!)
}

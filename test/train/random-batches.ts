import { END, PADDING } from '../../src/charset.ts'
import type { ModelSettings } from '../../src/config.ts'
import type { TrainingBatch } from '../../src/data/batches.ts'
import { MAP_COLUMNS, MAP_ROWS } from '../../src/model/column-guidance.ts'
import { createRandom, type Random } from '../../src/random.ts'

/** Batches of four words of three characters, a function of their number; `first` is the first one's. */
export function randomBatches({ imageHeight, imageWidth }: ModelSettings, first = 0) {
  let index = first
  return { next: async () => batchAt(index++, { imageHeight, imageWidth }) }
}

function batchAt(
  index: number,
  { imageHeight, imageWidth }: Pick<ModelSettings, 'imageHeight' | 'imageWidth'>,
): TrainingBatch {
  const random = createRandom(index + 1)
  const [size, length, bytes] = [4, 5, imageHeight * imageWidth * 3]
  return {
    index,
    size,
    length,
    imageWidth,
    images: Uint8Array.from({ length: size * bytes }, () => random() * 256),
    targets: Int32Array.from(
      { length: size * length },
      (_, place) => [Math.floor(random() * 94), 7, 12, END, PADDING][place % 5]!,
    ),
    characterMap: randomMaps(size, random),
    outlines: Float32Array.from({ length: size * 40 }, (_, place) => (place < 40 ? -9 : random())),
    skipped: [],
  }
}

/** Maps whose cells are two columns wide. */
function randomMaps(size: number, random: Random): Uint8Array {
  const cells = Uint8Array.from({ length: (size * MAP_ROWS * MAP_COLUMNS) / 2 }, () =>
    random() < 0.5 ? 254 : Math.floor(random() * 94),
  )
  return Uint8Array.from({ length: 2 * cells.length }, (_, place) => cells[place >> 1]!)
}

/** A batch of noise, for measuring how long a training step takes and counting what it computes. */
import { END } from '../charset.ts'
import type { Preset } from '../config.ts'
import type { TrainingBatch } from '../data/batches.ts'
import { MAP_COLUMNS, MAP_ROWS } from '../model/column-guidance.ts'
import { createRandom } from '../random.ts'

/** Words of the model's plain width, all of `length` decoder steps. */
export function madeBatch(
  { model }: Preset,
  { size, length }: { readonly size: number; readonly length: number },
): TrainingBatch {
  const { imageHeight, imageWidth, rectifier } = model
  const random = createRandom(1)
  return {
    index: 0,
    size,
    length,
    imageWidth,
    images: Uint8Array.from({ length: size * imageHeight * imageWidth * 3 }, () => random() * 256),
    targets: Int32Array.from({ length: size * length }, (_, place) =>
      place % length === length - 1 ? END : Math.floor(random() * END),
    ),
    characterMap: Uint8Array.from({ length: size * MAP_ROWS * MAP_COLUMNS }, () => Math.floor(random() * END)),
    outlines: Float32Array.from({ length: size * rectifier.controlPoints * 2 }, () => random()),
    skipped: [],
  }
}

/** Labelled words for a model while it is trained or calibrated. (Node) */
import * as runtime from 'onnxruntime-node'
import { type Dataset, inSplit, type Split } from '../data/dataset.ts'
import type { RgbImage } from '../image/image.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import type { Decoder } from '../recognize/word-reader.ts'
import { type WordMetrics, wordMetrics } from './metrics.ts'

export interface LabelledImage {
  readonly label: string
  readonly image: RgbImage
}

/** Up to `most` words of a split of all sets, evenly spread, decoded once. Bad samples are left out. */
export async function readWords(datasets: readonly Dataset[], split: Split, most: number): Promise<LabelledImage[]> {
  const places = datasets.flatMap((dataset) =>
    Array.from({ length: dataset.length }, (_, index) => ({ dataset, index })).filter(({ index }) =>
      inSplit(index, split),
    ),
  )
  const words: LabelledImage[] = []
  const count = Math.min(most, places.length)
  for (let number = 0; number < count; number++) {
    const { dataset, index } = places[Math.floor((number * places.length) / count)]!
    try {
      words.push({ label: await dataset.label(index), image: await dataset.image(index) })
    } catch {
      // `safl data check` names it.
    }
  }
  return words
}

/** Reads the words with the weights of a file's bytes, with one look at each: case ignored, letters and digits only. */
export async function validate(
  weights: Uint8Array,
  words: readonly LabelledImage[],
  decoder: Decoder = 'attention',
): Promise<WordMetrics> {
  const recognizer = await SceneTextRecognizer.create(weights, runtime, { decoder })
  try {
    const readings = await recognizer.recognizeImages(
      words.map(({ image }) => image),
      { batchSize: 32, secondLook: false },
    )
    return wordMetrics(words.map(({ label }, index) => ({ label, prediction: readings[index]!.text })))
  } finally {
    await recognizer.dispose()
  }
}

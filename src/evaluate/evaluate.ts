/** Runs a recogniser over labelled words. */
import { type Dataset, inSplit, type Split } from '../data/dataset.ts'
import type { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { type WordMetrics, type WordPair, wordMetrics } from './metrics.ts'

export interface EvaluatedWord extends WordPair {
  readonly index: number
  readonly confidence: number
}

export interface Evaluation extends WordMetrics {
  readonly data: string
  readonly split: Split
  /** From pixels to text, decoding of the file not included. */
  readonly millisecondsPerWord: number
  /** Images that could not be read; they count as read wrong. */
  readonly unreadable: readonly string[]
  readonly results: readonly EvaluatedWord[]
}

export async function evaluate(
  recognizer: SceneTextRecognizer,
  dataset: Dataset,
  { split, batchSize }: { split: Split; batchSize: number },
): Promise<Evaluation> {
  const indices = Array.from({ length: dataset.length }, (_, index) => index).filter((index) => inSplit(index, split))
  const results: EvaluatedWord[] = []
  const unreadable: string[] = []
  let milliseconds = 0
  for (let start = 0; start < indices.length; start += batchSize) {
    const decoded = await Promise.allSettled(
      indices.slice(start, start + batchSize).map((index) => dataset.image(index)),
    )
    const images = decoded.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const started = performance.now()
    const words = (await recognizer.recognizeImages(images, { batchSize })).values()
    milliseconds += performance.now() - started
    for (const [place, outcome] of decoded.entries()) {
      const index = indices[start + place]!
      const word = outcome.status === 'fulfilled' ? words.next().value! : { text: '', confidence: 0 }
      if (outcome.status === 'rejected') unreadable.push((outcome.reason as Error).message)
      results.push({ index, label: dataset.label(index), prediction: word.text, confidence: word.confidence })
    }
  }
  const read = Math.max(results.length - unreadable.length, 1)
  return {
    data: dataset.name,
    split,
    ...wordMetrics(results),
    millisecondsPerWord: milliseconds / read,
    unreadable,
    results,
  }
}

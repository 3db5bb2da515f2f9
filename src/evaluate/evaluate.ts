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
  /** Samples that could not be read: an image counts as read wrong, a sample without a label does not count. */
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
  let read = 0
  for (let start = 0; start < indices.length; start += batchSize) {
    const chunk = indices.slice(start, start + batchSize)
    const decoded = await Promise.allSettled(
      chunk.map(async (index) => ({ label: await dataset.label(index), image: await dataset.image(index) })),
    )
    const images = decoded.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.image] : []))
    const started = performance.now()
    const words = (await recognizer.recognizeImages(images, { batchSize })).values()
    read += images.length
    milliseconds += performance.now() - started
    for (const [place, outcome] of decoded.entries()) {
      const index = chunk[place]!
      if (outcome.status === 'fulfilled') {
        const { text, confidence } = words.next().value!
        results.push({ index, label: outcome.value.label, prediction: text, confidence })
        continue
      }
      unreadable.push((outcome.reason as Error).message)
      const label = await dataset.label(index).catch(() => null)
      if (label !== null) results.push({ index, label, prediction: '', confidence: 0 })
    }
  }
  return {
    data: dataset.name,
    split,
    ...wordMetrics(results),
    millisecondsPerWord: milliseconds / Math.max(read, 1),
    unreadable,
    results,
  }
}

/** Runs a recogniser over labelled words. */
import type { Dataset, Split } from '../data/dataset.ts'
import type { RecognizeOptions } from '../recognize/reading-options.ts'
import type { SceneTextRecognizer } from '../recognize/recognizer.ts'
import type { WordPair } from './metrics.ts'
import { type Normalization, normalizeText, type Subset, subsets } from './protocol.ts'

export interface EvaluatedWord extends WordPair {
  readonly index: number
  readonly confidence: number
}

export interface Evaluation {
  readonly data: string
  readonly split: Split
  /** From pixels to text, decoding of the file not included. */
  readonly millisecondsPerWord: number
  /** Samples that could not be read: an image counts as read wrong, a sample without a label does not count. */
  readonly unreadable: readonly string[]
  readonly results: readonly EvaluatedWord[]
}

export interface EvaluateOptions {
  readonly split: Split
  /** Which words count, by their label. */
  readonly subset: Subset
  /** Which samples count, by the names or paths of their files; null counts all. */
  readonly list: ReadonlySet<string> | null
  /** What labels become before their subset is known; nothing else unless given. */
  readonly normalization?: Normalization
  /** How words are read; batches of 32 unless it says otherwise. */
  readonly reading?: RecognizeOptions
}

/** Images that are decoded and read together. */
const BATCH_SIZE = 32

/** Rejects a list of which the set has nothing, or not all, and a set of which not one sample can be read. */
export async function evaluate(
  recognizer: SceneTextRecognizer,
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { split, reading } = options
  const batchSize = reading?.batchSize ?? BATCH_SIZE
  const indices = await chooseSamples(dataset, options)
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
    const words = (await recognizer.recognizeImages(images, { ...reading, batchSize })).values()
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
  if (read === 0 && unreadable.length > 0)
    throw new Error(`${dataset.name}: not one of ${indices.length} samples can be read; the first: ${unreadable[0]}`)
  return { data: dataset.name, split, millisecondsPerWord: milliseconds / Math.max(read, 1), unreadable, results }
}

async function chooseSamples(
  dataset: Dataset,
  { split, subset, list, normalization = 'none' }: EvaluateOptions,
): Promise<number[]> {
  const chosen: number[] = []
  const found = new Set<string>()
  let index = -1
  for await (const label of dataset.labels()) {
    if (!dataset.inSplit(++index, split)) continue
    if (!(label instanceof Error) && !subsets[subset](normalizeText(label, normalization))) continue
    if (list) {
      const file = await dataset.file(index).catch(() => '')
      const name = [file, file.slice(file.lastIndexOf('/') + 1)].find((each) => list.has(each))
      if (name === undefined) continue
      found.add(name)
    }
    chosen.push(index)
  }
  if (list && found.size < list.size) {
    const missing = [...list].filter((name) => !found.has(name))
    throw new Error(
      `${dataset.name}: has no ${missing.length} of the ${list.size} samples listed, such as "${missing[0]}"`,
    )
  }
  return chosen
}

/** Labelled words for a model while it is trained or calibrated. (Node) */
import * as runtime from 'onnxruntime-node'
import type { Dataset, Split } from '../data/dataset.ts'
import type { RgbImage } from '../image/image.ts'
import type { Decoder } from '../recognize/reading-options.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { type WordMetrics, type WordPair, wordMetrics } from './metrics.ts'
import { type ValidationView, viewCharsets } from './validation-view.ts'

export interface LabelledImage {
  readonly label: string
  readonly image: RgbImage
}

export interface WordOfSet extends LabelledImage {
  /** Name of its set. */
  readonly set: string
}

/** Words that every set may have before the larger ones have more. */
const LEAST_OF_A_SET = 20

/**
 * Up to `most` words of a split, decoded once: of each set at least 20, or all that it has, where `most` allows that,
 * beyond them in proportion to the sets' sizes; within a set evenly spread. Bad samples are left out.
 */
export async function readWords(datasets: readonly Dataset[], split: Split, most: number): Promise<WordOfSet[]> {
  const places = datasets.map((dataset) =>
    Array.from({ length: dataset.length }, (_, index) => index).filter((index) => dataset.inSplit(index, split)),
  )
  const counts = shareOut(
    places.map(({ length }) => length),
    most,
  )
  const words: WordOfSet[] = []
  for (const [number, dataset] of datasets.entries()) {
    const [own, count] = [places[number]!, counts[number]!]
    for (let place = 0; place < count; place++) {
      const index = own[Math.floor((place * own.length) / count)]!
      try {
        words.push({ set: dataset.name, label: await dataset.label(index), image: await dataset.image(index) })
      } catch {
        // `safl data check` names it.
      }
    }
  }
  return words
}

/** How many of `most` words each set gives, by the sets' sizes: `most` in all, or all that there are. */
export function shareOut(sizes: readonly number[], most: number): number[] {
  const filled = sizes.filter((size) => size > 0).length
  const least = Math.min(LEAST_OF_A_SET, Math.floor(most / Math.max(filled, 1)))
  const counts = sizes.map((size) => Math.min(size, least))
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const rest = sizes.map((size, set) => size - counts[set]!)
  const free = Math.min(most - sum(counts), sum(rest))
  const wanted = rest.map((size) => (free * size) / Math.max(sum(rest), 1))
  const shared = wanted.map((share, set) => counts[set]! + Math.floor(share))
  // What rounding left over goes to the sets that it cut most.
  const byCut = wanted.map((share, set) => ({ set, cut: share % 1 })).sort((a, b) => b.cut - a.cut || a.set - b.set)
  const over = free - sum(wanted.map(Math.floor))
  for (const { set } of byCut.slice(0, over)) shared[set]!++
  return shared
}

/** Figures in both views. */
export type ViewFigures = Readonly<Record<ValidationView, WordMetrics>>

export interface Validation extends ViewFigures {
  /** By the names of the sets. */
  readonly sets: Readonly<Record<string, ViewFigures>>
}

/** Reads the words with the weights of a file's bytes, without a second look. */
export async function validate(
  weights: Uint8Array,
  words: readonly WordOfSet[],
  decoder: Decoder = 'attention',
): Promise<Validation> {
  const recognizer = await SceneTextRecognizer.create(weights, runtime, { decoder })
  try {
    const readings = await recognizer.recognizeImages(
      words.map(({ image }) => image),
      { batchSize: 32, secondLook: false },
    )
    return compare(words.map(({ set, label }, index) => ({ set, label, prediction: readings[index]!.text })))
  } finally {
    await recognizer.dispose()
  }
}

/** Figures of readings in both views, in all and by set. */
export function compare(pairs: readonly (WordPair & { readonly set: string })[]): Validation {
  // A model spells composed characters; labels may be written with combining ones.
  const composed = pairs.map((pair) => ({ ...pair, label: pair.label.normalize('NFC') }))
  const figures = (of: readonly WordPair[]): ViewFigures => ({
    alphanumeric: wordMetrics(of, viewCharsets.alphanumeric),
    all: wordMetrics(of, viewCharsets.all),
  })
  const names = [...new Set(pairs.map(({ set }) => set))]
  return {
    ...figures(composed),
    sets: Object.fromEntries(names.map((name) => [name, figures(composed.filter(({ set }) => set === name))])),
  }
}

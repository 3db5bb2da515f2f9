/** Runs a finder or a reader of words over labelled photographs. */
import type { LabelledPhotograph } from '../data/labelled-photograph.ts'
import type { RgbImage } from '../image/image.ts'
import { bagOfWordsScores } from './bag-of-words.ts'
import { detectionScores, type FoundText, type PhotographResult } from './detection.ts'
import { endToEndScores } from './end-to-end.ts'
import type { Retrieval } from './retrieval.ts'

export interface EvaluateReadingOptions {
  /** One at a time is asked for, and let go again. */
  readonly photographs: Iterable<LabelledPhotograph> | AsyncIterable<LabelledPhotograph>
  /** Finds words in a photograph, or finds and reads them. */
  readonly read: (image: RgbImage) => Promise<readonly FoundText[]> | readonly FoundText[]
  /** Called after each photograph with its labels and what was found. */
  readonly onPhotograph?: (result: PhotographResult, index: number) => void
}

export interface FindingEvaluation {
  readonly photographs: number
  /** From pixels to words, decoding of the file not included. */
  readonly millisecondsPerPhotograph: number
  readonly detection: Retrieval
}

export interface ReadingEvaluation extends FindingEvaluation {
  readonly endToEnd: Retrieval
  readonly wordSpotting: Retrieval
  readonly bagOfWords: Retrieval
}

/** ICDAR 2015's detection protocol; texts, where `read` gives any, do not count. */
export async function evaluateFinding(options: EvaluateReadingOptions): Promise<FindingEvaluation> {
  return findingOf(await readAll(options))
}

/** ICDAR 2015's protocols for finding and reading, and words without their places. */
export async function evaluateReading(options: EvaluateReadingOptions): Promise<ReadingEvaluation> {
  const read = await readAll(options)
  const { results } = read
  return {
    ...findingOf(read),
    endToEnd: endToEndScores(results),
    wordSpotting: endToEndScores(results, 'word-spotting'),
    bagOfWords: bagOfWordsScores(
      results.map(({ words, found }) => ({ words, texts: found.map(({ text = '' }) => text) })),
    ),
  }
}

interface AllRead {
  readonly results: readonly PhotographResult[]
  readonly milliseconds: number
}

async function readAll({ photographs, read, onPhotograph }: EvaluateReadingOptions): Promise<AllRead> {
  const results: PhotographResult[] = []
  let milliseconds = 0
  for await (const { image, words } of photographs) {
    const started = performance.now()
    const found = await read(image)
    milliseconds += performance.now() - started
    const result = { words, found }
    onPhotograph?.(result, results.length)
    results.push(result)
  }
  return { results, milliseconds }
}

function findingOf({ results, milliseconds }: AllRead): FindingEvaluation {
  return {
    photographs: results.length,
    millisecondsPerPhotograph: milliseconds / Math.max(1, results.length),
    detection: detectionScores(results),
  }
}

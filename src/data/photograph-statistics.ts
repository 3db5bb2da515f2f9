/** What is marked in a set of photographs. (Node) */
import { countLabels, type LabelStatistics } from './label-statistics.ts'
import { type PhotographSet, readPhotographWords } from './photographs.ts'

export interface PhotographStatistics {
  readonly photographs: number
  /** Of them, those set aside for validation. */
  readonly validation: number
  /** Photographs whose words could not be read. */
  readonly unreadable: number
  /** Words that are to be found: those that say something, and those of which nobody knows what. */
  readonly read: number
  readonly unknown: number
  /** Regions of no matter. */
  readonly ignored: number
  /** Of words to be found, the shorter side in pixels: 5, 25, 50, 75 and 95 % are at most so long. */
  readonly heights: readonly [number, number, number, number, number]
  /** [words to be found, photographs], fewest first. */
  readonly perPhotograph: readonly (readonly [number, number])[]
  /** Of the words that say something. */
  readonly labels: LabelStatistics
}

/** Reads the words, not the pictures. */
export async function countPhotographs({ photographs }: PhotographSet): Promise<PhotographStatistics> {
  const perPhotograph = new Map<number, number>()
  const [heights, texts]: [number[], string[]] = [[], []]
  let [unreadable, unknown, ignored] = [0, 0, 0]
  for (const file of photographs) {
    const words = await readPhotographWords(file).catch(() => null)
    if (words === null) {
      unreadable++
      continue
    }
    const counted = words.filter((word) => !word.ignored)
    ignored += words.length - counted.length
    perPhotograph.set(counted.length, (perPhotograph.get(counted.length) ?? 0) + 1)
    for (const { quadrilateral, text } of counted) {
      if (text === null) unknown++
      else texts.push(text)
      const [top, right, bottom, left] = quadrilateral.map(([x, y], corner) => {
        const [nextX, nextY] = quadrilateral[(corner + 1) % 4]!
        return Math.hypot(nextX - x, nextY - y)
      }) as [number, number, number, number]
      heights.push(Math.min(top + bottom, left + right) / 2)
    }
  }
  heights.sort((a, b) => a - b)
  const quantile = (share: number) => Math.round(heights[Math.floor(share * heights.length)] ?? 0)
  return {
    photographs: photographs.length,
    validation: photographs.filter(({ isValidation }) => isValidation).length,
    unreadable,
    read: texts.length,
    unknown,
    ignored,
    heights: [quantile(0.05), quantile(0.25), quantile(0.5), quantile(0.75), quantile(0.95)],
    perPhotograph: [...perPhotograph].sort(([a], [b]) => a - b),
    labels: await countLabels(each(texts)),
  }
}

async function* each(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}

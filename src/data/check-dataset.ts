/** Finds what is wrong with a data set, sample by sample. (Node) */
import { createHash } from 'node:crypto'
import { type Charset, createCharset } from '../charset.ts'
import { decodeImage } from '../image/decode.ts'
import type { Dataset } from './dataset.ts'

export const problemKinds = [
  'unreadable',
  'empty label',
  'outside the charset',
  'too long',
  'duplicate',
  'tiny',
] as const
export type ProblemKind = (typeof problemKinds)[number]

export interface Problem {
  readonly kind: ProblemKind
  readonly index: number
  /** Says of which sample and what. */
  readonly message: string
}

export interface CheckReport {
  readonly samples: number
  /** Samples with no problem. */
  readonly good: number
  readonly counts: Readonly<Record<ProblemKind, number>>
  /** Smallest, median and largest height and width of the readable images, pixels. */
  readonly heights: readonly [number, number, number]
  readonly widths: readonly [number, number, number]
}

/** The longest word that the paper's model spells. */
const LONGEST_LABEL = 100
/** Letters of fewer rows cannot be told apart. */
const SMALLEST_SIDE = 4
/** Images that are decoded at once. */
const AT_ONCE = 8

export interface CheckOptions {
  /** Characters beside the 94 that labels may have. */
  readonly furtherCharacters?: string
  readonly onProblem: (problem: Problem) => void
  readonly onProgress: (done: number) => void
}

/** Reads every sample; `onProblem` hears of each bad one in order, `onProgress` how many are done. */
export async function checkDataset(
  dataset: Dataset,
  { furtherCharacters = '', onProblem, onProgress }: CheckOptions,
): Promise<CheckReport> {
  const charset = createCharset(furtherCharacters)
  const counts = Object.fromEntries(problemKinds.map((kind) => [kind, 0])) as Record<ProblemKind, number>
  const sizes = { heights: new Map<number, number>(), widths: new Map<number, number>() }
  const firstWith = new Map<string, number>()
  let good = 0
  for (let start = 0; start < dataset.length; start += AT_ONCE) {
    const indices = Array.from({ length: Math.min(AT_ONCE, dataset.length - start) }, (_, place) => start + place)
    for (const sample of await Promise.all(indices.map((index) => inspect(dataset, index, charset)))) {
      const { index, problems, digest } = sample
      const earlier = digest === null ? undefined : firstWith.get(digest)
      if (earlier !== undefined)
        problems.push({
          kind: 'duplicate',
          index,
          message: `${dataset.nameOf(index)}: the same image as ${dataset.nameOf(earlier)}`,
        })
      else if (digest !== null) firstWith.set(digest, index)
      if (sample.size) {
        count(sizes.heights, sample.size.height)
        count(sizes.widths, sample.size.width)
      }
      for (const problem of problems) {
        counts[problem.kind]++
        onProblem(problem)
      }
      if (problems.length === 0) good++
    }
    onProgress(Math.min(start + AT_ONCE, dataset.length))
  }
  return { samples: dataset.length, good, counts, heights: extent(sizes.heights), widths: extent(sizes.widths) }
}

async function inspect(dataset: Dataset, index: number, { idOf }: Charset) {
  const problems: Problem[] = []
  const add = (kind: ProblemKind, message: string) => problems.push({ kind, index, message })
  const name = dataset.nameOf(index)
  let digest: string | null = null
  let size: { width: number; height: number } | null = null
  try {
    const label = await dataset.label(index)
    if (label === '') add('empty label', `${name}: its label is empty`)
    const foreign = [...new Set(label.normalize('NFC'))].filter((character) => !idOf.has(character))
    if (foreign.length > 0)
      add(
        'outside the charset',
        `${name}: ${show(label)} has ${foreign
          .slice(0, 8)
          .map((character) => JSON.stringify(character))
          .join(' ')}`,
      )
    if (label.length > LONGEST_LABEL)
      add('too long', `${name}: its label has ${label.length} characters, ${show(label)}`)
  } catch (error) {
    add('unreadable', (error as Error).message)
    return { index, problems, digest, size }
  }
  try {
    const bytes = await dataset.bytes(index)
    digest = createHash('sha1').update(bytes).digest('base64').slice(0, 16)
    size = await decodeImage(bytes, name)
    const { width, height } = size
    if (Math.min(width, height) < SMALLEST_SIDE) add('tiny', `${name}: is ${width}x${height} pixels`)
    size = { width, height }
  } catch (error) {
    const { message } = error as Error
    add('unreadable', message.startsWith(name) ? message : `${name}: ${message}`)
  }
  return { index, problems, digest, size }
}

function show(label: string): string {
  return `${JSON.stringify(label.slice(0, 40))}${label.length > 40 ? '…' : ''}`
}

function count(tally: Map<number, number>, value: number): void {
  tally.set(value, (tally.get(value) ?? 0) + 1)
}

/** Smallest, median and largest. */
function extent(tally: ReadonlyMap<number, number>): [number, number, number] {
  const values = [...tally].sort(([a], [b]) => a - b)
  const half = values.reduce((sum, [, times]) => sum + times, 0) / 2
  let seen = 0
  let median = 0
  for (const [value, times] of values) {
    if (seen < half) median = value
    seen += times
  }
  return [values[0]?.[0] ?? 0, median, values.at(-1)?.[0] ?? 0]
}

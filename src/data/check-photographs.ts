/** Finds what is wrong with a set of marked photographs, one by one. (Node) */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Charset, createCharset } from '../charset.ts'
import { intersectionOverUnion, polygonArea, signedArea } from '../image/polygon.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import type { PhotographWord } from './labelled-photograph.ts'
import { decodePhotograph, type PhotographFile, type PhotographSet, readPhotographWords } from './photographs.ts'

export const photographProblemKinds = [
  'unreadable',
  'duplicate',
  'no area',
  'crossed edges',
  'counter-clockwise',
  'beyond the picture',
  'marked twice',
  'empty text',
  'outside the charset',
] as const
export type PhotographProblemKind = (typeof photographProblemKinds)[number]

export interface PhotographProblem {
  readonly kind: PhotographProblemKind
  /** Says of which photograph, which word, and what. */
  readonly message: string
}

export interface PhotographsReport {
  readonly photographs: number
  /** Photographs with no problem. */
  readonly good: number
  /** Words of the readable ones. */
  readonly words: number
  readonly counts: Readonly<Record<PhotographProblemKind, number>>
}

export interface CheckPhotographsOptions {
  /** Characters beside the 94 that texts may have. */
  readonly furtherCharacters?: string
  readonly onProblem: (problem: PhotographProblem) => void
  readonly onProgress: (done: number) => void
}

/** Reads every photograph and its words; `onProblem` hears of each bad one in order. */
export async function checkPhotographs(
  { photographs }: PhotographSet,
  { furtherCharacters = '', onProblem, onProgress }: CheckPhotographsOptions,
): Promise<PhotographsReport> {
  const charset = createCharset(furtherCharacters)
  const counts = Object.fromEntries(photographProblemKinds.map((kind) => [kind, 0])) as Record<
    PhotographProblemKind,
    number
  >
  const firstWith = new Map<string, string>()
  let [good, words] = [0, 0]
  for (const [index, file] of photographs.entries()) {
    const problems: PhotographProblem[] = []
    try {
      const digest = createHash('sha1')
        .update(await readFile(file.path))
        .digest('base64')
      const earlier = firstWith.get(digest)
      if (earlier !== undefined)
        problems.push({ kind: 'duplicate', message: `${file.path}: the same picture as ${earlier}` })
      else firstWith.set(digest, file.path)
      const found = await inspect(file, charset)
      words += found.words
      problems.push(...found.problems)
    } catch (error) {
      problems.push({ kind: 'unreadable', message: (error as Error).message })
    }
    for (const problem of problems) {
      counts[problem.kind]++
      onProblem(problem)
    }
    if (problems.length === 0) good++
    onProgress(index + 1)
  }
  return { photographs: photographs.length, good, words, counts }
}

async function inspect(file: PhotographFile, charset: Charset) {
  const words = await readPhotographWords(file)
  const picture = await decodePhotograph(file)
  const problems = words.flatMap((word, place) =>
    problemsOf(words, place, { picture, charset }).map(
      ([kind, what]): PhotographProblem => ({
        kind,
        message: `${file.path}, word ${place + 1}${word.text === null ? '' : ` (${JSON.stringify(word.text)})`}: ${what}`,
      }),
    ),
  )
  return { words: words.length, problems }
}

/** Pixels by which a corner may lie beyond the picture: marks at its edge are drawn by hand. */
const MOST_BEYOND = 5
/** Shared area over the area of both above which two marks are of one word. */
const MOST_SHARED = 0.9

interface Surroundings {
  readonly picture: { readonly width: number; readonly height: number }
  readonly charset: Charset
}

function problemsOf(
  words: readonly PhotographWord[],
  place: number,
  { picture, charset }: Surroundings,
): [PhotographProblemKind, string][] {
  const { quadrilateral, text, ignored } = words[place]!
  const problems: [PhotographProblemKind, string][] = []
  const add = (kind: PhotographProblemKind, what: string) => problems.push([kind, what])
  if (isCrossed(quadrilateral)) add('crossed edges', 'its edges cross: corners go round, from the top left clockwise')
  else if (polygonArea(quadrilateral) < 1) add('no area', 'its corners enclose nothing')
  else if (signedArea(quadrilateral) < 0) add('counter-clockwise', 'its corners go counter-clockwise')
  const beyond = quadrilateral.find(([x, y]) => Math.max(-x, -y, x - picture.width, y - picture.height) > MOST_BEYOND)
  if (beyond)
    add('beyond the picture', `its corner ${beyond.join(',')} is outside of ${picture.width}x${picture.height} pixels`)
  if (ignored) return problems
  const earlier = words.findIndex(
    (other, index) =>
      index < place && !other.ignored && intersectionOverUnion(other.quadrilateral, quadrilateral) > MOST_SHARED,
  )
  if (earlier >= 0) add('marked twice', `lies where word ${earlier + 1} lies`)
  if (text === null) return problems
  if (text === '') add('empty text', 'its text is empty; give ? where it is not known')
  const foreign = [...new Set(text.normalize('NFC'))].filter((character) => !charset.idOf.has(character))
  if (foreign.length > 0)
    add(
      'outside the charset',
      `has ${foreign
        .slice(0, 8)
        .map((each) => JSON.stringify(each))
        .join(' ')}`,
    )
  return problems
}

/** Whether opposite edges of a quadrilateral cross each other, as where corners go from row to row. */
function isCrossed([a, b, c, d]: Quadrilateral): boolean {
  return edgesCross([a, b], [c, d]) || edgesCross([b, c], [d, a])
}

function edgesCross(
  [a, b]: readonly [Quadrilateral[0], Quadrilateral[0]],
  [c, d]: readonly [Quadrilateral[0], Quadrilateral[0]],
): boolean {
  const side = (from: Quadrilateral[0], to: Quadrilateral[0], point: Quadrilateral[0]) => signedArea([from, to, point])
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

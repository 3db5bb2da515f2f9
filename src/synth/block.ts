/** Blocks of a page: what a sign, a label or a notice says, line by line, before anyone knows where it hangs. */
import type { Random } from '../random.ts'
import { chance, integer, logUniform, pick, pickWeighted, uniform } from './distributions.ts'
import { EM, type Face, type FontSource } from './fonts.ts'
import { boxOf, drawSpacing, type Line, moveLine, type Spacing, setLine } from './line.ts'
import type { SynthSettings } from './settings.ts'
import { suitCase } from './suit-case.ts'
import type { Box, Point } from './warp.ts'
import type { WordSource } from './words.ts'

/** A word of a line, by the places of its first and its last character. */
export interface BlockWord {
  readonly text: string
  readonly first: number
  readonly last: number
}

export interface BlockLine {
  /** Where it lies in the block. */
  readonly line: Line
  readonly words: readonly BlockWord[]
  /** Height of its letters, in units of the block. */
  readonly inkHeight: number
}

export type BlockKind = 'name' | 'sign' | 'list'

export interface Block {
  readonly kind: BlockKind
  readonly lines: readonly BlockLine[]
  /** Around all ink. x to the right, y down; `EM` to the font size of its largest line. */
  readonly box: Box
  readonly words: number
}

export interface BlockRequest {
  readonly fonts: FontSource
  readonly words: WordSource
  readonly settings: SynthSettings
  /** Words it may have. */
  readonly most: number
}

export function drawBlock(random: Random, request: BlockRequest): Block {
  const { fonts, words, settings, most } = request
  const kind = pickWeighted<BlockKind>(random, [
    ['name', most > 20 ? 20 : 45],
    ['sign', 34],
    ['list', most > 4 ? (most > 20 ? 46 : 21) : 0],
  ])
  const lengths = drawLineLengths(random, kind, most)
  const casing = pickWeighted<Casing>(random, [
    ['own', 50],
    ['upper', 32],
    ['title', 10],
    ['lower', 8],
  ])
  const spacing = drawSpacing(random, settings.layout.spaced)
  const align = pick(random, kind === 'list' ? ALIGNED_LEFT : ALIGNED_CENTRE)
  const leading = logUniform(random, 0.14, 0.8)
  const texts = lengths.map((count) => drawTexts(random, { words, count, casing }))
  const main = fonts.draw(random, texts.flat().join(''))
  const lines: BlockLine[] = []
  let bottom = 0
  for (const [index, own] of texts.entries()) {
    const isMain = kind === 'list' || index === 0 || chance(random, 0.55)
    const face = isMain ? main : fonts.draw(random, own.join(''))
    const size = kind === 'list' ? 1 : index === 0 ? 1 : logUniform(random, 0.4, 1)
    const set = setWords(random, own, { face, spacing, wobbling: settings.layout.wobbling })
    const placed = moveLine(set.line, size, { x: 0, y: 0 })
    const height = placed.box.bottom - placed.box.top
    const gap = index === 0 ? 0 : leading * Math.max(height, 0.4 * EM * size)
    const shift = align * (placed.box.right - placed.box.left)
    const line = moveLine(placed, 1, { x: -placed.box.left - shift, y: bottom + gap - placed.box.top })
    lines.push({ line, words: set.words, inkHeight: Math.max(height, 0.45 * EM * size) })
    bottom = line.box.bottom
  }
  const box = boxOf(
    lines.flatMap(({ line: { box: own } }) => [[own.left, own.top] as const, [own.right, own.bottom] as const]),
  )
  return { kind, lines, box, words: lines.reduce((sum, line) => sum + line.words.length, 0) }
}

/** Share of a line that lies left of the block's axis. */
const ALIGNED_LEFT = [0, 0, 0, 0.5]
const ALIGNED_CENTRE = [0.5, 0.5, 0.5, 0, 0, 1]

/** Words of each line. */
function drawLineLengths(random: Random, kind: BlockKind, most: number): number[] {
  const count =
    kind === 'name' ? pick(random, [1, 1, 1, 2]) : integer(random, kind === 'sign' ? 2 : 3, kind === 'sign' ? 5 : 10)
  const widest = kind === 'list' ? integer(random, 1, 6) : 3
  const lengths: number[] = []
  let left = most
  for (let line = 0; line < count && left > 0; line++) {
    const length = kind === 'list' ? integer(random, Math.ceil(widest / 2), widest) : pick(random, [1, 1, 2, widest])
    lengths.push(Math.min(left, length))
    left -= length
  }
  return lengths
}

type Casing = 'own' | 'upper' | 'title' | 'lower'

/** Characters of the words of one line: long ones stand alone. */
const [USUAL_LENGTHS, LENGTHS_ALONE] = [
  { minimumLength: 1, maximumLength: 14 },
  { minimumLength: 1, maximumLength: 26 },
]

function drawTexts(
  random: Random,
  { words, count, casing }: { words: WordSource; count: number; casing: Casing },
): string[] {
  const limits = count === 1 ? LENGTHS_ALONE : USUAL_LENGTHS
  return Array.from({ length: count }, () => {
    const drawn = words.draw(random, limits)
    // An address in capitals would be another one, a code too: only words change.
    if (casing === 'own' || !/^[A-Za-z' ]+$/.test(drawn)) return drawn
    if (casing === 'upper') return drawn.toUpperCase()
    return casing === 'lower'
      ? drawn.toLowerCase()
      : drawn.toLowerCase().replace(/(^| )[a-z]/g, (initial) => initial.toUpperCase())
  })
}

/** Least ink-free room between two words: letters that lean out far would meet, whatever the space's width. */
const LEAST_GAP = 0.18 * EM

/** A line of words, spaces between them, and where each word begins and ends; phrases are several words. */
function setWords(
  random: Random,
  texts: readonly string[],
  { face, spacing, wobbling }: { face: Face; spacing: Spacing; wobbling: number },
): { line: Line; words: BlockWord[] } {
  const text = suitCase(texts.join(' '), face)
  const wobble = chance(random, wobbling) ? uniform(random, 0.3, 1) : 0
  const line = setLine(random, text, face, spacing, wobble)
  const words = [...text.matchAll(/[^ ]+/g)].map((match) => ({
    text: match[0],
    first: match.index,
    last: match.index + match[0].length - 1,
  }))
  return { line: setApart(line, words), words }
}

function setApart(line: Line, words: readonly BlockWord[]): Line {
  const shifts = new Float64Array(line.glyphs.length)
  let [shift, end] = [0, Number.NEGATIVE_INFINITY]
  for (const word of words) {
    const box = wordBox(line, word)
    shift += Math.max(0, end + LEAST_GAP - (box.left + shift))
    end = box.right + shift
    shifts.fill(shift, word.first)
  }
  if (shift === 0) return line
  const corners = line.corners.map((own, index) => own.map(([x, y]): Point => [x + shifts[index]!, y]))
  return {
    ...line,
    corners,
    glyphs: line.glyphs.map((glyph, index) => ({ ...glyph, x: glyph.x + shifts[index]! })),
    box: boxOf(corners.flat()),
  }
}

/** Around the ink of a word. */
export function wordBox(line: Line, { first, last }: BlockWord): Box {
  return boxOf(line.corners.slice(first, last + 1).flat())
}

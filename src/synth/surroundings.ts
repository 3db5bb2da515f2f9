/** What stands around a word on its sign: other words, underlines, frames. */
import type { Random } from '../random.ts'
import { chance, logUniform, pick, uniform } from './distributions.ts'
import { EM, type Face } from './fonts.ts'
import type { Margins } from './framing.ts'
import { type Line, moveLine, type Spacing, setLine } from './line.ts'
import type { Box, Point, Warp } from './warp.ts'

/** A drawn line (underline, frame of a sign), in image pixels. */
export interface Rule {
  readonly points: readonly Point[]
  readonly width: number
}

/** Draws what another word of the sign says, and in which face. */
export type DrawNeighbour = (random: Random) => { text: string; face: Face }

/**
 * What else the sign says: lines above and below, words before and after, shifted to where they stand. Beyond a far margin
 * they stand so that the crop has but a part of them: whole, they would be words of their own.
 */
export function drawNeighbours(
  random: Random,
  neighbour: DrawNeighbour,
  { line, spacing, margins }: { line: Line; spacing: Spacing; margins: Margins },
): Line[] {
  const { left, right, top, bottom } = line.box
  const height = Math.max(bottom - top, 0.5 * EM)
  const lines: Line[] = []
  const add = (place: 'above' | 'below' | 'before' | 'after') => {
    const other = neighbour(random)
    const isBeside = place === 'before' || place === 'after'
    const face = chance(random, isBeside ? 0.85 : 0.55) ? line.face : other.face
    const words = face.draws(other.text) ? other.text : line.glyphs.map(({ character }) => character).join('')
    const shown = place === 'before' ? words.slice(-3) : place === 'after' ? words.slice(0, 3) : words
    const set = setLine(random, shown, face, spacing, 0)
    const size = isBeside ? 1 : logUniform(random, 0.45, 1.4)
    const usual = isBeside ? uniform(random, 0.22, 0.45) * EM : uniform(random, 0.08, 0.5) * height
    const margin =
      { above: margins.top, below: margins.bottom, before: margins.left, after: margins.right }[place] * height
    const shownPart =
      uniform(random, 0.05, isBeside ? 0.5 : 0.4) * (isBeside ? 0.6 * EM : (set.box.bottom - set.box.top) * size)
    const gap = margins.areFar ? Math.max(usual, margin - shownPart) : usual
    const wide = (set.box.right - set.box.left) * size
    const x = isBeside ? 0 : uniform(random, left - 0.3 * wide, Math.max(left, right - 0.7 * wide))
    lines.push(
      moveLine(set, size, {
        x: place === 'before' ? left - gap - set.box.right : place === 'after' ? right + gap - set.box.left : x,
        y:
          place === 'above'
            ? top - gap - set.box.bottom * size
            : place === 'below'
              ? bottom + gap - set.box.top * size
              : 0,
      }),
    )
  }
  if (chance(random, 0.4)) add('above')
  if (chance(random, 0.5)) add('below')
  if (chance(random, 0.3)) add('before')
  if (chance(random, 0.3)) add('after')
  return lines
}

/** Underlines, the edge of the sign, and a line between rows. */
export function drawRules(random: Random, box: Box, toImage: Warp, inkPixels: number): Rule[] {
  const height = Math.max(box.bottom - box.top, 0.5 * EM)
  const overhang = uniform(random, 0.05, 0.6) * height
  const gap = uniform(random, 0.1, 0.4) * height
  const width = Math.max(0.8, uniform(random, 0.025, 0.12) * inkPixels)
  const along = (y: number) =>
    Array.from({ length: 13 }, (_, step) =>
      toImage(box.left - overhang + ((box.right - box.left + 2 * overhang) * step) / 12, y),
    )
  const below = along(box.bottom + gap)
  const above = along(box.top - gap)
  const sides = pick(random, ['below', 'below', 'above', 'both', 'frame'] as const)
  if (sides === 'frame') return [{ points: [...above, ...below.reverse(), above[0]!], width }]
  return [...(sides === 'above' ? [] : [below]), ...(sides === 'below' ? [] : [above])].map((points) => ({
    points,
    width,
  }))
}

/** Glyphs along one line of text, before any warp: spacing, kerning, wobble. Text coordinates: x right, y down, `EM` to a font size. */
import type { Random } from '../random.ts'
import { normal, pickWeighted, uniform } from './distributions.ts'
import { EM, type Face } from './fonts.ts'
import type { Box, Point } from './warp.ts'

export interface Line {
  readonly face: Face
  readonly glyphs: readonly { character: string; x: number; y: number; turn: number; scale: number }[]
  /**
   * Four corners a character, from the top left clockwise: those of its ink; those of the gap between its neighbours, as
   * high as the line, for a space.
   */
  readonly corners: readonly (readonly Point[])[]
  /** Around all ink. */
  readonly box: Box
}

export interface Spacing {
  /** Space added between letters, in text units. */
  readonly extra: number
  /** Whether pairs are kerned. */
  readonly kern: boolean
}

export function drawSpacing(random: Random, spaced: number): Spacing {
  const kind = pickWeighted(random, [
    ['natural', 1 - spaced],
    ['open', 0.53 * spaced],
    ['wide', 0.13 * spaced],
    ['tight', 0.34 * spaced],
  ] as const)
  if (kind === 'natural') return { extra: 0, kern: true }
  if (kind === 'open') return { extra: uniform(random, 0.01, 0.14) * EM, kern: true }
  if (kind === 'wide') return { extra: uniform(random, 0.14, 0.55) * EM, kern: false }
  return { extra: -uniform(random, 0.01, 0.045) * EM, kern: true }
}

export function setLine(random: Random, text: string, face: Face, spacing: Spacing, wobble: number): Line {
  const glyphs: Line['glyphs'][number][] = []
  let pen = 0
  let before: string | undefined
  for (const character of text) {
    if (before !== undefined) pen += spacing.extra + (spacing.kern ? face.kerning(before, character) : 0)
    glyphs.push({
      character,
      x: pen,
      y: wobble === 0 ? 0 : 0.06 * EM * wobble * normal(random),
      turn: wobble === 0 ? 0 : 0.07 * wobble * normal(random),
      scale: wobble === 0 ? 1 : 1 + 0.07 * wobble * normal(random),
    })
    pen += face.measure(character).advance
    before = character
  }
  const inked = glyphs.map((glyph) => glyphCorners(face, glyph))
  const box = boxOf(inked.flatMap((corners, index) => (glyphs[index]!.character === ' ' ? [] : corners)))
  const corners = inked.map((own, index) => (glyphs[index]!.character === ' ' ? gapCorners(inked, index, box) : own))
  return { face, glyphs, corners, box }
}

/** Upright letters one above another, centred. */
export function setStack(random: Random, text: string, face: Face): Line {
  const gap = uniform(random, 0.08, 0.4) * EM
  let pen = 0
  const glyphs = Array.from(text, (character) => {
    const { left, right, top, bottom } = face.measure(character)
    const glyph = { character, x: -(left + right) / 2, y: pen - top, turn: 0, scale: 1 }
    pen += bottom - top + gap
    return glyph
  })
  const corners = glyphs.map((glyph) => glyphCorners(face, glyph))
  return { face, glyphs, corners, box: boxOf(corners.flat()) }
}

/** Of a space: from the ink before it to the ink behind it. */
function gapCorners(inked: readonly (readonly Point[])[], index: number, { top, bottom }: Box): Point[] {
  const before = boxOf(inked[index - 1] ?? inked[index]!).right
  const behind = boxOf(inked[index + 1] ?? inked[index]!).left
  const [left, right] = before <= behind ? [before, behind] : [(before + behind) / 2, (before + behind) / 2]
  return cornersOf({ left, right, top, bottom })
}

/** Corners of a glyph's ink in text coordinates, from the top left clockwise. */
export function glyphCorners(face: Face, glyph: Line['glyphs'][number]): Point[] {
  const { left, right, top, bottom } = face.measure(glyph.character)
  return [
    glyphToLine(glyph, left, top),
    glyphToLine(glyph, right, top),
    glyphToLine(glyph, right, bottom),
    glyphToLine(glyph, left, bottom),
  ]
}

export function glyphToLine(glyph: Line['glyphs'][number], x: number, y: number): Point {
  if (glyph.turn === 0) return [glyph.x + glyph.scale * x, glyph.y + glyph.scale * y]
  const cosine = Math.cos(glyph.turn) * glyph.scale
  const sine = Math.sin(glyph.turn) * glyph.scale
  return [glyph.x + cosine * x - sine * y, glyph.y + sine * x + cosine * y]
}

export function boxOf(points: readonly Point[]): Box {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { left, right, top, bottom }
}

/** Height of the line's ink, no less than that of low letters. */
export function inkHeightOf({ box }: Line): number {
  return Math.max(box.bottom - box.top, 0.45 * EM)
}

/** From the top left clockwise. */
export function cornersOf({ left, right, top, bottom }: Box): Point[] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]
}

/** The line at another size, moved. */
export function moveLine(line: Line, size: number, by: { x: number; y: number }): Line {
  const { left, right, top, bottom } = line.box
  return {
    face: line.face,
    corners: line.corners.map((corners) => corners.map(([x, y]) => [x * size + by.x, y * size + by.y])),
    glyphs: line.glyphs.map((glyph) => ({
      ...glyph,
      x: glyph.x * size + by.x,
      y: glyph.y * size + by.y,
      scale: glyph.scale * size,
    })),
    box: { left: left * size + by.x, right: right * size + by.x, top: top * size + by.y, bottom: bottom * size + by.y },
  }
}

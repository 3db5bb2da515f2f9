/**
 * Stage 3, layout: where every glyph of the word and of its neighbours lies in the crop. Glyph coordinates go through
 * spacing, stretch and slant, then a curve, then a camera's perspective; each glyph is drawn by the affine map that
 * equals this chain at its centre, so no image is ever warped and every character's quadrilateral is known.
 */
import type { Random } from '../random.ts'
import { chance, logUniform, normal, pick, pickWeighted, uniform } from './distributions.ts'
import { EM, type Face } from './fonts.ts'
import type { LayoutSettings } from './settings.ts'
import { type Box, drawWarp, type Point, type Warp } from './warp.ts'

/** The six numbers of `CanvasRenderingContext2D.setTransform`. */
export type Affine = readonly [number, number, number, number, number, number]

export interface PlacedGlyph {
  readonly character: string
  readonly face: Face
  /** From glyph pixels at `EM` to image pixels. */
  readonly transform: Affine
}

/** A drawn line (underline, frame of a sign), in image pixels. */
export interface Rule {
  readonly points: readonly Point[]
  readonly width: number
}

export interface TextLayout {
  /** Size of the crop, pixels. */
  readonly width: number
  readonly height: number
  /** Height of the word's ink before it is turned, pixels: the yardstick of strokes, blur and offsets. */
  readonly inkHeight: number
  readonly word: readonly PlacedGlyph[]
  readonly neighbours: readonly PlacedGlyph[]
  readonly rules: readonly Rule[]
  /** Eight numbers a character: its ink's corners from the top left clockwise, as fractions of width and height. */
  readonly characterQuads: Float32Array
  /**
   * The word's upper edge from left to right, then its lower edge, `OUTLINE_POINTS` each: x, y as fractions of width and
   * height. Along a curved word the edges curve.
   */
  readonly outline: Float32Array
}

export interface LayoutRequest {
  readonly text: string
  readonly face: Face
  readonly settings: LayoutSettings
  /** Draws what stands above, below and beside the word, and in which face. */
  readonly neighbour: (random: Random) => { text: string; face: Face }
}

/** Points along each edge of a word. */
export const OUTLINE_POINTS = 10

const LARGEST_WIDTH = 288
const LARGEST_HEIGHT = 88
const SMALLEST_SIDE = 8

/** Glyphs along one line, before the warp. Text coordinates: x to the right, y down, `EM` to a font size. */
interface Line {
  readonly face: Face
  readonly glyphs: readonly { character: string; x: number; y: number; turn: number; scale: number }[]
  readonly box: Box
}

export function layoutWord(random: Random, { text, face, settings, neighbour }: LayoutRequest): TextLayout {
  const spacing = drawSpacing(random, settings.spaced)
  const wobble = chance(random, settings.wobbling) ? uniform(random, 0.3, 1) : 0
  const line = setLine(random, text, face, spacing, wobble)
  const warp = drawWarp(random, line.box, { length: text.length, settings })
  const inkHeight = Math.max(line.box.bottom - line.box.top, 0.45 * EM)

  const corners = line.glyphs.map((glyph) => glyphCorners(face, glyph).map(([x, y]) => warp(x, y)))
  const bounds = boundsOf(corners.flat())
  const scale = drawScale(random, { bounds, inkHeight, settings })
  const inkPixels = inkHeight * scale
  const crop = drawCrop(random, { bounds, corners, scale, inkPixels, settings })
  const toImage: Warp = (x, y) => {
    const [warpedX, warpedY] = warp(x, y)
    return [warpedX * scale - crop.left, warpedY * scale - crop.top]
  }

  const neighbours = chance(random, settings.neighbours)
    ? drawNeighbours(random, neighbour, line, spacing).flatMap((other) => placeLine(other, toImage, crop))
    : []
  return {
    width: crop.width,
    height: crop.height,
    inkHeight: inkPixels,
    word: line.glyphs.map((glyph) => placeGlyph(face, glyph, toImage)),
    neighbours,
    rules: chance(random, settings.rules) ? drawRules(random, line.box, toImage, inkPixels) : [],
    outline: Float32Array.from(
      [line.box.top, line.box.bottom]
        .flatMap((y) => edgeOf(line.box, y, toImage))
        .flatMap(([x, y]) => [x / crop.width, y / crop.height]),
    ),
    characterQuads: Float32Array.from(
      corners.flat().flatMap(([x, y]) => [(x * scale - crop.left) / crop.width, (y * scale - crop.top) / crop.height]),
    ),
  }
}

/** Points of one edge of the word, evenly spaced along the line. */
function edgeOf({ left, right }: Box, y: number, toImage: Warp): Point[] {
  return Array.from({ length: OUTLINE_POINTS }, (_, index) =>
    toImage(left + ((right - left) * index) / (OUTLINE_POINTS - 1), y),
  )
}

/** Space added between letters, in `EM` units; `kern` tells whether pairs are kerned. */
function drawSpacing(random: Random, spaced: number): { extra: number; kern: boolean } {
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

function setLine(
  random: Random,
  text: string,
  face: Face,
  spacing: { extra: number; kern: boolean },
  wobble: number,
): Line {
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
  return { face, glyphs, box: boxOf(glyphs.flatMap((glyph) => glyphCorners(face, glyph))) }
}

/** Corners of a glyph's ink in text coordinates, from the top left clockwise. */
function glyphCorners(face: Face, glyph: Line['glyphs'][number]): Point[] {
  const { left, right, top, bottom } = face.measure(glyph.character)
  return [
    glyphToLine(glyph, left, top),
    glyphToLine(glyph, right, top),
    glyphToLine(glyph, right, bottom),
    glyphToLine(glyph, left, bottom),
  ]
}

function glyphToLine(glyph: Line['glyphs'][number], x: number, y: number): Point {
  if (glyph.turn === 0) return [glyph.x + glyph.scale * x, glyph.y + glyph.scale * y]
  const cosine = Math.cos(glyph.turn) * glyph.scale
  const sine = Math.sin(glyph.turn) * glyph.scale
  return [glyph.x + cosine * x - sine * y, glyph.y + sine * x + cosine * y]
}

function boxOf(points: readonly Point[]): Box {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { left, right, top, bottom }
}

const boundsOf = boxOf

/** Image pixels a text unit: letters from 8 to 52 pixels high, fewer where the crop would grow too large. */
function drawScale(
  random: Random,
  { bounds, inkHeight, settings }: { bounds: Box; inkHeight: number; settings: LayoutSettings },
): number {
  const { low, tall } = settings
  const inkPixels = pickWeighted(random, [
    [() => uniform(random, 8, 13), low],
    [() => uniform(random, 13, 24), Math.max(0, 1 - low - tall)],
    [() => uniform(random, 24, 52), tall],
  ])()
  return Math.min(
    inkPixels / inkHeight,
    (0.9 * LARGEST_WIDTH) / Math.max(1, bounds.right - bounds.left),
    (0.85 * LARGEST_HEIGHT) / Math.max(1, bounds.bottom - bounds.top),
  )
}

interface Crop {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The crop around the warped ink: usually a small margin, sometimes a large one, sometimes letters' edges are cut. */
function drawCrop(
  random: Random,
  {
    bounds,
    corners,
    scale,
    inkPixels,
    settings,
  }: {
    bounds: Box
    corners: readonly (readonly Point[])[]
    scale: number
    inkPixels: number
    settings: LayoutSettings
  },
): Crop {
  const { cut, loose } = settings
  const [low, high] = pickWeighted(random, [
    [[0.0, 0.2], Math.max(0, 1 - cut - loose)],
    [[-0.09, 0.06], cut],
    [[0.08, 0.45], loose],
  ] as const)
  const spread = (glyph: readonly Point[]) => {
    const { left, right } = boxOf(glyph)
    return (right - left) * scale
  }
  const margin = (room: number) => Math.max(uniform(random, low, high) * inkPixels, -0.22 * room)
  const left = bounds.left * scale - margin(spread(corners[0]!))
  const right = bounds.right * scale + margin(spread(corners[corners.length - 1]!))
  const top = bounds.top * scale - margin(inkPixels)
  const bottom = bounds.bottom * scale + margin(inkPixels)
  const width = Math.min(LARGEST_WIDTH, Math.max(SMALLEST_SIDE, Math.round(right - left)))
  const height = Math.min(LARGEST_HEIGHT, Math.max(SMALLEST_SIDE, Math.round(bottom - top)))
  // A crop that was made larger to reach the smallest side keeps the ink in its middle.
  return { left: (left + right - width) / 2, top: (top + bottom - height) / 2, width, height }
}

function placeGlyph(face: Face, glyph: Line['glyphs'][number], toImage: Warp): PlacedGlyph {
  const { left, right, top, bottom } = face.measure(glyph.character)
  const x = (left + right) / 2
  const y = (top + bottom) / 2
  const at = (dx: number, dy: number) => toImage(...glyphToLine(glyph, x + dx, y + dy))
  const step = 2
  const [centreX, centreY] = at(0, 0)
  const [eastX, eastY] = at(step, 0)
  const [westX, westY] = at(-step, 0)
  const [southX, southY] = at(0, step)
  const [northX, northY] = at(0, -step)
  const a = (eastX - westX) / (2 * step)
  const b = (eastY - westY) / (2 * step)
  const c = (southX - northX) / (2 * step)
  const d = (southY - northY) / (2 * step)
  return { character: glyph.character, face, transform: [a, b, c, d, centreX - a * x - c * y, centreY - b * x - d * y] }
}

/** Glyphs of a line that reach into the crop. */
function placeLine(line: Line, toImage: Warp, crop: Crop): PlacedGlyph[] {
  return line.glyphs
    .filter((glyph) => {
      const box = boxOf(glyphCorners(line.face, glyph).map(([x, y]) => toImage(x, y)))
      return box.right > 0 && box.left < crop.width && box.bottom > 0 && box.top < crop.height
    })
    .map((glyph) => placeGlyph(line.face, glyph, toImage))
}

/** What else the sign says: lines above and below, words before and after, shifted to where they stand. */
function drawNeighbours(
  random: Random,
  neighbour: LayoutRequest['neighbour'],
  line: Line,
  spacing: { extra: number; kern: boolean },
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
    const gap = isBeside ? uniform(random, 0.22, 0.45) * EM : uniform(random, 0.08, 0.5) * height
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

function moveLine(line: Line, size: number, by: { x: number; y: number }): Line {
  const { left, right, top, bottom } = line.box
  return {
    face: line.face,
    glyphs: line.glyphs.map((glyph) => ({
      ...glyph,
      x: glyph.x * size + by.x,
      y: glyph.y * size + by.y,
      scale: glyph.scale * size,
    })),
    box: { left: left * size + by.x, right: right * size + by.x, top: top * size + by.y, bottom: bottom * size + by.y },
  }
}

/** Underlines, the edge of the sign, and a line between rows. */
function drawRules(random: Random, box: Box, toImage: Warp, inkPixels: number): Rule[] {
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

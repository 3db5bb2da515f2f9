/**
 * Stage 3, layout: where every glyph of the word and of its neighbours lies in the crop. Glyph coordinates go through
 * spacing, stretch and slant, then a curve, then a camera's perspective; each glyph is drawn by the affine map that
 * equals this chain at its centre, so no image is ever warped and every character's quadrilateral is known.
 */
import type { Random } from '../random.ts'
import { chance, pickWeighted, uniform } from './distributions.ts'
import { EM, type Face } from './fonts.ts'
import { boxOf, drawSpacing, glyphCorners, glyphToLine, type Line, setLine } from './line.ts'
import type { LayoutSettings } from './settings.ts'
import { type DrawNeighbour, drawNeighbours, drawRules, type Rule } from './surroundings.ts'
import { type Box, drawWarp, type Point, type Warp } from './warp.ts'

/** The six numbers of `CanvasRenderingContext2D.setTransform`. */
export type Affine = readonly [number, number, number, number, number, number]

export interface PlacedGlyph {
  readonly character: string
  readonly face: Face
  /** From glyph pixels at `EM` to image pixels. */
  readonly transform: Affine
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
  readonly neighbour: DrawNeighbour
}

/** Points along each edge of a word. */
export const OUTLINE_POINTS = 10

const LARGEST_WIDTH = 288
const LARGEST_HEIGHT = 88
const SMALLEST_SIDE = 8

export function layoutWord(random: Random, { text, face, settings, neighbour }: LayoutRequest): TextLayout {
  const spacing = drawSpacing(random, settings.spaced)
  const wobble = chance(random, settings.wobbling) ? uniform(random, 0.3, 1) : 0
  const line = setLine(random, text, face, spacing, wobble)
  const warp = drawWarp(random, line.box, { length: text.length, settings })
  const inkHeight = Math.max(line.box.bottom - line.box.top, 0.45 * EM)

  const corners = line.glyphs.map((glyph) => glyphCorners(face, glyph).map(([x, y]) => warp(x, y)))
  const bounds = boxOf(corners.flat())
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

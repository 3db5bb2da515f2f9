/**
 * Stage 3, layout: where every glyph of the word and of its neighbours lies in the crop. Glyph coordinates go through
 * spacing, stretch and slant, then a curve, then a camera's perspective; each glyph is drawn by the affine map that
 * equals this chain at its centre, so no image is ever warped and every character's quadrilateral is known.
 */
import type { Random } from '../random.ts'
import { chance, uniform } from './distributions.ts'
import { EM, type Face } from './fonts.ts'
import { type Crop, drawMargins, drawScale, frame } from './framing.ts'
import { boxOf, drawSpacing, glyphToLine, inkHeightOf, type Line, setLine, setStack } from './line.ts'
import { fullCell, type Panel } from './panel.ts'
import { drawPlateLayout, drawPlateMargins, type Figures, type Plate } from './plate-layout.ts'
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
  /** Of a plate: its board, corners of a polygon in image pixels. */
  readonly board: readonly Point[]
  /**
   * Of a plate: what stands on the board beside its characters, and what is left out of that. Of a display: all segments of
   * each cell, lit or not.
   */
  readonly furniture: PlacedFigures
  readonly holes: PlacedFigures
  /** Eight numbers a character: its ink's corners from the top left clockwise, as fractions of width and height. */
  readonly characterQuads: Float32Array
  /**
   * The word's upper edge from left to right, then its lower edge, `OUTLINE_POINTS` each: x, y as fractions of width and
   * height. Along a curved word the edges curve. Null for letters one above another, which have no such edges.
   */
  readonly outline: Float32Array | null
}

/** Shapes and letters in image pixels. */
export interface PlacedFigures {
  readonly shapes: readonly (readonly Point[])[]
  readonly glyphs: readonly PlacedGlyph[]
}

/** What a word has that stands on neither plate nor display. */
export const NO_FURNITURE: Pick<TextLayout, 'board' | 'furniture' | 'holes'> = {
  board: [],
  furniture: { shapes: [], glyphs: [] },
  holes: { shapes: [], glyphs: [] },
}

export interface LayoutRequest {
  readonly text: string
  readonly face: Face
  readonly settings: LayoutSettings
  /** What a word that is no ordinary one stands on. */
  readonly bearer?: Panel | 'plate' | undefined
  /** Draws what stands above, below and beside the word, and in which face. */
  readonly neighbour: DrawNeighbour
}

/** Points along each edge of a word. */
export const OUTLINE_POINTS = 10

/** Letters that may stand one above another. */
const [FEWEST_STACKED, MOST_STACKED] = [2, 8]

export function layoutWord(random: Random, request: LayoutRequest): TextLayout {
  const { text, face, bearer, neighbour } = request
  const settings = bearer ? { ...request.settings, ...UNBENT } : request.settings
  const spacing = drawSpacing(random, settings.spaced)
  const wobble = chance(random, settings.wobbling) ? uniform(random, 0.3, 1) : 0
  const isStacked = chance(random, settings.stacked) && canBeStacked(text)
  const line = isStacked ? setStack(random, text, face) : setLine(random, text, face, spacing, wobble)
  const warp = drawWarp(random, line.box, { isCurvable: text.length > 2 && !isStacked, settings })
  const { corners: flat } = line
  const inkHeight = isStacked ? heightOfLetters(line) : inkHeightOf(line)

  const corners = flat.map((each) => each.map(([x, y]) => warp(x, y)))
  const plate = bearer === 'plate' ? drawPlateLayout(random, line, neighbour) : null
  const margins = plate ? drawPlateMargins(random, plate, line, settings) : drawMargins(random, settings)
  const framing = {
    bounds: boxOf(corners.flat()),
    ends: [corners[0]!, corners[corners.length - 1]!] as const,
    inkHeight,
    length: text.length,
    isStacked,
    margins,
    settings,
  }
  const scale = drawScale(random, framing)
  const crop = frame(scale, framing)
  const inkPixels = inkHeight * scale
  const toImage: Warp = (x, y) => {
    const [warpedX, warpedY] = warp(x, y)
    return [warpedX * scale - crop.left, warpedY * scale - crop.top]
  }

  const hasNeighbours = chance(random, settings.neighbours) && !isStacked
  const neighbours = hasNeighbours
    ? drawNeighbours(random, neighbour, { line, spacing, margins })
        .map((other) => placeLine(other, toImage, crop))
        .filter((glyphs) => !margins.areFar || glyphs.filter((glyph) => isWithin(glyph, crop)).length <= MOST_WHOLE)
    : []
  return {
    width: crop.width,
    height: crop.height,
    inkHeight: inkPixels,
    word: line.glyphs.filter(hasInk).map((glyph) => placeGlyph(face, glyph, toImage)),
    neighbours: neighbours.flat(),
    ...(plate
      ? placePlate(random, plate, toImage, { crop, inkPixels })
      : {
          ...NO_FURNITURE,
          furniture: { shapes: [], glyphs: bearer && bearer !== 'plate' ? ghostsOf(line, bearer, toImage) : [] },
          rules: chance(random, settings.rules) ? drawRules(random, line.box, toImage, inkPixels) : [],
        }),
    outline: isStacked
      ? null
      : Float32Array.from(
          [line.box.top, line.box.bottom]
            .flatMap((y) => edgeOf(line.box, y, toImage))
            .flatMap(([x, y]) => [x / crop.width, y / crop.height]),
        ),
    characterQuads: Float32Array.from(
      corners.flat().flatMap(([x, y]) => [(x * scale - crop.left) / crop.width, (y * scale - crop.top) / crop.height]),
    ),
  }
}

/** Displays and plates are flat, and nothing else stands on them. */
const UNBENT = { curved: 0, slanted: 0, wobbling: 0, neighbours: 0, stacked: 0, spaced: 0 }

function placePlate(
  random: Random,
  { board, rim, furniture, holes }: Plate,
  toImage: Warp,
  { crop, inkPixels }: { crop: Crop; inkPixels: number },
): Pick<TextLayout, 'board' | 'furniture' | 'holes' | 'rules'> {
  const placeShape = (shape: readonly Point[]) => shape.map(([x, y]) => toImage(x, y))
  const place = ({ shapes, lines }: Figures) => ({
    shapes: shapes.map(placeShape),
    glyphs: lines.flatMap((line) => placeLine(line, toImage, crop)),
  })
  const width = Math.max(0.8, uniform(random, 0.02, 0.06) * inkPixels)
  return {
    board: placeShape(board),
    rules: rim ? [{ points: placeShape(rim), width }] : [],
    furniture: place(furniture),
    holes: place(holes),
  }
}

/** The segments of each cell that are off, and those that are on. */
function ghostsOf(line: Line, panel: Panel, toImage: Warp): PlacedGlyph[] {
  const full = fullCell(panel)
  if (full === undefined) return []
  return line.glyphs
    .filter((glyph) => !' .:'.includes(glyph.character))
    .map((glyph) => placeGlyph(line.face, { ...glyph, character: full }, toImage))
}

function canBeStacked(text: string): boolean {
  return text.length >= FEWEST_STACKED && text.length <= MOST_STACKED && /^[A-Za-z0-9&]+$/.test(text)
}

/** Mean height of the letters of a stack. */
function heightOfLetters({ corners }: Line): number {
  const heights = corners.map((each) => boxOf(each).bottom - boxOf(each).top)
  return Math.max(0.3 * EM, heights.reduce((sum, height) => sum + height, 0) / heights.length)
}

/** Points of one edge of the word, evenly spaced along the line. */
function edgeOf({ left, right }: Box, y: number, toImage: Warp): Point[] {
  return Array.from({ length: OUTLINE_POINTS }, (_, index) =>
    toImage(left + ((right - left) * index) / (OUTLINE_POINTS - 1), y),
  )
}

/** A glyph of a line, drawn by the affine map that equals `toImage` at its middle. */
export function placeGlyph(face: Face, glyph: Line['glyphs'][number], toImage: Warp): PlacedGlyph {
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

/** Letters of another line that a crop with far margins may show whole: with more, it would have two words. */
const MOST_WHOLE = 1

/** Whether a glyph's middle lies in the crop. */
function isWithin({ character, face, transform: [a, b, c, d, e, f] }: PlacedGlyph, { width, height }: Crop): boolean {
  const { left, right, top, bottom } = face.measure(character)
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2]
  const [x, y] = [a * middleX + c * middleY + e, b * middleX + d * middleY + f]
  return x > 0 && x < width && y > 0 && y < height
}

function hasInk({ character }: Line['glyphs'][number]): boolean {
  return character !== ' '
}

/** Glyphs of a line that reach into the crop. */
function placeLine(line: Line, toImage: Warp, crop: Crop): PlacedGlyph[] {
  return line.glyphs
    .filter((glyph, index) => {
      const box = boxOf(line.corners[index]!.map(([x, y]) => toImage(x, y)))
      return hasInk(glyph) && box.right > 0 && box.left < crop.width && box.bottom > 0 && box.top < crop.height
    })
    .map((glyph) => placeGlyph(line.face, glyph, toImage))
}

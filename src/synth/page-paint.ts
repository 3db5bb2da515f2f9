/** Paints a block of a page: its panel, then line by line, each within its own bounds. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import type { BlockLine } from './block.ts'
import { type Colour, drawLetterColour } from './colour.ts'
import { chance } from './distributions.ts'
import { drawInkStyle, type InkStyle, renderInk } from './ink.ts'
import { NO_FURNITURE, placeGlyph } from './layout.ts'
import type { LightImage } from './light-image.ts'
import { boxOf } from './line.ts'
import { type PlacedBlock, type PlacedWord, placedWords } from './page-layout.ts'
import { paintPagePanel } from './page-panel.ts'
import { inkPlane } from './scene.ts'
import { createScratch } from './scratch.ts'
import type { SynthSettings } from './settings.ts'
import { type GroundStatistics, paintWord, statistics } from './surface.ts'
import { isVisibleWithin } from './visibility.ts'
import type { Box, Point } from './warp.ts'

const borrowRegion = createScratch()

/** Letters that nobody is asked to find: lower or narrower, pixels. */
const [LOWEST_LETTERS, NARROWEST_LETTERS] = [7, 2.4]

export interface BlockPainting {
  readonly hung: PlacedBlock
  readonly photographs: readonly RgbImage[]
  readonly settings: SynthSettings
  readonly contextFor: (size: { readonly width: number; readonly height: number }) => SKRSContext2D
}

export interface PaintedWord extends PlacedWord {
  /** Whether it is large enough, and stands out from its ground. */
  readonly isSeen: boolean
}

export function paintBlock(random: Random, page: LightImage, painting: BlockPainting): PaintedWord[] {
  const { hung, photographs, settings } = painting
  const ground = hung.hasPanel
    ? paintPagePanel(random, page, { corners: hung.outline, photographs, isEmpty: false })
    : statistics(cutOut(page, boundsOf(hung.outline, 0, page)))
  const style = drawInkStyle(random, settings.ink)
  const letters = drawLetterColour(random, ground.mean, { unrest: ground.deviation, faint: settings.surface.faint })
  const words = placedWords(hung)
  return hung.block.lines.flatMap((line, index) => {
    // Lines of a list look alike; of a sign, one may stand out.
    const own = hung.block.kind !== 'list' && chance(random, 0.2)
    const areVisible = paintLine(random, page, {
      ...painting,
      line,
      words: words[index]!,
      ground,
      style,
      letters: own ? drawLetterColour(random, ground.mean, { unrest: ground.deviation, faint: 0.2 }) : letters,
    })
    return words[index]!.map((word, place) => ({
      ...word,
      isSeen: areVisible[place]! && word.letterHeight >= LOWEST_LETTERS && word.letterWidth >= NARROWEST_LETTERS,
    }))
  })
}

interface LinePainting extends BlockPainting {
  readonly line: BlockLine
  readonly words: readonly PlacedWord[]
  readonly ground: GroundStatistics
  readonly style: InkStyle
  readonly letters: Colour
}

/** Room around the ink for shadows and outlines, of the letters' height. */
const SURROUNDINGS = 0.3

/** Paints a line within its bounds; of each word, whether it can be told from its ground. */
function paintLine(random: Random, page: LightImage, painting: LinePainting): boolean[] {
  const { hung, line: blockLine, words, photographs, settings, contextFor, ground, style, letters } = painting
  const { line } = blockLine
  const inkHeight = words.reduce((sum, { letterHeight }) => sum + letterHeight, 0) / words.length
  const bounds = boundsOf(
    line.corners.flat().map(([x, y]) => hung.toPage(x, y)),
    Math.ceil(SURROUNDINGS * inkHeight) + 2,
    page,
  )
  const region = cutOut(page, bounds)
  const { width, height } = region
  const toRegion = (x: number, y: number): Point => {
    const [pageX, pageY] = hung.toPage(x, y)
    return [pageX - bounds.left, pageY - bounds.top]
  }
  const glyphs = line.glyphs
    .filter(({ character }) => character !== ' ')
    .map((glyph) => placeGlyph(line.face, glyph, toRegion))
  const masks = renderInk(contextFor(region), { ...EMPTY_LAYOUT, width, height, inkHeight, word: glyphs }, style)
  const breaks = words.slice(1).map(({ quadrilateral: [[x]] }) => (x - bounds.left) / width)
  paintWord(random, region, {
    inkHeight,
    masks,
    style,
    photographs,
    breaks,
    settings: settings.surface,
    ground,
    letters,
  })
  putBack(page, region, bounds)
  const plane = inkPlane(masks, false)
  return words.map(({ quadrilateral }) =>
    isVisibleWithin(
      region,
      plane,
      quadrilateral.map(([x, y]): Point => [x - bounds.left, y - bounds.top]),
    ),
  )
}

const EMPTY_LAYOUT = {
  neighbours: [],
  rules: [],
  ...NO_FURNITURE,
  characterQuads: new Float32Array(0),
  outline: null,
} as const

/** Whole pixels of the page around points, with a margin. */
function boundsOf(points: readonly Point[], margin: number, page: LightImage): Box {
  const { left, right, top, bottom } = boxOf(points)
  return {
    left: Math.max(0, Math.floor(left) - margin),
    right: Math.min(page.width, Math.ceil(right) + margin + 1),
    top: Math.max(0, Math.floor(top) - margin),
    bottom: Math.min(page.height, Math.ceil(bottom) + margin + 1),
  }
}

/** A part of the page, until the next call. */
function cutOut(page: LightImage, { left, right, top, bottom }: Box): LightImage {
  const [width, height] = [right - left, bottom - top]
  const data = borrowRegion(3 * width * height)
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * page.width + left)
    data.set(page.data.subarray(from, from + 3 * width), 3 * y * width)
  }
  return { width, height, data }
}

function putBack(page: LightImage, { width, height, data }: LightImage, { left, top }: Box): void {
  for (let y = 0; y < height; y++)
    page.data.set(data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * page.width + left))
}

/** Canvases for lines of every size; reading one back costs by its whole size. */
export function createContexts({ width, height }: { width: number; height: number }): BlockPainting['contextFor'] {
  const sizes = [
    { width: 96, height: 32 },
    { width: 256, height: 48 },
    { width: 160, height: 160 },
    { width, height: 96 },
    { width: 96, height },
    { width, height: height >> 1 },
    { width, height },
  ]
  const contexts = sizes.map((size) =>
    createCanvas(size.width, size.height).getContext('2d', { willReadFrequently: true }),
  )
  return (wanted) => contexts[sizes.findIndex((size) => size.width >= wanted.width && size.height >= wanted.height)]!
}

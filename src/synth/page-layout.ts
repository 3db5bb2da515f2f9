/** Where a block hangs on its page, and how it is seen. */
import { intersectionArea } from '../image/polygon.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import type { Random } from '../random.ts'
import { type Block, type BlockLine, type BlockWord, wordBox } from './block.ts'
import { chance, logUniform, pickWeighted, uniform } from './distributions.ts'
import { boxOf, cornersOf } from './line.ts'
import type { Restlessness } from './page-ground.ts'
import type { LayoutSettings } from './settings.ts'
import { type Box, drawCurve, drawView, type Point, type Warp } from './warp.ts'

export interface PlacedBlock {
  readonly block: Block
  /** From the block to pixels of the page. */
  readonly toPage: Warp
  /** Nothing else stands within this convex polygon; the corners of its panel, where it has one. */
  readonly outline: readonly Point[]
  readonly hasPanel: boolean
  readonly isCurved: boolean
}

export interface PlacementRequest {
  /** Width and height of the page, pixels. */
  readonly width: number
  readonly height: number
  readonly placed: readonly PlacedBlock[]
  readonly restlessness: Restlessness
  readonly settings: LayoutSettings
}

/** Of blocks with a panel behind them. */
const ON_PANELS = 0.5
/** Room between a page's edge and all words, pixels. */
const EDGE = 2
/** Places that are tried, and how many free ones are compared where a block has no panel. */
const [MOST_TRIES, MOST_COMPARED] = [14, 5]

/** Undefined where no free place was found. */
export function placeBlock(random: Random, block: Block, request: PlacementRequest): PlacedBlock | undefined {
  const { width, height, placed, restlessness, settings } = request
  const { box } = block
  const isCurved = block.lines.length === 1 && box.right - box.left > 250 && chance(random, CURVED * settings.curved)
  const hasPanel = !isCurved && chance(random, ON_PANELS)
  const outer = widened(random, block, hasPanel)
  const shape = drawShape(random, outer, { isCurved, settings })
  // Where a curve takes the words, the corners of the whole do not say.
  const corners = isCurved
    ? placedWords({ block, toPage: shape, isCurved }).flatMap((line) => line.flatMap((word) => word.quadrilateral))
    : cornersOf(outer).map(([x, y]) => shape(x, y))
  const bounds = boxOf(corners)
  const scale = Math.min(
    drawLetterHeight(random, block, Math.min(width, height)) / block.lines[0]!.inkHeight,
    (0.96 * width - 2 * EDGE) / (bounds.right - bounds.left),
    (0.96 * height - 2 * EDGE) / (bounds.bottom - bounds.top),
  )
  const outlineAtOrigin = (isCurved ? cornersOf(bounds) : corners).map(([x, y]): Point => [x * scale, y * scale])
  const reach = boxOf(outlineAtOrigin)
  let [best, least] = [undefined as Point | undefined, Number.POSITIVE_INFINITY]
  for (let attempt = 0, compared = 0; attempt < MOST_TRIES && compared < (hasPanel ? 1 : MOST_COMPARED); attempt++) {
    const x = uniform(random, EDGE - reach.left, width - EDGE - reach.right)
    const y = uniform(random, EDGE - reach.top, height - EDGE - reach.bottom)
    const outline = outlineAtOrigin.map(([dx, dy]): Point => [x + dx, y + dy])
    if (placed.some((other) => intersectionArea(other.outline, outline) > 0)) continue
    compared++
    const unrest = restlessness.in(boxOf(outline))
    if (unrest < least) [best, least] = [[x, y], unrest]
  }
  // Nobody paints letters on leaves.
  if (!best || (!hasPanel && least > MOST_RESTLESS)) return undefined
  const [left, top] = best
  const toPage: Warp = (x, y) => {
    const [shapedX, shapedY] = shape(x, y)
    return [shapedX * scale + left, shapedY * scale + top]
  }
  const outline = outlineAtOrigin.map(([x, y]): Point => [x + left, y + top])
  return { block, toPage, outline, hasPanel, isCurved }
}

/** Curved names, of the words that a crop shows curved: a page's blocks are names for a part only. */
const CURVED = 0.8
/** Difference of brightness between neighbouring cells, above which no letters are set straight on a photograph. */
const MOST_RESTLESS = 16

/** The box with what is between the ink and the edge of its panel, or of its room. */
function widened(random: Random, { box, lines }: Block, hasPanel: boolean): Box {
  const height = lines.reduce((sum, line) => sum + line.inkHeight, 0) / lines.length
  const [beside, above] = hasPanel
    ? [uniform(random, 0.15, 0.9) * height, uniform(random, 0.12, 0.7) * height]
    : [0.35 * height, 0.3 * height]
  return { left: box.left - beside, right: box.right + beside, top: box.top - above, bottom: box.bottom + above }
}

/** Stretch, slant, a curve, a view, and now and then a quarter turn; the block's middle goes to the origin. */
function drawShape(
  random: Random,
  { left, right, top, bottom }: Box,
  { isCurved, settings }: { isCurved: boolean; settings: LayoutSettings },
): Warp {
  const stretch = chance(random, settings.stretched) ? logUniform(random, 0.7, 1.2) : 1
  const slant = chance(random, settings.slanted) ? uniform(random, -0.3, 0.1) : 0
  const [centreX, centreY] = [(left + right) / 2, (top + bottom) / 2]
  const [width, height] = [(right - left) * stretch, bottom - top]
  const curve = drawCurve(random, { width, height, curved: isCurved ? 1 : 0 })
  const view = drawView(random, width, height, settings)
  const isTurned = chance(random, QUARTER_TURNED * settings.tilted)
  const sign = chance(random, 0.6) ? -1 : 1
  return (x, y) => {
    const [viewX, viewY] = view(...curve((x - centreX) * stretch + (y - centreY) * slant, y - centreY))
    return isTurned ? [-sign * viewY, sign * viewX] : [viewX, viewY]
  }
}

/** Share of blocks that run upwards or downwards, as on the spines of books and the sides of shops. */
const QUARTER_TURNED = 0.035

/** Height of the first line's letters, pixels. */
function drawLetterHeight(random: Random, { kind }: Block, size: number): number {
  if (chance(random, 0.06)) return uniform(random, 4, 8)
  if (kind === 'list') return logUniform(random, 8, Math.max(9, size / 22))
  if (kind === 'sign') return logUniform(random, 12, Math.max(13, size / 6))
  return pickWeighted(random, [
    [() => logUniform(random, 8, Math.max(9, size / 16)), 50],
    [() => logUniform(random, size / 22, size / 7), 38],
    [() => logUniform(random, size / 7, size / 3), 12],
  ])()
}

export interface PlacedWord {
  readonly text: string
  readonly quadrilateral: Quadrilateral
  /** Height of its line's letters there, pixels. */
  readonly letterHeight: number
  /** Mean width of its letters there, pixels. */
  readonly letterWidth: number
}

/** Beyond the ink, of a line's height: people draw boxes so. */
const MARGIN = 0.03

/** The words of a placed block, line by line. */
export function placedWords(placedBlock: Pick<PlacedBlock, 'block' | 'toPage' | 'isCurved'>): PlacedWord[][] {
  return placedBlock.block.lines.map((line) => line.words.map((word) => placeWord(line, word, placedBlock)))
}

function placeWord(
  { line, inkHeight }: BlockLine,
  word: BlockWord,
  { toPage, isCurved }: Pick<PlacedBlock, 'toPage' | 'isCurved'>,
): PlacedWord {
  const box = wordBox(line, word)
  const margin = MARGIN * inkHeight
  const outer = {
    left: box.left - margin,
    right: box.right + margin,
    top: box.top - margin,
    bottom: box.bottom + margin,
  }
  const [middleX, middleY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2]
  const ends = [toPage(outer.left, middleY), toPage(outer.right, middleY)] as const
  const ink = line.corners.slice(word.first, word.last + 1).flat()
  return {
    text: word.text,
    quadrilateral: isCurved
      ? boxAlong(
          ends,
          ink.map(([x, y]) => toPage(x, y)),
        )
      : (cornersOf(outer).map(([x, y]) => toPage(x, y)) as unknown as Quadrilateral),
    letterHeight: distance(toPage(middleX, middleY - inkHeight / 2), toPage(middleX, middleY + inkHeight / 2)),
    letterWidth: distance(...ends) / word.text.length,
  }
}

/** The rectangle around points whose upper edge runs as from the first end to the second. */
function boxAlong([[startX, startY], [endX, endY]]: readonly [Point, Point], points: readonly Point[]): Quadrilateral {
  const length = Math.max(1e-6, Math.hypot(endX - startX, endY - startY))
  const [x, y] = [(endX - startX) / length, (endY - startY) / length]
  const { left, right, top, bottom } = boxOf(points.map(([px, py]) => [px * x + py * y, py * x - px * y]))
  const at = (along: number, across: number): Point => [along * x - across * y, along * y + across * x]
  return [at(left, top), at(right, top), at(right, bottom), at(left, bottom)]
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by)
}

/**
 * Pages: photographs of many words that nobody took, with the place of each. Blocks of lines (names, signs, lists) hang on a
 * ground without text, straight on it or on panels; then light falls on all of it, and one camera sees it.
 *
 * ground → panels that say nothing → blocks: layout, panel, ink, paint, each within its own bounds → light → camera.
 */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { z } from 'zod'
import type { RgbImage } from '../image/image.ts'
import { intersectionArea } from '../image/polygon.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import { readWordCounts, readWordLines } from '../word-counts.ts'
import { loadBackgrounds } from './backgrounds.ts'
import { type BlockLine, drawBlock } from './block.ts'
import { createNoiseTable, photograph } from './camera.ts'
import { type Colour, drawLetterColour } from './colour.ts'
import { chance, integer, logUniform, uniform } from './distributions.ts'
import { createFontSource, type FontSource } from './fonts.ts'
import { drawInkStyle, type InkStyle, renderInk } from './ink.ts'
import { placeGlyph } from './layout.ts'
import { lightUp, reflect } from './light.ts'
import type { LightImage } from './light-image.ts'
import { boxOf } from './line.ts'
import { measureRestlessness, paintPageGround } from './page-ground.ts'
import { type PlacedBlock, type PlacedWord, placeBlock, placedWords } from './page-layout.ts'
import { paintPagePanel } from './page-panel.ts'
import { inkPlane } from './scene.ts'
import { createScratch } from './scratch.ts'
import type { SynthSettings, synthSettings } from './settings.ts'
import { type GroundStatistics, paintWord, statistics } from './surface.ts'
import { readSettings } from './synthesizer.ts'
import { isVisibleWithin } from './visibility.ts'
import { type Box, drawView, type Point } from './warp.ts'
import { createWordSource, type WordSource } from './words.ts'

const [borrowPage, borrowRegion] = [createScratch(), createScratch()]

export interface PageWord {
  /** Clockwise from the reading's top left, pixels of the page; tight around the ink, inside the page. */
  readonly quadrilateral: Quadrilateral
  /** Null where nobody could read it. */
  readonly text: string | null
  /** Whether it is too small or too faint to be found. */
  readonly ignored: boolean
}

/** A photograph and its words, as `LabelledPhotograph` has them. */
export interface Page {
  readonly image: RgbImage
  /** None of them overlaps another. */
  readonly words: readonly PageWord[]
}

export interface PagesOptions {
  readonly fonts: FontSource
  readonly words: WordSource
  /** Photographs without text; without any, grounds are painted. */
  readonly backgrounds: readonly RgbImage[]
  readonly settings: SynthSettings
  /** Of a page, pixels. */
  readonly width?: number
  readonly height?: number
  /** Words of a page at most. */
  readonly mostWords?: number
}

/** Numbers of the stages in the derivation of their seeds. */
const STAGE = { plan: 1, ground: 2, empty: 3, block: 4, light: 5, camera: 6 } as const

/** Share of pages without a word. */
const WORDLESS = 0.06
/** Blocks that find no place, after which a page is full. */
const MOST_FAILURES = 5
/** Letters that nobody is asked to find: lower or narrower, pixels. */
const [LOWEST_LETTERS, NARROWEST_LETTERS] = [7, 2.4]

/** Pages by seed, a whole number from 0 to 2^32 - 1: the same seed gives the same page, whatever was drawn before. */
export function createPages(options: PagesOptions): (seed: number) => Page {
  const { fonts, words, backgrounds: photographs, settings, width = 640, height = 640, mostWords = 60 } = options
  // What glows or is made of lamps changes the ground around it, beyond the bounds that are painted.
  const surface = { ...settings.surface, neon: 0 }
  const noise = createNoiseTable()
  const contextFor = createContexts({ width, height })

  const hangBlocks = (seed: number, page: LightImage, target: number): PlacedBlock[] => {
    const restlessness = measureRestlessness(page)
    const placed: PlacedBlock[] = []
    let left = target
    for (let index = 0, failures = 0; left > 0 && failures < MOST_FAILURES; index++) {
      const random = createRandom(deriveSeed(seed, STAGE.block, index))
      const block = drawBlock(random, { fonts, words, settings, most: left })
      const hung = placeBlock(random, block, { width, height, placed, restlessness, settings: settings.layout })
      if (!hung || overlapsItself(placedWords(hung).flat())) {
        failures++
        continue
      }
      placed.push(hung)
      left -= block.words
    }
    return placed
  }

  return (seed) => {
    const randomOf = (stage: keyof typeof STAGE, index = 0) => createRandom(deriveSeed(seed, STAGE[stage], index))
    const page = { width, height, data: borrowPage(3 * width * height) }
    paintPageGround(randomOf('ground'), page, { photographs, settings: surface })
    paintEmptyPanels(randomOf('empty'), page, { photographs, settings })
    const plan = randomOf('plan')
    const target = chance(plan, WORDLESS) ? 0 : Math.round(logUniform(plan, 1, mostWords))
    const blocks = hangBlocks(seed, page, target)
    const found = blocks.flatMap((hung, index) =>
      paintBlock(randomOf('block', 1000 + index), page, {
        hung,
        photographs,
        settings: { ...settings, surface },
        contextFor,
      }),
    )
    const light = randomOf('light')
    lightUp(light, page, surface)
    if (photographs.length > 0 && chance(light, surface.reflecting)) reflect(light, page, photographs)
    const image = photograph(randomOf('camera'), page, {
      inkHeight: usualHeight(found),
      noise,
      settings: settings.camera,
    })
    return {
      image,
      words: found.map(({ text, quadrilateral, isSeen }) => ({
        quadrilateral,
        text: isSeen ? text : null,
        ignored: !isSeen,
      })),
    }
  }
}

/** Letters' height by which the camera's blur is measured: that of the lower ones, within what photographs have. */
function usualHeight(words: readonly PlacedWord[]): number {
  const heights = words.map(({ letterHeight }) => letterHeight).sort((a, b) => a - b)
  return Math.max(10, Math.min(24, heights[heights.length >> 2] ?? 16))
}

function overlapsItself(words: readonly PlacedWord[]): boolean {
  return words.some((word, index) =>
    words.slice(index + 1).some((other) => intersectionArea(word.quadrilateral, other.quadrilateral) > 0),
  )
}

/** Boards, doors, grilles: what is neither word nor nature. */
function paintEmptyPanels(
  random: Random,
  page: LightImage,
  { photographs, settings }: { photographs: readonly RgbImage[]; settings: SynthSettings },
): void {
  const count = chance(random, 0.5) ? integer(random, 1, 4) : 0
  for (let index = 0; index < count; index++) {
    const [width, height] = [logUniform(random, 0.04, 0.5) * page.width, logUniform(random, 0.03, 0.5) * page.height]
    const view = drawView(random, width, height, settings.layout)
    const [x, y] = [uniform(random, 0, page.width), uniform(random, 0, page.height)]
    const corners = (
      [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const
    ).map(([across, down]): Point => {
      const [dx, dy] = view((across * width) / 2, (down * height) / 2)
      return [x + dx, y + dy]
    })
    paintPagePanel(random, page, { corners, photographs, isEmpty: true })
  }
}

interface BlockPainting {
  readonly hung: PlacedBlock
  readonly photographs: readonly RgbImage[]
  readonly settings: SynthSettings
  readonly contextFor: (size: { readonly width: number; readonly height: number }) => SKRSContext2D
}

interface PaintedWord extends PlacedWord {
  readonly isSeen: boolean
}

function paintBlock(random: Random, page: LightImage, painting: BlockPainting): PaintedWord[] {
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
  ghosts: [],
  board: [],
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
function createContexts({ width, height }: { width: number; height: number }): BlockPainting['contextFor'] {
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

export interface PageMaterial {
  /** Searched at any depth for font files. */
  readonly fontFolder: string
  /** Words, one a line. Without it a short built-in list of sign words serves. */
  readonly lexiconFile?: string
  /** Photographs without text. */
  readonly backgroundFolder?: string
  /** How often words occur; see `createSynthesizer`. */
  readonly frequencyFile?: string
  readonly settings?: z.input<typeof synthSettings>
  readonly width?: number
  readonly height?: number
  readonly mostWords?: number
}

/** Pixels along the longer side of photographs that pages hang on. */
const LARGEST_BACKGROUND = 1000

/** `createPages` of files. Throws an error that names the folder or file if fonts, lexicon or backgrounds cannot be read. */
export async function loadPages(material: PageMaterial): Promise<(seed: number) => Page> {
  const { fontFolder, lexiconFile, backgroundFolder, frequencyFile, ...options } = material
  const settings = readSettings(material.settings)
  const counts = frequencyFile === undefined ? undefined : await readWordCounts(frequencyFile)
  const lexicon = lexiconFile === undefined ? [] : await readWordLines(lexiconFile)
  return createPages({
    ...options,
    fonts: createFontSource(fontFolder),
    words: createWordSource(lexicon, { settings: settings.words, counts }),
    backgrounds: backgroundFolder === undefined ? [] : await loadBackgrounds(backgroundFolder, LARGEST_BACKGROUND),
    settings,
  })
}

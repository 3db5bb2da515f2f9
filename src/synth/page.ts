/**
 * Pages: photographs of many words that nobody took, with the place of each. Blocks of lines (names, signs, lists) hang on a
 * ground without text, straight on it or on panels; then light falls on all of it, and one camera sees it.
 *
 * ground → panels that say nothing → blocks: layout, panel, ink, paint, each within its own bounds → light → camera.
 */
import type { z } from 'zod'
import type { RgbImage } from '../image/image.ts'
import { intersectionArea } from '../image/polygon.ts'
import type { Quadrilateral } from '../image/quadrilateral.ts'
import { createRandom, deriveSeed, type Random } from '../random.ts'
import { readWordCounts, readWordLines } from '../word-counts.ts'
import { loadBackgrounds } from './backgrounds.ts'
import { drawBlock } from './block.ts'
import { createNoiseTable, photograph } from './camera.ts'
import { chance, integer, logUniform, uniform } from './distributions.ts'
import { createFontSource, type FontSource } from './fonts.ts'
import { lightUp, reflect } from './light.ts'
import type { LightImage } from './light-image.ts'
import { measureRestlessness, paintPageGround } from './page-ground.ts'
import { type PlacedBlock, type PlacedWord, placeBlock, placedWords } from './page-layout.ts'
import { createContexts, paintBlock } from './page-paint.ts'
import { paintPagePanel } from './page-panel.ts'
import { createScratch } from './scratch.ts'
import type { SynthSettings, synthSettings } from './settings.ts'
import { readSettings } from './synthesizer.ts'
import { drawView, type Point } from './warp.ts'
import { createWordSource, type WordSource } from './words.ts'

const borrowPage = createScratch()

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

/**
 * The synthetic engine: photographs of words that nobody took, with their labels.
 *
 * words → fonts → layout → ink → surface → camera, each a function of its own random numbers, which come from the
 * sample's seed: the same seed gives the same bytes, whatever was made before, and a change to one stage leaves what the
 * others draw as it was.
 */
import { createCanvas } from '@napi-rs/canvas'
import { z } from 'zod'
import type { RgbImage } from '../image/image.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { readWordCounts, readWordLines } from '../word-counts.ts'
import { loadBackgrounds } from './backgrounds.ts'
import { createNoiseTable, photograph } from './camera.ts'
import { createFontSource, type Face } from './fonts.ts'
import { drawInkStyle, renderInk } from './ink.ts'
import { layoutWord } from './layout.ts'
import { type SynthSettings, synthSettings } from './settings.ts'
import { paintSurface } from './surface.ts'
import { isVisible } from './visibility.ts'
import { createWordSource, DEFAULT_LIMITS, type LengthLimits } from './words.ts'

export interface SynthSample {
  /** The crop, 8 to 88 pixels high and 8 to 288 wide. */
  readonly image: RgbImage
  readonly text: string
  /** File of the font. */
  readonly font: string
  /**
   * One quadrilateral a character of `text`: x and y of the top left, top right, bottom right and bottom left of its
   * ink, as fractions of the image's width and height (a cut letter reaches below 0 or above 1); 8 numbers a character.
   */
  readonly characterQuads: Float32Array
  /** The word's upper edge from left to right, then its lower edge, ten points each: x, y as fractions of the image. */
  readonly outline: Float32Array
}

export interface SynthesizerOptions {
  /** Searched at any depth for font files. */
  readonly fontFolder: string
  /** Words, one a line; lines that begin with # are comments. Without it a short built-in list of sign words serves. */
  readonly lexiconFile?: string
  /** Photographs to set words on. Without it grounds are plain, gradients, boards and patches. */
  readonly backgroundFolder?: string
  /** What differs from the engine's defaults; see `settings.ts`. */
  readonly settings?: z.input<typeof synthSettings>
  /** How often words occur: a word and its count a line, or JSON `[{"word", "count"}]`. */
  readonly frequencyFile?: string
  /** Words that are drawn as they are written, about one in eight. */
  readonly extraWords?: readonly string[]
}

export interface Synthesizer {
  /** A pure function of its arguments. `seed` is a whole number from 0 to 2^32 - 1; limits are counted in characters. */
  sample(seed: number, limits?: LengthLimits): SynthSample
  /** Files of all fonts that may be drawn from. */
  readonly fonts: readonly string[]
}

/** Larger than any crop, so that one canvas serves all. */
const CANVAS_WIDTH = 320
const CANVAS_HEIGHT = 128

/** Numbers of the stages in the derivation of their seeds. */
const STAGE = { word: 1, font: 2, layout: 3, ink: 4, surface: 5, camera: 6 } as const

const MOST_REPAINTINGS = 4

/** Throws an error that names the folder or file if fonts, lexicon or backgrounds cannot be read. */
export async function createSynthesizer(options: SynthesizerOptions): Promise<Synthesizer> {
  const lexicon = options.lexiconFile === undefined ? [] : await readWordLines(options.lexiconFile)
  const photographs = options.backgroundFolder === undefined ? [] : await loadBackgrounds(options.backgroundFolder)
  const settings = readSettings(options.settings)
  const counts = options.frequencyFile === undefined ? undefined : await readWordCounts(options.frequencyFile)
  const words = createWordSource(lexicon, { settings: settings.words, extraWords: options.extraWords, counts })
  const fonts = createFontSource(options.fontFolder)
  const noise = createNoiseTable()
  const context = createCanvas(CANVAS_WIDTH, CANVAS_HEIGHT).getContext('2d', { willReadFrequently: true })

  return {
    fonts: fonts.files,
    sample(seed, limits = DEFAULT_LIMITS) {
      const randomOf = (stage: keyof typeof STAGE, attempt = 0) => createRandom(deriveSeed(seed, STAGE[stage], attempt))
      const drawn = words.draw(randomOf('word'), limits)
      const face = fonts.draw(randomOf('font'), drawn)
      const text = suitCase(drawn, face)
      const layout = layoutWord(randomOf('layout'), {
        text,
        face,
        settings: settings.layout,
        neighbour(random) {
          const other = words.draw(random, DEFAULT_LIMITS)
          return { text: other, face: fonts.draw(random, other) }
        },
      })
      const style = drawInkStyle(randomOf('ink'), settings.ink)
      const masks = renderInk(context, layout, style)
      const { width, height, inkHeight, characterQuads, outline } = layout
      const breaks = wordBreaks(characterQuads)
      for (let attempt = 0; ; attempt++) {
        const request = { width, height, inkHeight, masks, style, photographs, breaks, settings: settings.surface }
        const scene = paintSurface(randomOf('surface', attempt), request)
        const image = photograph(randomOf('camera', attempt), scene, { inkHeight, noise, settings: settings.camera })
        if (attempt === MOST_REPAINTINGS || isVisible(image, masks))
          return { image, text, font: face.file, characterQuads, outline }
      }
    },
  }
}

/** Where one letter ends and the next begins, as fractions of the width. */
function wordBreaks(characterQuads: Float32Array): number[] {
  const breaks: number[] = []
  for (let quad = 8; quad < characterQuads.length; quad += 8) {
    breaks.push((characterQuads[quad - 6]! + characterQuads[quad]!) / 2)
  }
  return breaks
}

/** The label of what the face draws. Words all in capitals are hardly ever set in joined or broken letters. */
function suitCase(text: string, face: Face): string {
  if (face.capitalsOnly) return text.toUpperCase()
  const isFlowing = face.category === 'script' || face.category === 'blackletter'
  return isFlowing && /^[A-Z]{3,}$/.test(text) ? text.slice(0, 1) + text.slice(1).toLowerCase() : text
}

function readSettings(settings: z.input<typeof synthSettings> = {}): SynthSettings {
  const parsed = synthSettings.safeParse(settings)
  if (!parsed.success) throw new Error(`synthetic engine: ${z.prettifyError(parsed.error).replace(/\s*\n\s*/g, ' ')}`)
  return parsed.data
}

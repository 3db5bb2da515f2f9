/**
 * The synthetic engine: photographs of words that nobody took, with their labels.
 *
 * words → fonts → layout → ink → surface (all this is a scene) → camera (a show of it), each a function of its own random numbers, which come from the
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
import { createFontSource } from './fonts.ts'
import { LARGEST_HEIGHT, LARGEST_WIDTH } from './framing.ts'
import { drawBearerStyle, drawInkStyle, renderInk } from './ink.ts'
import { layoutWord } from './layout.ts'
import { toBytes } from './light.ts'
import { drawNothing, type Size } from './nothing.ts'
import { inkPlane, roundLight, type SynthScene, sceneLight, viewScene } from './scene.ts'
import { type SynthSettings, synthSettings } from './settings.ts'
import { drawSpecialSign } from './sign.ts'
import { suitCase } from './suit-case.ts'
import { paintSurface } from './surface.ts'
import { isVisible } from './visibility.ts'
import { createWordSource, DEFAULT_LIMITS, type LengthLimits } from './words.ts'

export interface SynthSample {
  /**
   * The crop: 8 to 88 pixels high and 8 to 768 wide; up to 176 high with far margins or letters one above another.
   * Without a word it may be of a single pixel.
   */
  readonly image: RgbImage
  /** Empty where there is no word. */
  readonly text: string
  /** File of the font; empty where there is no word. */
  readonly font: string
  /**
   * One quadrilateral a character of `text`: x and y of the top left, top right, bottom right and bottom left of its
   * ink, as fractions of the image's width and height (a cut letter reaches below 0 or above 1); 8 numbers a character.
   * That of a space is the gap between its neighbours.
   */
  readonly characterQuads: Float32Array
  /**
   * The word's upper edge from left to right, then its lower edge, ten points each: x, y as fractions of the image. Null
   * where there are no such edges: no word, or letters one above another.
   */
  readonly outline: Float32Array | null
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

export interface SampleOptions {
  /** Whether a crop of this size will do: words, fonts and layouts are drawn until one does, twelve at most. */
  readonly fits?: ((size: Size) => boolean) | undefined
}

/**
 * Every method is a pure function of its arguments (`fits` being one). `seed` is a whole number from 0 to 2^32 - 1; limits
 * are counted in characters.
 */
export interface Synthesizer {
  /** The first show of the seed's scene. */
  sample(seed: number, limits?: LengthLimits, options?: SampleOptions): SynthSample
  /** The word painted, before any camera: most of a sample's cost, to be shown as often as wanted. */
  scene(seed: number, limits?: LengthLimits, options?: SampleOptions): SynthScene
  /**
   * A photograph of a scene. Show 0 is the scene as it was laid out; 1, 2, … are by other cameras, from elsewhere a little,
   * at times in other colours. All are of the scene's size.
   */
  show(scene: SynthScene, show: number): SynthSample
  /** A crop without a word: text '', no quadrilaterals, no outline. */
  nothing(seed: number, options?: SampleOptions): SynthSample
  /** Files of all fonts that may be drawn from. */
  readonly fonts: readonly string[]
}

/** Canvases that serve all crops. Reading one back costs by its whole size, so most crops are drawn on the small one. */
const CANVASES = [
  { width: 192, height: 96 },
  { width: 320, height: 128 },
  { width: LARGEST_WIDTH, height: LARGEST_HEIGHT },
] as const

/** Numbers of the stages in the derivation of their seeds. */
const STAGE = { word: 1, font: 2, layout: 3, ink: 4, surface: 5, camera: 6, view: 7, nothing: 8, sign: 9 } as const

const MOST_REPAINTINGS = 4
/** Words, fonts and layouts that are drawn for a crop that fits. */
const MOST_LAYOUTS = 12

const NO_POINTS = new Float32Array(0)
const NO_BYTES = new Uint8Array(0)

interface Composition {
  readonly seed: number
  readonly limits: LengthLimits
  readonly fits: (size: Size) => boolean
  readonly isKept: boolean
}

/** Throws an error that names the folder or file if fonts, lexicon or backgrounds cannot be read. */
export async function createSynthesizer(options: SynthesizerOptions): Promise<Synthesizer> {
  const lexicon = options.lexiconFile === undefined ? [] : await readWordLines(options.lexiconFile)
  const photographs = options.backgroundFolder === undefined ? [] : await loadBackgrounds(options.backgroundFolder)
  const settings = readSettings(options.settings)
  const counts = options.frequencyFile === undefined ? undefined : await readWordCounts(options.frequencyFile)
  const words = createWordSource(lexicon, { settings: settings.words, extraWords: options.extraWords, counts })
  const fonts = createFontSource(options.fontFolder)
  const noise = createNoiseTable()
  const contexts = CANVASES.map(({ width, height }) =>
    createCanvas(width, height).getContext('2d', { willReadFrequently: true }),
  )
  const contextFor = ({ width, height }: Size) =>
    contexts[CANVASES.findIndex((canvas) => canvas.width >= width && canvas.height >= height)]!
  // A scene is judged by its first photograph, which whoever shows it at once need not take again.
  let latest: { readonly scene: SynthScene; readonly image: RgbImage } | undefined

  const drawLayout = (seed: number, limits: LengthLimits, fits: (size: Size) => boolean) => {
    for (let attempt = 0; ; attempt++) {
      const randomOf = (stage: keyof typeof STAGE) => createRandom(deriveSeed(seed, STAGE[stage], attempt))
      const special = drawSpecialSign(randomOf('sign'), limits, { words, settings })
      const specialFace = special && fonts.drawOf(randomOf('font'), special.text, special.families)
      const bearer = specialFace && special.bearer
      const drawn = specialFace ? special.text : words.draw(randomOf('word'), limits)
      const face = specialFace ?? fonts.draw(randomOf('font'), drawn)
      const text = suitCase(drawn, face)
      const layout = layoutWord(randomOf('layout'), {
        text,
        face,
        settings: settings.layout,
        bearer,
        neighbour(random) {
          const other = words.draw(random, DEFAULT_LIMITS)
          return { text: other, face: fonts.draw(random, other) }
        },
      })
      if (attempt === MOST_LAYOUTS - 1 || fits(layout)) return { text, face, layout, bearer }
    }
  }

  /** A scene and its first photograph; the scene's pixels only where it is kept. */
  const compose = ({ seed, limits, fits, isKept }: Composition) => {
    const { text, face, layout, bearer } = drawLayout(seed, limits, fits)
    const randomOf = (stage: keyof typeof STAGE, attempt = 0) => createRandom(deriveSeed(seed, STAGE[stage], attempt))
    const style =
      bearer === undefined
        ? drawInkStyle(randomOf('ink'), settings.ink)
        : drawBearerStyle(randomOf('ink'), bearer === 'plate' ? 'plate' : 'display')
    const masks = renderInk(contextFor(layout), layout, style)
    const ink = inkPlane(masks, bearer === 'plate')
    const { width, height, inkHeight, characterQuads, outline } = layout
    const breaks = wordBreaks(characterQuads)
    for (let attempt = 0; ; attempt++) {
      const size = { width, height, inkHeight }
      const request = { ...size, masks, style, photographs, breaks, bearer, settings: settings.surface }
      const light = paintSurface(randomOf('surface', attempt), request)
      roundLight(light)
      // The camera uses the light up.
      const pixels = isKept ? toBytes(light.data) : NO_BYTES
      const image = photograph(randomOf('camera', attempt), light, { inkHeight, noise, settings: settings.camera })
      if (attempt < MOST_REPAINTINGS && !isVisible(image, ink)) continue
      const labels = { text, font: face.file, characterQuads, outline }
      return { image, scene: { seed, attempt, ...size, pixels, ink: isKept ? ink.slice() : NO_BYTES, ...labels } }
    }
  }

  const takePhotograph = (scene: SynthScene) => {
    const random = createRandom(deriveSeed(scene.seed, STAGE.camera, scene.attempt))
    return photograph(random, sceneLight(scene), { inkHeight: scene.inkHeight, noise, settings: settings.camera })
  }

  const showAnew = (scene: SynthScene, show: number): SynthSample => {
    const { seed, text, font, inkHeight } = scene
    for (let attempt = 0; ; attempt++) {
      const random = createRandom(deriveSeed(seed, STAGE.view, show, attempt))
      const { light, ink, characterQuads, outline } = viewScene(random, scene)
      const image = photograph(random, light, { inkHeight, noise, settings: settings.camera })
      if (attempt === MOST_REPAINTINGS || isVisible(image, ink)) return { image, text, font, characterQuads, outline }
    }
  }

  const everySize = () => true
  return {
    fonts: fonts.files,
    sample(seed, limits = DEFAULT_LIMITS, { fits = everySize } = {}) {
      const { scene, image } = compose({ seed, limits, fits, isKept: false })
      const { text, font, characterQuads, outline } = scene
      return { image, text, font, characterQuads, outline }
    },
    scene(seed, limits = DEFAULT_LIMITS, { fits = everySize } = {}) {
      latest = compose({ seed, limits, fits, isKept: true })
      return latest.scene
    },
    show(scene, show) {
      if (show > 0) return showAnew(scene, show)
      const image = latest?.scene === scene ? latest.image : takePhotograph(scene)
      latest = undefined
      const { text, font, characterQuads, outline } = scene
      return { image, text, font, characterQuads, outline }
    },
    nothing(seed, { fits = everySize } = {}) {
      const random = createRandom(deriveSeed(seed, STAGE.nothing))
      const image = drawNothing(random, { contextFor, fonts, words, photographs, noise, settings }, fits)
      return { image, text: '', font: '', characterQuads: NO_POINTS, outline: null }
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

export function readSettings(settings: z.input<typeof synthSettings> = {}): SynthSettings {
  const parsed = synthSettings.safeParse(settings)
  if (!parsed.success) throw new Error(`synthetic engine: ${z.prettifyError(parsed.error).replace(/\s*\n\s*/g, ' ')}`)
  return parsed.data
}

/** Stage 4, surface: what the word is painted on, its colours, its light. Masks in, a picture before any camera out. */
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { boxBlurPlane } from './blur.ts'
import { blend, brightness, type Colour, contrast, drawLetterColour, drawPaint } from './colour.ts'
import { chance, pick, pickWeighted, uniform } from './distributions.ts'
import { paintGround, samplePhotograph } from './ground.ts'
import type { InkStyle } from './ink.ts'
import type { InkMasks } from './ink-masks.ts'
import { lightUp, reflect } from './light.ts'
import type { LightImage } from './light-image.ts'
import { carve, coverage, glow, type Painting, paintThrough } from './painting.ts'
import { type Panel, paintPanel } from './panel.ts'
import { paintPlate } from './plate.ts'
import { createScratch } from './scratch.ts'
import type { SurfaceSettings } from './settings.ts'

const [borrowScene, borrowTexture] = [createScratch(), createScratch()]

export interface SurfaceRequest {
  readonly width: number
  readonly height: number
  /** Height of the letters, pixels. */
  readonly inkHeight: number
  readonly masks: InkMasks
  readonly style: InkStyle
  readonly photographs: readonly RgbImage[]
  /** Places between letters where the colour may change, fractions of the width. */
  readonly breaks: readonly number[]
  /** What a word that is no ordinary one stands on. */
  readonly bearer: Panel | 'plate' | undefined
  readonly settings: SurfaceSettings
}

/** Paints ground, shadow, outline and letters, then lets light fall on them. The picture lasts until the next call. */
export function paintSurface(random: Random, request: SurfaceRequest): LightImage {
  const { width, height, inkHeight, photographs, bearer, settings } = request
  const image: LightImage = { width, height, data: borrowScene(width * height * 3) }
  if (bearer === 'plate') {
    paintGround(random, image, { inkHeight, photographs, settings })
    paintPlate(random, image, request)
  } else if (bearer) paintPanel(random, image, { ...request, panel: bearer })
  else paintSign(random, image, request)
  lightUp(random, image, settings)
  if (photographs.length > 0 && chance(random, settings.reflecting)) reflect(random, image, photographs)
  return image
}

function paintSign(random: Random, image: LightImage, request: SurfaceRequest): void {
  const { inkHeight, photographs, settings } = request
  paintGround(random, image, { inkHeight, photographs, settings })
  paintWord(random, image, request)
}

export interface WordPainting
  extends Pick<SurfaceRequest, 'inkHeight' | 'masks' | 'style' | 'photographs' | 'breaks' | 'settings'> {
  /** What the letters stand on, where that is not the whole picture. */
  readonly ground?: GroundStatistics
  /** Colour of the letters, where it is given. */
  readonly letters?: Colour
}

/** Paints shadow, outline and letters on a ground that is there. */
export function paintWord(random: Random, image: LightImage, request: WordPainting): void {
  const { inkHeight, masks, style, photographs, breaks, settings } = request
  const isNeon = chance(random, settings.neon)
  if (isNeon) darken(image, uniform(random, 0.08, 0.3))
  const ground = request.ground ?? statistics(image)

  // A busy ground needs an outline or a shadow for letters to be told from it; signs do the same.
  const { faint } = settings
  const letters =
    request.letters ??
    (isNeon ? drawPaint(random, 0.1, 0) : drawLetterColour(random, ground.mean, { unrest: ground.deviation, faint }))
  const behind = { image, masks, inkHeight, letters, ground: ground.mean }
  if (style.shadow) paintShadow(random, behind, style.shadow.kind)
  if (style.outline > 0) {
    paintThrough(image, coverage(masks, 1), drawLetterColour(random, letters, { unrest: 0, faint }), 1)
  }
  if (isNeon) glow(random, behind)
  const isEngraved = !isNeon && chance(random, settings.engraved)
  const colour = isEngraved ? blend(ground.mean, letters, uniform(random, 0.1, 0.45)) : letters
  const finish = isEngraved || isNeon ? 'solid' : drawFinish(random, settings, { photographs, breaks, inkHeight })
  paintLetters(random, {
    ...behind,
    colour: isNeon ? blend(colour, [255, 255, 255], 0.55) : colour,
    finish,
    photographs,
    breaks,
    faint,
  })
  if (isEngraved) carve(random, behind)
}

function paintShadow(random: Random, painting: Painting, kind: NonNullable<InkStyle['shadow']>['kind']): void {
  const { image, masks, inkHeight, letters, ground } = painting
  const shade = coverage(masks, 2)
  const { width, height } = image
  if (kind === 'soft') boxBlurPlane(shade, width, height, Math.max(1, Math.round(0.04 * inkHeight)))
  if (kind === 'glow') boxBlurPlane(shade, width, height, Math.max(1, Math.round(0.09 * inkHeight)))
  const dark = brightness(letters) > 90 ? blend(ground, [0, 0, 0], uniform(random, 0.5, 0.95)) : undefined
  const colour = kind === 'glow' ? drawPaint(random, 0.2, 0.1) : (dark ?? drawPaint(random, 0.5, 0.2))
  const kept = contrast(colour, letters) > 30 ? colour : blend(colour, ground, 0.8)
  paintThrough(image, shade, kept, kind === 'soft' ? uniform(random, 0.4, 0.9) : uniform(random, 0.7, 1))
}

function darken({ data }: LightImage, share: number): void {
  for (let place = 0; place < data.length; place++) data[place]! *= share
}

export interface GroundStatistics {
  readonly mean: Colour
  /** Of brightness. */
  readonly deviation: number
}

export function statistics({ data }: LightImage): GroundStatistics {
  const sums = [0, 0, 0]
  let light = 0
  let square = 0
  let count = 0
  // Every seventh pixel is enough for a mean.
  for (let place = 0; place < data.length; place += 21, count++) {
    const value = 0.299 * data[place]! + 0.587 * data[place + 1]! + 0.114 * data[place + 2]!
    for (let channel = 0; channel < 3; channel++) sums[channel]! += data[place + channel]!
    light += value
    square += value * value
  }
  return {
    mean: [sums[0]! / count, sums[1]! / count, sums[2]! / count],
    deviation: Math.sqrt(Math.max(0, square / count - (light / count) ** 2)),
  }
}

type Finish = 'solid' | 'gradient' | 'two-tone' | 'worn' | 'textured' | 'dotted'

/** Lamps need room: smaller letters are never made of them. */
const LEAST_DOTTED_HEIGHT = 26

function drawFinish(
  random: Random,
  { finished, worn, dotted }: SurfaceSettings,
  { photographs, breaks, inkHeight }: Pick<SurfaceRequest, 'photographs' | 'breaks' | 'inkHeight'>,
): Finish {
  const hasPhotographs = photographs.length > 0
  return pickWeighted(random, [
    ['solid', Math.max(0, 1 - finished - worn - dotted)],
    ['gradient', 0.45 * finished],
    ['two-tone', breaks.length > 0 ? 0.22 * finished : 0],
    ['worn', hasPhotographs ? worn : 0],
    ['textured', hasPhotographs ? 0.33 * finished : 0],
    ['dotted', inkHeight >= LEAST_DOTTED_HEIGHT ? dotted : 0],
  ] as const)
}

interface Letters extends Painting {
  readonly colour: Colour
  readonly finish: Finish
  readonly photographs: readonly RgbImage[]
  readonly breaks: readonly number[]
  readonly faint: number
}

/** Letters in one colour, in two, in a gradient, worn, of lamps, or with a texture showing through. */
function paintLetters(random: Random, letters: Letters): void {
  const { image, masks, colour, ground, finish, photographs, breaks, faint, inkHeight } = letters
  const { data, width, height } = image
  const opacity = faint > 0 && chance(random, 0.12) ? uniform(random, 0.6, 0.95) : 1
  const texture = finish === 'worn' || finish === 'textured' ? drawTexture(random, image, photographs) : undefined
  const second =
    finish === 'gradient'
      ? blend(colour, brightness(ground) > brightness(colour) ? [0, 0, 0] : [255, 255, 255], uniform(random, 0.15, 0.6))
      : finish === 'two-tone'
        ? drawLetterColour(random, ground, { unrest: 0, faint })
        : colour
  const vertical = chance(random, 0.8)
  const border = width * (breaks.length > 0 ? pick(random, breaks) : 1)
  const wear = uniform(random, 0.4, 1)
  const lamp = inkHeight / uniform(random, 9, 13)
  const [red, green, blue] = colour
  const [moreRed, moreGreen, moreBlue] = [second[0] - red, second[1] - green, second[2] - blue]
  let pixel = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      let share = (masks[pixel * 4]! / 255) * opacity
      if (share === 0) continue
      const mix =
        finish === 'two-tone' ? (x > border ? 1 : 0) : finish === 'gradient' ? (vertical ? y / height : x / width) : 0
      if (finish === 'dotted') share *= lampAt(x / lamp, y / lamp)
      let change = 0
      if (texture) {
        if (finish === 'worn') share *= 1 - wear * Math.max(0, Math.min(1, texture[pixel]! * 3 - 0.6))
        else change = 90 * texture[pixel]!
      }
      const place = pixel * 3
      data[place]! += (red + moreRed * mix + change - data[place]!) * share
      data[place + 1]! += (green + moreGreen * mix + change - data[place + 1]!) * share
      data[place + 2]! += (blue + moreBlue * mix + change - data[place + 2]!) * share
    }
  }
}

/** Brightness of a part of a photograph, about its mean, in units of 128; until the next call. */
function drawTexture(random: Random, image: LightImage, photographs: readonly RgbImage[]): Float32Array {
  const texture = borrowTexture(image.width * image.height)
  const sample = samplePhotograph(random, image, pick(random, photographs))
  let sum = 0
  for (let pixel = 0, place = 0; pixel < texture.length; pixel++, place += 3) {
    const value = (0.299 * sample[place]! + 0.587 * sample[place + 1]! + 0.114 * sample[place + 2]!) / 128
    texture[pixel] = value
    sum += value
  }
  const mean = sum / texture.length
  for (let pixel = 0; pixel < texture.length; pixel++) texture[pixel]! -= mean
  return texture
}

/** Brightness of a grid of round lamps, one a unit. */
function lampAt(x: number, y: number): number {
  const away = Math.hypot(x - Math.floor(x) - 0.5, y - Math.floor(y) - 0.5)
  return Math.max(0, Math.min(1, (0.52 - away) * 6))
}

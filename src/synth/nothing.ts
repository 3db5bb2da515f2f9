/** Crops without a word: what a detector hands over by mistake, empty fields, blank paper, parts of letters at an edge. */
import type { SKRSContext2D } from '@napi-rs/canvas'
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { type NoiseTable, photograph } from './camera.ts'
import { drawPaint } from './colour.ts'
import { chance, integer, logUniform, normal, pick, pickWeighted, uniform } from './distributions.ts'
import type { FontSource } from './fonts.ts'
import { LARGEST_HEIGHT, LARGEST_WIDTH } from './framing.ts'
import { samplePhotograph } from './ground.ts'
import { drawInkStyle, renderInk } from './ink.ts'
import { NO_FURNITURE, type PlacedGlyph } from './layout.ts'
import { toBytes } from './light.ts'
import type { LightImage } from './light-image.ts'
import { setLine } from './line.ts'
import { createScratch } from './scratch.ts'
import type { SynthSettings } from './settings.ts'
import { paintSurface } from './surface.ts'
import type { Rule } from './surroundings.ts'
import { DEFAULT_LIMITS, type WordSource } from './words.ts'

const borrowLight = createScratch()

export interface Size {
  readonly width: number
  readonly height: number
}

export interface NothingParts {
  /** A canvas that is large enough. */
  contextFor(size: Size): SKRSContext2D
  readonly fonts: FontSource
  readonly words: WordSource
  readonly photographs: readonly RgbImage[]
  readonly noise: NoiseTable
  readonly settings: SynthSettings
}

/** Sizes that are drawn before one that does not fit is taken. */
const MOST_SIZES = 100

/** A picture that no word is in, of a size that fits where one can be found. */
export function drawNothing(random: Random, parts: NothingParts, fits: (size: Size) => boolean = () => true): RgbImage {
  const { photographs, noise, settings } = parts
  const size = drawSize(random, fits)
  const inkHeight = size.height * uniform(random, 0.35, 0.9)
  const kind = pickWeighted(random, [
    ['patch', photographs.length > 0 ? 30 : 0],
    ['ground', 22],
    ['flat', 9],
    ['noise', 6],
    ['rules', 9],
    ['boxes', 7],
    ['edges', 17],
  ] as const)
  const light = drawLight(random, kind, { parts, size, inkHeight })
  if (chance(random, 0.08)) addBlot(random, light)
  // Blank parts of documents come from no camera, and are of one colour to the bit.
  if (chance(random, kind === 'flat' ? 0.6 : 0.15)) return { ...size, data: toBytes(light.data) }
  return photograph(random, light, { inkHeight, noise, settings: { ...settings.camera, occluded: 0 } })
}

/** From three times as high as wide to ten times as wide as high; some are a few pixels only. */
function drawSize(random: Random, fits: (size: Size) => boolean): Size {
  for (let attempt = 1; ; attempt++) {
    const aspect = logUniform(random, 1 / 3, 10)
    const height = chance(random, 0.08)
      ? logUniform(random, 1, 8)
      : logUniform(random, 10, chance(random, 0.1) ? 176 : 88)
    const size = {
      width: Math.max(1, Math.min(LARGEST_WIDTH, Math.round(height * aspect))),
      height: Math.max(1, Math.min(LARGEST_HEIGHT, Math.round(height))),
    }
    if (attempt === MOST_SIZES || fits(size)) return size
  }
}

type Kind = 'patch' | 'ground' | 'flat' | 'noise' | 'rules' | 'boxes' | 'edges'

function drawLight(
  random: Random,
  kind: Kind,
  { parts, size, inkHeight }: { parts: NothingParts; size: Size; inkHeight: number },
): LightImage {
  const { contextFor, photographs, settings } = parts
  const { width, height } = size
  if (kind === 'patch' || kind === 'flat' || kind === 'noise') {
    const light = { width, height, data: borrowLight(width * height * 3) }
    if (kind === 'patch') light.data.set(samplePhotograph(random, light, pick(random, photographs), 0.04))
    else fillWithPaint(random, light)
    if (kind === 'noise') addStatic(random, light)
    return light
  }
  const style = kind === 'edges' ? drawInkStyle(random, settings.ink) : PLAIN_INK
  const marks = {
    ...size,
    inkHeight,
    word: [],
    neighbours: kind === 'edges' ? letterParts(random, parts, size) : [],
    rules: kind === 'rules' ? drawRuling(random, size) : kind === 'boxes' ? drawBoxes(random, size) : [],
    ...NO_FURNITURE,
    characterQuads: NO_POINTS,
    outline: null,
  }
  return paintSurface(random, {
    ...size,
    inkHeight,
    masks: renderInk(contextFor(size), marks, style),
    style,
    photographs,
    breaks: [],
    bearer: undefined,
    settings: settings.surface,
  })
}

const NO_POINTS = new Float32Array(0)
const PLAIN_INK = { weight: 0, outline: 0, hollow: false, shadow: undefined } as const

function fillWithPaint(random: Random, { data }: LightImage): void {
  const colour = chance(random, 0.4) ? pick(random, PURE) : drawPaint(random, 0.35, 0.2)
  for (let place = 0; place < data.length; place++) data[place] = colour[place % 3]!
}

const PURE = [
  [255, 255, 255],
  [0, 0, 0],
  [128, 128, 128],
  [0, 0, 255],
  [255, 0, 0],
  [0, 255, 0],
] as const

/** Noise of one, two or more pixels a grain, grey or coloured. */
function addStatic(random: Random, { data, width, height }: LightImage): void {
  const strength = logUniform(random, 3, 90)
  const grain = pick(random, [1, 1, 1, 2, 3, 4])
  const isGrey = chance(random, 0.5)
  const columns = Math.ceil(width / grain)
  const grains = Float32Array.from({ length: columns * Math.ceil(height / grain) * 3 }, () => strength * normal(random))
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = 3 * (Math.floor(y / grain) * columns + Math.floor(x / grain))
      for (let channel = 0; channel < 3; channel++, place++) data[place]! += grains[cell + (isGrey ? 0 : channel)]!
    }
  }
}

/** A stain or a smudge, soft at its edge. */
function addBlot(random: Random, { data, width, height }: LightImage): void {
  const colour = drawPaint(random, 0.1, 0.5)
  const [centreX, centreY] = [uniform(random, 0, width), uniform(random, 0, height)]
  const reach = Math.min(width, height) * uniform(random, 0.2, 0.9)
  const [flat, wave, phase] = [uniform(random, 0.6, 1.6), uniform(random, 0, 0.3), uniform(random, 0, 6)]
  const strength = uniform(random, 0.15, 0.9)
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      const [dx, dy] = [x - centreX, (y - centreY) * flat]
      const edge = reach * (1 + wave * Math.sin(3 * Math.atan2(dy, dx) + phase))
      const share = strength * Math.max(0, Math.min(1, (1 - Math.hypot(dx, dy) / edge) * 2.5))
      if (share === 0) continue
      for (let channel = 0; channel < 3; channel++)
        data[place + channel]! += (colour[channel]! - data[place + channel]!) * share
    }
  }
}

/** Lines of forms and tables, from edge to edge: shorter ones could be a dash or an l. */
function drawRuling(random: Random, { width, height }: Size): Rule[] {
  const slope = 0.04 * normal(random)
  const thickness = () => Math.max(0.7, uniform(random, 0.01, 0.07) * Math.min(width, height))
  const across = () => {
    const [y, tilt] = [uniform(random, 0, height), slope * width]
    return [
      [-2, y - tilt / 2],
      [width + 2, y + tilt / 2],
    ] as const
  }
  const down = () => {
    const [x, tilt] = [uniform(random, 0, width), slope * height]
    return [
      [x + tilt / 2, -2],
      [x - tilt / 2, height + 2],
    ] as const
  }
  const kind = pick(random, ['across', 'across', 'down', 'both'] as const)
  const count = integer(random, 1, 3)
  const lines = Array.from({ length: count }, (_, index) =>
    kind === 'across' || (kind === 'both' && index % 2 === 0) ? across() : down(),
  )
  if (kind === 'both' && count === 1) lines.push(down())
  const shared = thickness()
  return lines.map((points) => ({ points, width: chance(random, 0.7) ? shared : thickness() }))
}

/** Empty checkboxes, fields and rows of cells. */
function drawBoxes(random: Random, { width, height }: Size): Rule[] {
  const side = Math.min(width, height) * uniform(random, 0.35, 1.1)
  const stretch = chance(random, 0.5) ? 1 : logUniform(random, 0.8, Math.max(1, (0.9 * width) / side))
  const count = stretch < 1.5 && chance(random, 0.4) ? integer(random, 2, 6) : 1
  const [boxWidth, boxHeight] = [side * stretch, side]
  const gap = chance(random, 0.5) ? 0 : uniform(random, 0.1, 0.6) * side
  const whole = count * boxWidth + (count - 1) * gap
  const left = (width - whole) / 2 + uniform(random, -0.1, 0.1) * width
  const top = (height - boxHeight) / 2 + uniform(random, -0.1, 0.1) * height
  const thickness = Math.max(0.8, uniform(random, 0.03, 0.12) * side)
  const slope = 0.02 * normal(random)
  return Array.from({ length: count }, (_, index) => {
    const [x, y] = [left + index * (boxWidth + gap), top]
    const corners = [
      [x, y],
      [x + boxWidth, y],
      [x + boxWidth, y + boxHeight],
      [x, y + boxHeight],
      [x, y],
    ] as const
    return { points: corners.map(([cx, cy]) => [cx - slope * cy, cy + slope * cx] as const), width: thickness }
  })
}

/** Less than a third of a letter may be seen. */
const [LEAST_PART, MOST_PART] = [0.06, 0.3]

/** Letters of neighbouring words that reach over one or two edges, by less than a third of a letter. */
function letterParts(random: Random, { fonts, words }: NothingParts, { width, height }: Size): PlacedGlyph[] {
  const sides = pick(random, [['top'], ['bottom'], ['left'], ['right'], ['top', 'bottom'], ['left', 'right']] as const)
  return sides.flatMap((side) => {
    const text = words.draw(random, DEFAULT_LIMITS)
    const face = fonts.draw(random, text)
    const line = setLine(random, text, face, { extra: 0, kern: true }, 0)
    const box = line.box
    const isBeside = side === 'left' || side === 'right'
    const size = (height * uniform(random, isBeside ? 0.35 : 0.3, isBeside ? 0.95 : 1)) / (box.bottom - box.top)
    const part = uniform(random, LEAST_PART, MOST_PART)
    const end = line.corners[side === 'left' ? line.corners.length - 1 : 0]!
    const depth = isBeside ? part * (end[1]![0] - end[0]![0]) * size : part * (box.bottom - box.top) * size
    const long = (box.right - box.left) * size
    const x =
      side === 'left'
        ? depth - box.right * size
        : side === 'right'
          ? width - depth - box.left * size
          : uniform(random, -0.7 * long, width - 0.3 * long) - box.left * size
    const y =
      side === 'top'
        ? depth - box.bottom * size
        : side === 'bottom'
          ? height - depth - box.top * size
          : uniform(random, 0, Math.max(0, height - (box.bottom - box.top) * size)) - box.top * size
    return line.glyphs
      .filter(({ character }) => character !== ' ')
      .map((glyph) => ({
        character: glyph.character,
        face,
        transform: [size, 0, 0, size, x + glyph.x * size, y + glyph.y * size] as const,
      }))
  })
}

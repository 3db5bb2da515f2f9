/** Augmentation of real crops: one warp to the training size, then what light and a camera might have done. */

import type { RgbImage } from '../image/image.ts'
import { resize } from '../image/resize.ts'
import type { Random } from '../random.ts'
import { createNoiseTable, photograph } from '../synth/camera.ts'
import { chance, pickWeighted, uniform } from '../synth/distributions.ts'
import { lightUp } from '../synth/light.ts'
import { createScratch } from '../synth/scratch.ts'
import { synthSettings } from '../synth/settings.ts'

/** The synthetic engine's at about half its strength: the crops were photographed before. */
const camera = { ...synthSettings.parse({}).camera, blur: 0.7, motion: 0.7, grain: 0.5, misexposed: 0.4 }
const light = synthSettings.parse({}).surface
const noise = createNoiseTable()
const borrowScene = createScratch()

/** Of the letters in a crop, of its height. */
const INK_SHARE = 0.7

/** A changed view of a word at the given size; a pure function of the image and the generator's state. */
export function augment(image: RgbImage, options: { width: number; height: number; random: Random }): RgbImage {
  const { width, height, random } = options
  let source = image
  if (chance(random, 0.25) && image.height > 14) {
    // A smaller photograph of the same word.
    const scale = uniform(random, 0.35, 0.9)
    const [w, h] = [Math.max(8, Math.round(image.width * scale)), Math.max(10, Math.round(image.height * scale))]
    source = resize(image, w, h)
  }
  const sized = resize(source, width, height)
  return rephotograph(chance(random, 0.85) ? warp(sized, random) : sized, random, INK_SHARE * height)
}

/** The image in other colours, or in other light and by another camera; `inkHeight` is that of its letters, pixels. */
export function rephotograph({ width, height, data }: RgbImage, random: Random, inkHeight: number): RgbImage {
  if (!chance(random, 0.45)) return { width, height, data: chance(random, 0.7) ? recolour(data, random) : data }
  const scene = { width, height, data: borrowScene(data.length) }
  scene.data.set(data)
  if (chance(random, 0.5)) lightUp(random, scene, light)
  return photograph(random, scene, { inkHeight, noise, settings: camera })
}

/** Across and down, fractions of the image. */
type Corner = readonly [number, number]

/** Of the views: those that may cut letters off, as crops of people do at times. */
const CUT_SHARE = 0.2
/** Of its width or height, what the other views may leave out at a side: crops hold a little ground around the word. */
const CUT_MOST = 0.03

/**
 * Moves the four corners, leans and turns the word, shows more or less around it, bends it, and makes letters here wider
 * than there; mostly so that the whole word stays in sight, as its label says what was there before. Reads the source
 * bilinearly, and beyond its border repeats it.
 */
export function warp(image: RgbImage, random: Random): RgbImage {
  const { width, height, data } = image
  const jitter = (amount: number) => (random() * 2 - 1) * amount
  const strong = pickWeighted(random, [
    [1, 60],
    [2, 32],
    [3.5, 8],
  ])
  const cuts = chance(random, CUT_SHARE)
  const lean = jitter(0.06) * strong
  const turn = jitter(0.1) * strong
  const [insetX, insetY] = [0.02 * strong, 0.07 * strong]
  const [zoomX, zoomY] = [0, 1].map(() => (chance(random, 0.35) ? uniform(random, 0.97, 1.15) : 1)) as [number, number]
  // Corners in the source as fractions: top-left, top-right, bottom-left, bottom-right.
  const corners = [0, 1, 2, 3].map((corner) => {
    const [x, y] = [corner % 2, corner >> 1]
    return [x + jitter(insetX) + lean * (0.5 - y), y + jitter(insetY) + turn * (x - 0.5)] as const
  })
  const bend = chance(random, 0.3) ? jitter(0.16) : 0
  const phase = random() * Math.PI * 2
  const waves = uniform(random, 0.5, 2)
  const stretch = chance(random, 0.4) ? jitter(0.3) / (2 * Math.PI * waves) : 0
  const stretchPhase = random() * Math.PI * 2
  const wave = (place: number) => stretch * Math.sin(2 * Math.PI * waves * place + stretchPhase)
  const [waveLeft, waveRight] = cuts ? [0, 0] : [wave(0), wave(1)]
  // Where each column's upper and lower end lie in the source, fractions of it: two numbers each.
  const [upper, lower] = [new Float64Array(2 * width), new Float64Array(2 * width)]
  const [topLeft, topRight, bottomLeft, bottomRight] = corners as [Corner, Corner, Corner, Corner]
  for (let column = 0; column < width; column++) {
    const even = 0.5 + ((column + 0.5) / width - 0.5) * zoomX
    const u = even + wave(even) - (1 - even) * waveLeft - even * waveRight
    const shift = bend * Math.sin(u * Math.PI + phase)
    upper[2 * column] = (1 - u) * topLeft[0] + u * topRight[0]
    upper[2 * column + 1] = (1 - u) * topLeft[1] + u * topRight[1] + shift
    lower[2 * column] = (1 - u) * bottomLeft[0] + u * bottomRight[0]
    lower[2 * column + 1] = (1 - u) * bottomLeft[1] + u * bottomRight[1] + shift
  }
  if (!cuts) showWhole(upper, lower)
  for (const edge of [upper, lower]) {
    for (let place = 0; place < 2 * width; place += 2) {
      edge[place] = edge[place]! * width - 0.5
      edge[place + 1] = edge[place + 1]! * height - 0.5
    }
  }
  const output = new Uint8Array(data.length)
  const [right, bottom, stride] = [width - 1.001, height - 1.001, width * 3]
  let target = 0
  for (let row = 0; row < height; row++) {
    const v = 0.5 + ((row + 0.5) / height - 0.5) * zoomY
    for (let place = 0; place < 2 * width; place += 2, target += 3) {
      const x = upper[place]! * (1 - v) + lower[place]! * v
      const y = upper[place + 1]! * (1 - v) + lower[place + 1]! * v
      const sx = Math.min(Math.max(x, 0), right)
      const sy = Math.min(Math.max(y, 0), bottom)
      // Neither is negative, so that cutting the fraction off is rounding down.
      const column = sx | 0
      const line = sy | 0
      const fx = sx - column
      const fy = sy - line
      const shareD = fx * fy
      const shareB = fx - shareD
      const shareC = fy - shareD
      const shareA = 1 - fx - shareC
      const first = line * stride + column * 3
      const below = first + stride
      for (let channel = 0; channel < 3; channel++) {
        output[target + channel] =
          (shareA * data[first + channel]! +
            shareB * data[first + channel + 3]! +
            shareC * data[below + channel]! +
            shareD * data[below + channel + 3]! +
            0.5) |
          0
      }
    }
  }
  return { width, height, data: output }
}

/** Moves the ends of columns, and columns to the sides, until no more than `CUT_MOST` is left out. */
function showWhole(upper: Float64Array, lower: Float64Array): void {
  const last = upper.length - 2
  let [top, bottom] = [0, 1]
  for (let place = 1; place <= last + 1; place += 2) {
    top = Math.max(top, upper[place]!)
    bottom = Math.min(bottom, lower[place]!)
  }
  const left = Math.max(0, upper[0]!, lower[0]!)
  const right = Math.min(1, upper[last]!, lower[last]!)
  const [up, down, back, on] = [top, 1 - bottom, left, 1 - right].map((cut) => Math.max(0, cut - CUT_MOST)) as [
    number,
    number,
    number,
    number,
  ]
  for (let place = 0; place <= last; place += 2) {
    const share = place / last
    const aside = on * share - back * (1 - share)
    upper[place] = upper[place]! + aside
    lower[place] = lower[place]! + aside
    upper[place + 1] = upper[place + 1]! - up
    lower[place + 1] = lower[place + 1]! + down
  }
}

/** Contrast, brightness, gamma, a cast of colour, at times grey or inverted, by one table a channel. */
function recolour(data: Uint8Array, random: Random): Uint8Array {
  const contrast = uniform(random, 0.55, 1.35)
  const brightness = uniform(random, -40, 40)
  const gamma = Math.exp(uniform(random, -0.4, 0.4))
  const invert = random() < 0.12
  const grey = random() < 0.12
  const tables = [0, 1, 2].map(() => {
    const gain = uniform(random, 0.85, 1.15)
    const table = new Uint8Array(256)
    for (let value = 0; value < 256; value++) {
      const curved = 255 * (value / 255) ** gamma
      const toned = clampByte(((curved - 128) * contrast + 128 + brightness) * gain)
      table[value] = invert ? 255 - toned : toned
    }
    return table
  })
  const changed = new Uint8Array(data.length)
  const reds = tables[0]!
  const [greens, blues] = grey ? [reds, reds] : [tables[1]!, tables[2]!]
  for (let index = 0; index < data.length; index += 3) {
    let red = data[index]!
    let green = data[index + 1]!
    let blue = data[index + 2]!
    if (grey) red = green = blue = (red * 77 + green * 151 + blue * 28) >> 8
    changed[index] = reds[red]!
    changed[index + 1] = greens[green]!
    changed[index + 2] = blues[blue]!
  }
  return changed
}

function clampByte(value: number): number {
  return Math.min(Math.max(value, 0), 255)
}

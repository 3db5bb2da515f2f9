/** Augmentation of real crops: one warp to the training size, then what a camera might have done. */

import type { RgbImage } from '../image/image.ts'
import { resize } from '../image/resize.ts'
import type { Random } from '../random.ts'

/** A changed view of a word at the given size; a pure function of the image and the generator's state. */
export function augment(image: RgbImage, options: { width: number; height: number; random: Random }): RgbImage {
  const { width, height, random } = options
  const chance = (probability: number) => random() < probability
  const between = (low: number, high: number) => low + random() * (high - low)
  let source = image
  if (chance(0.25) && image.height > 14) {
    // A smaller photograph of the same word.
    const scale = between(0.35, 0.9)
    const [w, h] = [Math.max(8, Math.round(image.width * scale)), Math.max(10, Math.round(image.height * scale))]
    source = resize(image, w, h)
  }
  const sized = resize(source, width, height)
  const warped = chance(0.8) ? warp(sized, random) : sized
  const data = warped === image ? warped.data.slice() : warped.data
  if (chance(0.25))
    blur(data, width, height, { across: chance(0.7) ? 1 + Math.floor(random() * 3) : 0, down: chance(0.7) ? 1 : 0 })
  if (chance(0.7)) recolour(data, random)
  if (chance(0.3)) {
    const strength = between(2, 14)
    for (let index = 0; index < data.length; index++)
      data[index] = clampByte(data[index]! + (random() + random() - 1) * strength)
  }
  return { width, height, data }
}

/** Moves the four corners a little and leans the word, reading the source bilinearly; beyond its border it repeats it. */
function warp(image: RgbImage, random: Random): RgbImage {
  const { width, height, data } = image
  const jitter = (amount: number) => (random() * 2 - 1) * amount
  const lean = jitter(0.06)
  const turn = jitter(0.1)
  const [insetX, insetY] = [0.025, 0.07]
  // Corners in the source as fractions: top-left, top-right, bottom-left, bottom-right.
  const corners = [0, 1, 2, 3].map((corner) => {
    const [x, y] = [corner % 2, corner >> 1]
    return [x + jitter(insetX) + lean * (0.5 - y), y + jitter(insetY) + turn * (x - 0.5)] as const
  })
  const wave = random() < 0.25 ? jitter(0.12) : 0
  const phase = random() * Math.PI * 2
  const output = new Uint8Array(data.length)
  let target = 0
  for (let row = 0; row < height; row++) {
    const v = (row + 0.5) / height
    for (let column = 0; column < width; column++) {
      const u = (column + 0.5) / width
      const weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v]
      let [x, y] = [0, wave * Math.sin(u * Math.PI + phase)]
      for (let corner = 0; corner < 4; corner++) {
        x += weights[corner]! * corners[corner]![0]
        y += weights[corner]! * corners[corner]![1]
      }
      const sx = Math.min(Math.max(x * width - 0.5, 0), width - 1.001)
      const sy = Math.min(Math.max(y * height - 0.5, 0), height - 1.001)
      const [left, top] = [Math.floor(sx), Math.floor(sy)]
      const [fx, fy] = [sx - left, sy - top]
      const first = (top * width + left) * 3
      const below = first + width * 3
      for (let channel = 0; channel < 3; channel++) {
        const upper = data[first + channel]! * (1 - fx) + data[first + 3 + channel]! * fx
        const lower = data[below + channel]! * (1 - fx) + data[below + 3 + channel]! * fx
        output[target++] = upper * (1 - fy) + lower * fy + 0.5
      }
    }
  }
  return { width, height, data: output }
}

/** Box blur in place, radii in pixels. */
function blur(data: Uint8Array, width: number, height: number, radius: { across: number; down: number }): void {
  const pass = (count: number, lines: number, step: number, lineStep: number, reach: number) => {
    const line = new Float64Array(count)
    for (let index = 0; index < lines; index++) {
      for (let channel = 0; channel < 3; channel++) {
        const base = index * lineStep + channel
        for (let place = 0; place < count; place++) line[place] = data[base + place * step]!
        for (let place = 0; place < count; place++) {
          let sum = 0
          for (let tap = place - reach; tap <= place + reach; tap++) sum += line[Math.min(Math.max(tap, 0), count - 1)]!
          data[base + place * step] = sum / (2 * reach + 1) + 0.5
        }
      }
    }
  }
  if (radius.across) pass(width, height, 3, width * 3, radius.across)
  if (radius.down) pass(height, width, width * 3, 3, radius.down)
}

/** Contrast, brightness, gamma, a cast of colour, at times grey or inverted, by one table a channel. */
function recolour(data: Uint8Array, random: Random): void {
  const between = (low: number, high: number) => low + random() * (high - low)
  const contrast = between(0.55, 1.35)
  const brightness = between(-40, 40)
  const gamma = Math.exp(between(-0.4, 0.4))
  const invert = random() < 0.12
  const grey = random() < 0.12
  const tables = [0, 1, 2].map(() => {
    const gain = between(0.85, 1.15)
    return Uint8Array.from({ length: 256 }, (_, value) => {
      const curved = 255 * (value / 255) ** gamma
      const changed = clampByte(((curved - 128) * contrast + 128 + brightness) * gain)
      return invert ? 255 - changed : changed
    })
  })
  for (let index = 0; index < data.length; index += 3) {
    let [red, green, blue] = [data[index]!, data[index + 1]!, data[index + 2]!]
    if (grey) red = green = blue = (red * 77 + green * 151 + blue * 28) >> 8
    data[index] = tables[0]![red]!
    data[index + 1] = tables[grey ? 0 : 1]![green]!
    data[index + 2] = tables[grey ? 0 : 2]![blue]!
  }
}

function clampByte(value: number): number {
  return Math.min(Math.max(value, 0), 255)
}

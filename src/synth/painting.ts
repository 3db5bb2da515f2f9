/** What surfaces and displays are painted with: masks as shares, colour through them, glow, relief. */
import type { Random } from '../random.ts'
import { boxBlurPlane } from './blur.ts'
import type { Colour } from './colour.ts'
import { uniform } from './distributions.ts'
import type { InkMasks } from './ink-masks.ts'
import type { LightImage } from './light-image.ts'
import { createScratch } from './scratch.ts'

const borrowCoverage = createScratch()

export interface Painting {
  readonly image: LightImage
  readonly masks: InkMasks
  readonly inkHeight: number
  /** Colour of the letters and mean colour of what they stand on. */
  readonly letters: Colour
  readonly ground: Colour
}

/** A mask's channel as shares, until the next call: 0 letters, 1 outline, 2 shadow. */
export function coverage(masks: InkMasks, channel: number): Float32Array {
  const shares = borrowCoverage(masks.length / 4)
  for (let pixel = 0; pixel < shares.length; pixel++) shares[pixel] = masks[pixel * 4 + channel]! / 255
  return shares
}

export function paintThrough({ data }: LightImage, coverage: Float32Array, colour: Colour, strength: number): void {
  const [red, green, blue] = colour
  for (let pixel = 0, place = 0; pixel < coverage.length; pixel++, place += 3) {
    const share = coverage[pixel]! * strength
    if (share === 0) continue
    data[place]! += (red - data[place]!) * share
    data[place + 1]! += (green - data[place + 1]!) * share
    data[place + 2]! += (blue - data[place + 2]!) * share
  }
}

/** Light of the letters' colour around them, as of tubes. */
export function glow(random: Random, { image, masks, inkHeight, letters }: Painting): void {
  const { width, height, data } = image
  const halo = coverage(masks, 0)
  boxBlurPlane(halo, width, height, Math.max(1, Math.round(uniform(random, 0.1, 0.22) * inkHeight)))
  const strength = uniform(random, 0.6, 1.4)
  for (let pixel = 0; pixel < halo.length; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      data[3 * pixel + channel]! += strength * halo[pixel]! * letters[channel]!
  }
}

/** The lit and the dark edges of letters that are cut into their ground, or stand out from it. */
export function carve(random: Random, { image, masks, inkHeight }: Painting): void {
  const { width, height, data } = image
  const relief = coverage(masks, 0)
  const depth = Math.max(1, Math.round(uniform(random, 0.03, 0.08) * inkHeight))
  boxBlurPlane(relief, width, height, 1)
  const angle = uniform(random, 0, 2 * Math.PI)
  const [dx, dy] = [Math.round(depth * Math.cos(angle)), Math.round(depth * Math.sin(angle))]
  const strength = uniform(random, 50, 130)
  const at = (x: number, y: number) =>
    relief[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))]!
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      const edge = strength * (at(x + dx, y + dy) - at(x - dx, y - dy))
      data[place]! += edge
      data[place + 1]! += edge
      data[place + 2]! += edge
    }
  }
}

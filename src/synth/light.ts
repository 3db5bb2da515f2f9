/** Light on a painted surface: uneven, shaded, glaring, mirrored. */

import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { chance, pick, uniform } from './distributions.ts'
import { samplePhotograph } from './ground.ts'
import type { LightImage } from './light-image.ts'
import type { SurfaceSettings } from './settings.ts'

/** The light as bytes, rounded and clipped. A loop is several times as fast as the constructor's own conversion. */
export function toBytes(light: Float32Array): Uint8Array {
  const bytes = new Uint8ClampedArray(light.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = light[index]!
  return new Uint8Array(bytes.buffer)
}

/** Light that falls unevenly, the edge of a cast shadow, and glare. */
export function lightUp(random: Random, { data, width, height }: LightImage, settings: SurfaceSettings): void {
  const uneven = chance(random, settings.uneven) ? uniform(random, 0.05, 0.45) : 0
  const cast = chance(random, settings.shaded) ? uniform(random, 0.35, 0.75) : 1
  const glare = chance(random, settings.glaring) ? uniform(random, 50, 190) : 0
  if (uneven === 0 && cast === 1 && glare === 0) return
  const angle = uniform(random, 0, 2 * Math.PI)
  const across = Math.cos(angle) / width
  const down = Math.sin(angle) / height
  const castAngle = uniform(random, 0, 2 * Math.PI)
  const castX = Math.cos(castAngle)
  const castY = Math.sin(castAngle)
  const castEdge = uniform(random, -0.3, 0.3) * (Math.abs(castX) * width + Math.abs(castY) * height)
  const softness = uniform(random, 0.6, 5)
  const glareX = uniform(random, 0, width)
  const glareY = uniform(random, 0, height)
  const glareSize = (uniform(random, 0.15, 0.6) * width) ** 2
  let place = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      let light = 1 + 2 * uneven * ((x - width / 2) * across + (y - height / 2) * down)
      if (cast !== 1) {
        const depth = ((x - width / 2) * castX + (y - height / 2) * castY - castEdge) / softness
        light *= 1 - (1 - cast) * Math.max(0, Math.min(1, depth))
      }
      const shine = glare === 0 ? 0 : glare * Math.exp(-((x - glareX) ** 2 + (y - glareY) ** 2) / glareSize)
      data[place] = data[place]! * light + shine
      data[place + 1] = data[place + 1]! * light + shine
      data[place + 2] = data[place + 2]! * light + shine
    }
  }
}

/** A window pane or a glossy sign: something else shines through, strongest on one side. */
export function reflect(random: Random, image: LightImage, photographs: readonly RgbImage[]): void {
  const { data, width, height } = image
  const strength = uniform(random, 0.15, 0.5)
  const angle = uniform(random, 0, 2 * Math.PI)
  const across = Math.cos(angle) / width
  const down = Math.sin(angle) / height
  const mirrored = samplePhotograph(random, image, pick(random, photographs))
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      const side = 0.6 + 1.2 * ((x - width / 2) * across + (y - height / 2) * down)
      const share = strength * Math.max(0, Math.min(1, side))
      // Glass adds light; what it mirrors is dimmer than the street behind the viewer.
      data[place]! += share * mirrored[place]!
      data[place + 1]! += share * mirrored[place + 1]!
      data[place + 2]! += share * mirrored[place + 2]!
    }
  }
}

/** Stage 5, camera: what lies in front of the word, exposure, blur, sensor noise and compression, then bytes. */
import type { RgbImage } from '../image/image.ts'
import { createRandom, type Random } from '../random.ts'
import { gaussianBlur, motionBlur } from './blur.ts'
import { drawPaint } from './colour.ts'
import { chance, integer, logUniform, normal, pickWeighted, uniform } from './distributions.ts'
import { addJpegArtefacts } from './jpeg-artefacts.ts'
import { toBytes } from './light.ts'
import type { LightImage } from './light-image.ts'
import { createScratch } from './scratch.ts'
import type { CameraSettings } from './settings.ts'

const borrowSoft = createScratch()

/** Normal numbers that sensor noise is taken from, at a place drawn for each picture. */
export type NoiseTable = Float32Array

const NOISE_LENGTH = 1 << 16

/** The same table every time: pictures differ by where they begin in it. */
export function createNoiseTable(): NoiseTable {
  const random = createRandom(0x6e6f6973)
  return Float32Array.from({ length: NOISE_LENGTH }, () => normal(random))
}

/** What one photograph suffers from; faults come together, as they do in a poor camera or a hurried shot. */
interface Conditions {
  readonly share: number
  /** Range of the blur's deviation, fractions of the letters' height. */
  readonly blur: readonly [number, number]
  readonly motion: number
  /** Range of the grain's deviation, bytes. */
  readonly grain: readonly [number, number]
  /** Probability of a picture too dark, too bright or hazy. */
  readonly misexposed: number
  readonly compressed: number
  readonly quality: readonly [number, number]
}

const CONDITIONS: readonly Conditions[] = [
  { share: 46, blur: [0.008, 0.04], motion: 0.05, grain: [0, 3], misexposed: 0.14, compressed: 0.3, quality: [50, 92] },
  {
    share: 38,
    blur: [0.02, 0.07],
    motion: 0.18,
    grain: [0.5, 6],
    misexposed: 0.32,
    compressed: 0.45,
    quality: [28, 80],
  },
  { share: 16, blur: [0.04, 0.1], motion: 0.35, grain: [1, 13], misexposed: 0.5, compressed: 0.6, quality: [12, 50] },
]

/** Share of the moved pictures that show everything twice. */
const DOUBLED = 0.3

export interface CameraOptions {
  /** Height of the letters, pixels: blur is measured by it. */
  readonly inkHeight: number
  readonly noise: NoiseTable
  readonly settings: CameraSettings
}

/** Takes the photograph; the scene's numbers are used up. */
export function photograph(random: Random, scene: LightImage, { inkHeight, noise, settings }: CameraOptions): RgbImage {
  const conditions = pickWeighted(
    random,
    CONDITIONS.map((each) => [each, each.share] as const),
  )
  if (chance(random, settings.occluded)) occlude(random, scene, inkHeight)
  const image = blurred(random, scene, { inkHeight, conditions, settings })
  if (chance(random, settings.sharpened)) sharpen(image, uniform(random, 0.4, 1.6), Math.max(0.6, 0.05 * inkHeight))
  expose(random, image, conditions.misexposed * settings.misexposed, settings.tinted)
  addNoise(random, image, noise, uniform(random, ...conditions.grain) * settings.grain)
  if (chance(random, conditions.compressed * settings.compressed)) {
    const quality = uniform(random, ...conditions.quality)
    addJpegArtefacts(image, { quality, phaseX: integer(random, 0, 7), phaseY: integer(random, 0, 7) })
  }
  return { width: image.width, height: image.height, data: toBytes(image.data) }
}

function blurred(
  random: Random,
  scene: LightImage,
  { inkHeight, conditions, settings }: { inkHeight: number; conditions: Conditions; settings: CameraSettings },
): LightImage {
  const deviation = settings.blur * Math.max(uniform(random, 0.2, 0.5), inkHeight * uniform(random, ...conditions.blur))
  let image = deviation < 0.3 ? scene : gaussianBlur(scene, deviation, scene.data)
  if (chance(random, conditions.motion * settings.motion)) {
    const length = inkHeight * uniform(random, 0.06, 0.22)
    const angle = chance(random, 0.6) ? uniform(random, -0.3, 0.3) : uniform(random, 0, Math.PI)
    const way = [length * Math.cos(angle), length * Math.sin(angle)] as const
    if (length > 1.2) image = chance(random, DOUBLED) ? motionBlur(image, way, 2) : motionBlur(image, way)
  }
  return image
}

/** The bright and dark rims that a camera's sharpening leaves along edges. */
function sharpen(image: LightImage, strength: number, deviation: number): void {
  const { data } = image
  const soft = gaussianBlur(image, deviation, borrowSoft(data.length)).data
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!
    data[index] = value + strength * (value - soft[index]!)
  }
}

/** Brightness, contrast, gamma, white balance, and sometimes no colour. */
function expose(random: Random, { data }: LightImage, misexposed: number, tinted: number): void {
  const kind = pickWeighted(random, [
    ['fair', Math.max(0, 1 - misexposed)],
    ['dark', 0.4 * misexposed],
    ['bright', 0.25 * misexposed],
    ['hazy', 0.35 * misexposed],
  ] as const)
  let gain = Math.exp(0.13 * tinted * normal(random))
  let lift = tinted * uniform(random, -8, 8)
  if (kind === 'dark') gain *= uniform(random, 0.25, 0.6)
  if (kind === 'bright') gain *= uniform(random, 1.25, 1.9)
  if (kind === 'hazy') {
    const kept = uniform(random, 0.35, 0.75)
    lift = (1 - kept) * uniform(random, 40, 230)
    gain = kept
  }
  const gamma = chance(random, 0.3 * tinted) ? logUniform(random, 0.7, 1.45) : 1
  const tint = tinted * (chance(random, 0.25) ? 0.1 : 0.03)
  const gains = [0, 1, 2].map(() => gain * Math.exp(tint * normal(random)))
  const greyness = chance(random, 0.06 * tinted) ? 1 : chance(random, 0.3 * tinted) ? uniform(random, 0, 0.6) : 0
  const curve = gamma === 1 ? undefined : gammaCurve(gamma)
  const [redGain, greenGain, blueGain] = gains as [number, number, number]
  for (let place = 0; place < data.length; place += 3) {
    let red = data[place]! * redGain + lift
    let green = data[place + 1]! * greenGain + lift
    let blue = data[place + 2]! * blueGain + lift
    if (greyness > 0) {
      const grey = 0.299 * red + 0.587 * green + 0.114 * blue
      red += (grey - red) * greyness
      green += (grey - green) * greyness
      blue += (grey - blue) * greyness
    }
    if (curve) {
      red = curve[Math.floor(clip(red))]!
      green = curve[Math.floor(clip(green))]!
      blue = curve[Math.floor(clip(blue))]!
    }
    data[place] = red
    data[place + 1] = green
    data[place + 2] = blue
  }
}

function gammaCurve(gamma: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => 255 * (value / 255) ** gamma)
}

/** Grain of each pixel, in part the same in all channels, after the clipping of what is too bright. */
function addNoise(random: Random, { data, width, height }: LightImage, noise: NoiseTable, deviation: number): void {
  const colour = deviation * uniform(random, 0.1, 0.8)
  const coarse = chance(random, 0.3)
  const start = Math.floor(random() * NOISE_LENGTH)
  const second = Math.floor(random() * NOISE_LENGTH)
  const mask = NOISE_LENGTH - 1
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      // Coarse grain spans two by two pixels, as after a camera's own enlargement.
      const cell = coarse ? (y >> 1) * 977 + (x >> 1) : y * width + x
      const grain = deviation * noise[(start + cell) & mask]!
      const own = second + 3 * cell
      data[place] = clip(data[place]!) + grain + colour * noise[own & mask]!
      data[place + 1] = clip(data[place + 1]!) + grain + colour * noise[(own + 1) & mask]!
      data[place + 2] = clip(data[place + 2]!) + grain + colour * noise[(own + 2) & mask]!
    }
  }
}

function clip(value: number): number {
  return Math.min(255, Math.max(0, value))
}

/** A wire, a pole or a twig across the word, or a blot on it. */
function occlude(random: Random, { data, width, height }: LightImage, inkHeight: number): void {
  const colour = drawPaint(random, 0.15, 0.5)
  const isLine = chance(random, 0.7)
  const angle = uniform(random, 0, Math.PI)
  const normalX = Math.cos(angle)
  const normalY = Math.sin(angle)
  const centreX = uniform(random, 0, width)
  const centreY = uniform(random, 0, height)
  const reach = inkHeight * (isLine ? uniform(random, 0.02, 0.08) : uniform(random, 0.08, 0.2))
  let place = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      const away = isLine
        ? Math.abs((x - centreX) * normalX + (y - centreY) * normalY)
        : Math.hypot(x - centreX, (y - centreY) * (0.5 + normalX * normalX))
      const share = Math.max(0, Math.min(1, reach - away + 0.5))
      if (share === 0) continue
      for (let channel = 0; channel < 3; channel++) {
        data[place + channel]! += (colour[channel]! - data[place + channel]!) * share
      }
    }
  }
}

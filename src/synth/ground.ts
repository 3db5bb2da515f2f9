/** Grounds that words are painted on: paint, texture, gradients, boards, patches, photographs. */
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { type Colour, drawPaint } from './colour.ts'
import { chance, logUniform, pick, pickWeighted, uniform } from './distributions.ts'
import type { LightImage } from './light-image.ts'
import { createScratch } from './scratch.ts'
import type { SurfaceSettings } from './settings.ts'

const [borrowSample, borrowTexture] = [createScratch(), createScratch()]

export interface GroundOptions {
  /** Height of the letters, pixels. */
  readonly inkHeight: number
  readonly photographs: readonly RgbImage[]
  readonly settings: SurfaceSettings
}

export function paintGround(random: Random, image: LightImage, options: GroundOptions): void {
  const { inkHeight, photographs, settings } = options
  const { textured, photographs: pictured, patterned } = settings
  const photograph = photographs.length > 0 ? pick(random, photographs) : undefined
  const colour = drawGroundColour(random, photograph)
  const kind = pickWeighted(random, [
    ['plain', Math.max(0, 1 - textured - pictured - patterned)],
    ['textured', photograph ? textured : 0],
    ['gradient', 0.47 * patterned],
    ['photograph', photograph ? pictured : 0],
    ['boards', 0.24 * patterned],
    ['patches', 0.29 * patterned],
  ] as const)
  fill(image, colour)
  if (kind === 'textured' && photograph) addTexture(random, image, photograph, uniform(random, 0.08, 0.55))
  if (kind === 'photograph' && photograph) image.data.set(samplePhotograph(random, image, photograph))
  if (kind === 'gradient') addGradient(random, image, drawPaint(random))
  if (kind === 'boards') addBoards(random, image, inkHeight)
  if (kind === 'patches') addPatches(random, image)
}

function drawGroundColour(random: Random, photograph: RgbImage | undefined): Colour {
  if (!photograph || chance(random, 0.72)) return drawPaint(random, 0.27, 0.2)
  const place = 3 * Math.floor(random() * photograph.width * photograph.height)
  return [photograph.data[place]!, photograph.data[place + 1]!, photograph.data[place + 2]!]
}

function fill({ data }: LightImage, [red, green, blue]: Colour): void {
  for (let place = 0; place < data.length; place += 3) {
    data[place] = red
    data[place + 1] = green
    data[place + 2] = blue
  }
}

/**
 * A part of a photograph, scaled so that it covers the image: RGB of each pixel, until the next call; bilinear. `least` is
 * the smallest part that may be drawn, of the largest.
 */
export function samplePhotograph(
  random: Random,
  { width, height }: LightImage,
  photograph: RgbImage,
  least = 0.2,
): Float32Array {
  const most = Math.min((photograph.width - 2) / width, (photograph.height - 2) / height)
  const step = most * logUniform(random, least, 1)
  const mirror = chance(random, 0.5)
  const left = uniform(random, 0, photograph.width - 2 - step * width)
  const top = uniform(random, 0, photograph.height - 2 - step * height)
  const stride = photograph.width * 3
  const { data } = photograph
  const sample = borrowSample(width * height * 3)
  for (let y = 0, place = 0; y < height; y++) {
    const sourceY = top + y * step
    const row = Math.floor(sourceY)
    const down = sourceY - row
    for (let x = 0; x < width; x++, place += 3) {
      const sourceX = left + (mirror ? width - 1 - x : x) * step
      const column = Math.floor(sourceX)
      const right = sourceX - column
      const at = row * stride + column * 3
      const below = at + stride
      const a = (1 - right) * (1 - down)
      const b = right * (1 - down)
      const c = (1 - right) * down
      const d = right * down
      sample[place] = a * data[at]! + b * data[at + 3]! + c * data[below]! + d * data[below + 3]!
      sample[place + 1] = a * data[at + 1]! + b * data[at + 4]! + c * data[below + 1]! + d * data[below + 4]!
      sample[place + 2] = a * data[at + 2]! + b * data[at + 5]! + c * data[below + 2]! + d * data[below + 5]!
    }
  }
  return sample
}

/** The photograph's light and dark on the ground's colour: stone, wood, cloth, dirt. */
function addTexture(random: Random, image: LightImage, photograph: RgbImage, strength: number): void {
  const { data, width, height } = image
  const texture = borrowTexture(width * height)
  const sample = samplePhotograph(random, image, photograph)
  let sum = 0
  for (let pixel = 0, place = 0; pixel < texture.length; pixel++, place += 3) {
    const value = 0.299 * sample[place]! + 0.587 * sample[place + 1]! + 0.114 * sample[place + 2]!
    texture[pixel] = value
    sum += value
  }
  const mean = sum / texture.length
  for (let pixel = 0; pixel < texture.length; pixel++) {
    const change = strength * (texture[pixel]! - mean)
    data[pixel * 3]! += change
    data[pixel * 3 + 1]! += change
    data[pixel * 3 + 2]! += change
  }
}

function addGradient(random: Random, { data, width, height }: LightImage, other: Colour): void {
  const angle = uniform(random, 0, 2 * Math.PI)
  const across = Math.cos(angle) / width
  const down = Math.sin(angle) / height
  const strength = uniform(random, 0.2, 0.7)
  let place = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const share = strength * Math.max(0, Math.min(1, 0.5 + (x - width / 2) * across + (y - height / 2) * down))
      for (let channel = 0; channel < 3; channel++, place++) {
        data[place] = data[place]! + (other[channel]! - data[place]!) * share
      }
    }
  }
}

/** Joints between boards, bricks or tiles, and stripes of cloth. */
function addBoards(random: Random, { data, width, height }: LightImage, inkHeight: number): void {
  const angle = pick(random, [0, Math.PI / 2, Math.PI / 2]) + uniform(random, -0.12, 0.12)
  const period = inkHeight * uniform(random, 0.2, 1.1)
  const share = uniform(random, 0.06, 0.5)
  const change = uniform(random, -55, 45)
  const cosine = Math.cos(angle) / period
  const sine = Math.sin(angle) / period
  const phase = random()
  let place = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      const turns = x * cosine + y * sine + phase
      if (turns - Math.floor(turns) >= share) continue
      data[place]! += change
      data[place + 1]! += change
      data[place + 2]! += change
    }
  }
}

/** Large areas of another colour behind the word: the edge of a sign, a window, a logo. */
function addPatches(random: Random, { data, width, height }: LightImage): void {
  const count = pick(random, [1, 1, 2])
  for (let index = 0; index < count; index++) {
    const colour = drawPaint(random)
    const angle = pick(random, [0, Math.PI / 2, Math.PI, 1.5 * Math.PI]) + uniform(random, -0.25, 0.25)
    const cosine = Math.cos(angle)
    const sine = Math.sin(angle)
    const reach = Math.abs(cosine) * width + Math.abs(sine) * height
    const edge = reach * uniform(random, 0.12, 0.5)
    let place = 0
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, place += 3) {
        if ((x - width / 2) * cosine + (y - height / 2) * sine < edge) continue
        data[place] = colour[0]
        data[place + 1] = colour[1]
        data[place + 2] = colour[2]
      }
    }
  }
}

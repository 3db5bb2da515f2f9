/** Stage 4, surface: what the word is painted on, its colours, its light. Masks in, a picture before any camera out. */
import type { RgbImage } from '../image/image.ts'
import type { Random } from '../random.ts'
import { boxBlurPlane } from './blur.ts'
import { blend, brightness, type Colour, contrast, drawLetterColour, drawPaint } from './colour.ts'
import { chance, logUniform, pick, pickWeighted, uniform } from './distributions.ts'
import type { InkMasks, InkStyle } from './ink.ts'

/** A picture in light rather than bytes: RGB, row by row, 0 to 255 and beyond. */
export interface LightImage {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

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
}

/** Paints ground, shadow, outline and letters, then lets light fall on them. */
export function paintSurface(random: Random, request: SurfaceRequest): LightImage {
  const { width, height, inkHeight, masks, style, photographs, breaks } = request
  const image: LightImage = { width, height, data: new Float32Array(width * height * 3) }
  paintGround(random, image, inkHeight, photographs)
  const ground = statistics(image)
  const pixels = width * height

  // A busy ground needs an outline or a shadow for letters to be told from it; signs do the same.
  const letters = drawLetterColour(random, ground.mean, ground.deviation)
  if (style.shadow) {
    const shade = new Float32Array(pixels)
    for (let pixel = 0; pixel < pixels; pixel++) shade[pixel] = masks[pixel * 4 + 2]! / 255
    const { kind } = style.shadow
    if (kind === 'soft') boxBlurPlane(shade, width, height, Math.max(1, Math.round(0.04 * inkHeight)))
    if (kind === 'glow') boxBlurPlane(shade, width, height, Math.max(1, Math.round(0.09 * inkHeight)))
    const dark = brightness(letters) > 90 ? blend(ground.mean, [0, 0, 0], uniform(random, 0.5, 0.95)) : undefined
    const colour = kind === 'glow' ? drawPaint(random, 0.2, 0.1) : (dark ?? drawPaint(random, 0.5, 0.2))
    const kept = contrast(colour, letters) > 30 ? colour : blend(colour, ground.mean, 0.8)
    paintThrough(image, shade, kept, kind === 'soft' ? uniform(random, 0.4, 0.9) : uniform(random, 0.7, 1))
  }
  if (style.outline > 0) {
    const line = new Float32Array(pixels)
    for (let pixel = 0; pixel < pixels; pixel++) line[pixel] = masks[pixel * 4 + 1]! / 255
    paintThrough(image, line, drawLetterColour(random, letters, 0), 1)
  }
  paintLetters(random, { image, masks, colour: letters, ground: ground.mean, photographs, breaks })
  lightUp(random, image)
  return image
}

function paintGround(random: Random, image: LightImage, inkHeight: number, photographs: readonly RgbImage[]): void {
  const photograph = photographs.length > 0 ? pick(random, photographs) : undefined
  const colour = drawGroundColour(random, photograph)
  const kind = pickWeighted(random, [
    ['plain', 46],
    ['textured', photograph ? 24 : 0],
    ['gradient', 8],
    ['photograph', photograph ? 15 : 0],
    ['boards', 4],
    ['patches', 5],
  ] as const)
  fill(image, colour)
  if (kind === 'textured' && photograph) addTexture(random, image, photograph, uniform(random, 0.08, 0.55))
  if (kind === 'photograph' && photograph) layPhotograph(random, image, photograph)
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

/** A part of a photograph, scaled so that it covers the image; bilinear. */
function samplePhotograph(
  random: Random,
  { width, height }: LightImage,
  photograph: RgbImage,
  use: (place: number, red: number, green: number, blue: number) => void,
): void {
  const most = Math.min((photograph.width - 2) / width, (photograph.height - 2) / height)
  const step = most * logUniform(random, 0.2, 1)
  const mirror = chance(random, 0.5)
  const left = uniform(random, 0, photograph.width - 2 - step * width)
  const top = uniform(random, 0, photograph.height - 2 - step * height)
  const stride = photograph.width * 3
  const { data } = photograph
  for (let y = 0; y < height; y++) {
    const sourceY = top + y * step
    const row = Math.floor(sourceY)
    const down = sourceY - row
    for (let x = 0; x < width; x++) {
      const sourceX = left + (mirror ? width - 1 - x : x) * step
      const column = Math.floor(sourceX)
      const right = sourceX - column
      const at = row * stride + column * 3
      const below = at + stride
      const a = (1 - right) * (1 - down)
      const b = right * (1 - down)
      const c = (1 - right) * down
      const d = right * down
      use(
        3 * (y * width + x),
        a * data[at]! + b * data[at + 3]! + c * data[below]! + d * data[below + 3]!,
        a * data[at + 1]! + b * data[at + 4]! + c * data[below + 1]! + d * data[below + 4]!,
        a * data[at + 2]! + b * data[at + 5]! + c * data[below + 2]! + d * data[below + 5]!,
      )
    }
  }
}

function layPhotograph(random: Random, image: LightImage, photograph: RgbImage): void {
  const { data } = image
  samplePhotograph(random, image, photograph, (place, red, green, blue) => {
    data[place] = red
    data[place + 1] = green
    data[place + 2] = blue
  })
}

/** The photograph's light and dark on the ground's colour: stone, wood, cloth, dirt. */
function addTexture(random: Random, image: LightImage, photograph: RgbImage, strength: number): void {
  const { data, width, height } = image
  const texture = new Float32Array(width * height)
  let sum = 0
  samplePhotograph(random, image, photograph, (place, red, green, blue) => {
    const value = 0.299 * red + 0.587 * green + 0.114 * blue
    texture[place / 3] = value
    sum += value
  })
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

function statistics({ data }: LightImage): { mean: Colour; deviation: number } {
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

function paintThrough({ data }: LightImage, coverage: Float32Array, colour: Colour, strength: number): void {
  const [red, green, blue] = colour
  for (let pixel = 0, place = 0; pixel < coverage.length; pixel++, place += 3) {
    const share = coverage[pixel]! * strength
    if (share === 0) continue
    data[place]! += (red - data[place]!) * share
    data[place + 1]! += (green - data[place + 1]!) * share
    data[place + 2]! += (blue - data[place + 2]!) * share
  }
}

interface Letters {
  readonly image: LightImage
  readonly masks: InkMasks
  readonly colour: Colour
  readonly ground: Colour
  readonly photographs: readonly RgbImage[]
  readonly breaks: readonly number[]
}

/** Letters in one colour, in two, in a gradient, worn, or with a texture showing through. */
function paintLetters(random: Random, { image, masks, colour, ground, photographs, breaks }: Letters): void {
  const { data, width, height } = image
  const finish = pickWeighted(random, [
    ['solid', 76],
    ['gradient', 8],
    ['two-tone', breaks.length > 0 ? 4 : 0],
    ['worn', photographs.length > 0 ? 6 : 0],
    ['textured', photographs.length > 0 ? 6 : 0],
  ] as const)
  const opacity = chance(random, 0.12) ? uniform(random, 0.6, 0.95) : 1
  const texture = finish === 'worn' || finish === 'textured' ? drawTexture(random, image, photographs) : undefined
  const second =
    finish === 'gradient'
      ? blend(colour, brightness(ground) > brightness(colour) ? [0, 0, 0] : [255, 255, 255], uniform(random, 0.15, 0.6))
      : finish === 'two-tone'
        ? drawLetterColour(random, ground, 0)
        : colour
  const vertical = chance(random, 0.8)
  const border = width * (breaks.length > 0 ? pick(random, breaks) : 1)
  const wear = uniform(random, 0.4, 1)
  let pixel = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      let share = (masks[pixel * 4]! / 255) * opacity
      if (share === 0) continue
      const mix =
        finish === 'two-tone' ? (x > border ? 1 : 0) : finish === 'gradient' ? (vertical ? y / height : x / width) : 0
      let change = 0
      if (texture) {
        if (finish === 'worn') share *= 1 - wear * Math.max(0, Math.min(1, texture[pixel]! * 3 - 0.6))
        else change = 90 * texture[pixel]!
      }
      const place = pixel * 3
      for (let channel = 0; channel < 3; channel++) {
        const target = colour[channel]! + (second[channel]! - colour[channel]!) * mix + change
        data[place + channel]! += (target - data[place + channel]!) * share
      }
    }
  }
}

/** Brightness of a part of a photograph, about its mean, in units of 128. */
function drawTexture(random: Random, image: LightImage, photographs: readonly RgbImage[]): Float32Array {
  const texture = new Float32Array(image.width * image.height)
  let sum = 0
  samplePhotograph(random, image, pick(random, photographs), (place, red, green, blue) => {
    const value = (0.299 * red + 0.587 * green + 0.114 * blue) / 128
    texture[place / 3] = value
    sum += value
  })
  const mean = sum / texture.length
  for (let pixel = 0; pixel < texture.length; pixel++) texture[pixel]! -= mean
  return texture
}

/** Light that falls unevenly, the edge of a cast shadow, and glare. */
function lightUp(random: Random, { data, width, height }: LightImage): void {
  const uneven = chance(random, 0.45) ? uniform(random, 0.05, 0.45) : 0
  const cast = chance(random, 0.07) ? uniform(random, 0.35, 0.75) : 1
  const glare = chance(random, 0.05) ? uniform(random, 50, 190) : 0
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

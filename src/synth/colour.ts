/** Colours of signs: what they are painted in, and pairs of them that can be read. */
import type { Random } from '../random.ts'
import { chance, pick, pickWeighted, uniform } from './distributions.ts'

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number]

/** Hue in degrees, spread of the hue, saturation and lightness ranges of paints that signs are made with. */
const PAINTS = [
  [0, 9, 0.6, 0.95, 0.28, 0.52],
  [0, 9, 0.6, 0.95, 0.28, 0.52],
  [215, 16, 0.4, 0.95, 0.18, 0.5],
  [215, 16, 0.4, 0.95, 0.18, 0.5],
  [140, 25, 0.3, 0.85, 0.14, 0.42],
  [48, 7, 0.7, 1, 0.42, 0.62],
  [28, 8, 0.6, 1, 0.4, 0.58],
  [26, 10, 0.25, 0.6, 0.14, 0.4],
  [190, 14, 0.3, 0.9, 0.22, 0.62],
  [300, 40, 0.25, 0.8, 0.22, 0.62],
  [40, 12, 0.2, 0.6, 0.55, 0.85],
] as const

/** A colour of its own: paint, white, grey or black. */
export function drawPaint(random: Random, lightShare = 0.3, darkShare = 0.2): Colour {
  const kind = random()
  if (kind < lightShare) return tinted(random, uniform(random, 205, 255), 14)
  if (kind < lightShare + darkShare) return tinted(random, uniform(random, 4, 55), 9)
  if (chance(random, 0.22)) return tinted(random, uniform(random, 55, 205), 16)
  const [hue, spread, leastSaturation, mostSaturation, leastLight, mostLight] = pick(random, PAINTS)
  return fromHsl(
    hue + uniform(random, -spread, spread),
    uniform(random, leastSaturation, mostSaturation),
    uniform(random, leastLight, mostLight),
  )
}

/** A grey of the given brightness with a slight tint. */
function tinted(random: Random, value: number, spread: number): Colour {
  const channel = () => Math.max(0, Math.min(255, value + uniform(random, -spread, spread)))
  return [channel(), channel(), channel()]
}

/**
 * A colour for letters on the given ground. `unrest` is the ground's own deviation of brightness: the busier, the more
 * contrast is asked. A share of `faint` pairs is deliberately hard to see, a third of it very hard.
 */
export function drawLetterColour(
  random: Random,
  ground: Colour,
  { unrest, faint }: { unrest: number; faint: number },
): Colour {
  const least = pickWeighted(random, [
    [() => uniform(random, 22, 45), 0.29 * faint],
    [() => uniform(random, 45, 80), 0.71 * faint],
    [() => uniform(random, 80, 150), 1 - faint],
  ])()
  for (let attempt = 0; attempt < 14; attempt++) {
    const colour = drawPaint(random, 0.38, 0.27)
    if (contrast(colour, ground) >= least + 1.2 * unrest) return colour
  }
  return brightness(ground) > 120 ? [18, 18, 20] : [244, 244, 240]
}

/** Difference of brightness, and a little of hue, on the scale of bytes. */
export function contrast(first: Colour, second: Colour): number {
  const red = first[0] - second[0]
  const green = first[1] - second[1]
  const blue = first[2] - second[2]
  const light = 0.299 * red + 0.587 * green + 0.114 * blue
  return Math.abs(light) + 0.18 * (Math.abs(red - light) + Math.abs(blue - light))
}

export function brightness([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

/** `share` 0 is the first colour, 1 the second. */
export function blend(first: Colour, second: Colour, share: number): Colour {
  return [
    first[0] + (second[0] - first[0]) * share,
    first[1] + (second[1] - first[1]) * share,
    first[2] + (second[2] - first[2]) * share,
  ]
}

function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (shift: number) => {
    const place = (shift + hue / 30 + 24) % 12
    return 255 * (lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1)))
  }
  return [channel(0), channel(8), channel(4)]
}

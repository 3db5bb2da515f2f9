/** Displays: liquid crystals, dark on grey-green or light on blue, and lamps that glow on black. */
import type { Random } from '../random.ts'
import { blend, type Colour } from './colour.ts'
import { chance, pickWeighted, uniform } from './distributions.ts'
import type { InkMasks } from './ink-masks.ts'
import type { LightImage } from './light-image.ts'
import { coverage, glow, paintThrough } from './painting.ts'

/** How a display makes its characters: of seven segments, of fourteen, or of dots. */
export type Panel = 'seven' | 'fourteen' | 'dots'

/** Families (names of @fontsource packages) that draw a panel's characters. */
export const PANEL_FAMILIES: Readonly<Record<Panel, readonly string[]>> = {
  seven: ['dseg7-classic', 'dseg7-modern'],
  fourteen: ['dseg14-classic', 'dseg14-modern'],
  dots: [
    'doto',
    'doto',
    'handjet',
    'dotgothic16',
    'vt323',
    'press-start-2p',
    'micro-5',
    'tiny5',
    'jersey-10',
    'silkscreen',
  ],
}

/** The character that lights all of a cell's segments, for the ghosts of those that are off. */
export function fullCell(panel: Panel): string | undefined {
  return panel === 'seven' ? '8' : panel === 'fourteen' ? '~' : undefined
}

interface PanelRequest {
  readonly panel: Panel
  readonly masks: InkMasks
  /** Height of the characters, pixels. */
  readonly inkHeight: number
}

/** Paints the ground, the ghosts (the outline's mask) and the characters. */
export function paintPanel(random: Random, image: LightImage, { masks, inkHeight }: PanelRequest): void {
  if (chance(random, 0.5)) paintCrystals(random, image, masks)
  else paintLamps(random, image, { masks, inkHeight })
}

function paintCrystals(random: Random, image: LightImage, masks: InkMasks): void {
  const light = uniform(random, 110, 215)
  const spread = () => uniform(random, -10, 10)
  const [ground, letters] = pickWeighted<[Colour, Colour]>(random, [
    [[[light + spread(), light + 14, light - 12 + spread()], shade(random, 10, 60)], 50],
    [[[light, light + spread(), light + spread()], shade(random, 5, 70)], 25],
    [[[light * 0.75, light, light * 0.25], shade(random, 15, 50)], 12],
    [[shade(random, 10, 45), [light, light + 12, light + spread()]], 6],
    [[[20 + spread(), 50 + spread(), 150 + spread()], shade(random, 190, 250)], 7],
  ])
  fillUnevenly(random, image, ground)
  if (chance(random, 0.7))
    paintThrough(image, coverage(masks, 1), blend(ground, letters, uniform(random, 0.03, 0.16)), 1)
  // The crystals' shadow on the mirror behind them.
  paintThrough(image, coverage(masks, 2), blend(ground, letters, 0.5), uniform(random, 0.15, 0.45))
  paintThrough(image, coverage(masks, 0), letters, uniform(random, 0.6, 1))
}

const LAMPS: readonly (readonly [Colour, number])[] = [
  [[255, 35, 25], 42],
  [[50, 255, 70], 20],
  [[255, 165, 30], 14],
  [[70, 130, 255], 10],
  [[60, 240, 225], 8],
  [[240, 245, 255], 6],
]

function paintLamps(
  random: Random,
  image: LightImage,
  { masks, inkHeight }: { masks: InkMasks; inkHeight: number },
): void {
  const letters = pickWeighted(random, LAMPS)
  const ground = shade(random, 2, 45)
  fillUnevenly(random, image, ground)
  if (chance(random, 0.6)) {
    const off = blend(ground, chance(random, 0.5) ? letters : [120, 120, 120], uniform(random, 0.06, 0.22))
    paintThrough(image, coverage(masks, 1), off, 1)
  }
  if (chance(random, 0.8)) glow(random, { image, masks, inkHeight, letters, ground })
  paintThrough(image, coverage(masks, 0), blend(letters, [255, 255, 255], uniform(random, 0, 0.55)), 1)
}

function shade(random: Random, least: number, most: number): Colour {
  const value = uniform(random, least, most)
  const channel = () => Math.max(0, value + uniform(random, -6, 6))
  return [channel(), channel(), channel()]
}

/** A colour that is a little darker towards one side. */
function fillUnevenly(random: Random, { data, width, height }: LightImage, [red, green, blue]: Colour): void {
  const [across, down] = [uniform(random, -0.15, 0.15), uniform(random, -0.15, 0.15)]
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 3) {
      const share = 1 + across * (x / width - 0.5) + down * (y / height - 0.5)
      data[place] = red * share
      data[place + 1] = green * share
      data[place + 2] = blue * share
    }
  }
}

/** Embossed plates: raised characters of one colour on a board with a rounded rim, as vehicles, boxes and machines bear. */
import type { Random } from '../random.ts'
import { blend, type Colour } from './colour.ts'
import { chance, pickWeighted, uniform } from './distributions.ts'
import type { InkMasks } from './ink-masks.ts'
import type { LightImage } from './light-image.ts'
import { carve, coverage, paintThrough } from './painting.ts'

/** Bold and narrow families (names of @fontsource packages) that plates are stamped with. */
export const PLATE_FAMILIES = [
  'barlow-condensed',
  'roboto-condensed',
  'saira-extra-condensed',
  'oswald',
  'bebas-neue',
  'big-shoulders-display',
  'sofia-sans',
  'league-gothic',
  'archivo-narrow',
  'ibm-plex-sans-condensed',
  'norwester',
  'b612',
  'overpass',
] as const

const COLOURS: readonly (readonly [readonly [Colour, Colour], number])[] = [
  [
    [
      [238, 238, 232],
      [22, 22, 26],
    ],
    40,
  ],
  [
    [
      [240, 196, 30],
      [20, 20, 20],
    ],
    18,
  ],
  [
    [
      [235, 238, 240],
      [24, 44, 120],
    ],
    10,
  ],
  [
    [
      [235, 238, 236],
      [15, 95, 50],
    ],
    5,
  ],
  [
    [
      [236, 232, 230],
      [170, 24, 28],
    ],
    5,
  ],
  [
    [
      [24, 40, 110],
      [238, 238, 238],
    ],
    6,
  ],
  [
    [
      [20, 20, 22],
      [232, 232, 232],
    ],
    7,
  ],
  [
    [
      [20, 90, 50],
      [236, 238, 236],
    ],
    4,
  ],
]

/** Colours of bands, names and seals; undefined for that of the characters. */
const FURNITURE: readonly (readonly [Colour | undefined, number])[] = [
  [[0, 51, 153], 45],
  [undefined, 38],
  [[176, 28, 36], 10],
  [[16, 92, 60], 7],
]

/**
 * Paints the board (the shadow's mask) over the ground, what it bears besides (the outline's), then rim and characters (the
 * letters'), and raises them.
 */
export function paintPlate(
  random: Random,
  image: LightImage,
  { masks, inkHeight }: { masks: InkMasks; inkHeight: number },
): void {
  const [board, letters] = pickWeighted(random, COLOURS)
  const dirt = uniform(random, 0, 0.3)
  const dirty = (colour: Colour): Colour => blend(colour, [118, 108, 96], dirt)
  paintThrough(image, coverage(masks, 2), dirty(board), 1)
  paintThrough(image, coverage(masks, 1), dirty(pickWeighted(random, FURNITURE) ?? letters), 1)
  // Bare metal: only its relief tells the characters from the board.
  const isBare = chance(random, 0.1)
  paintThrough(
    image,
    coverage(masks, 0),
    dirty(isBare ? blend(board, letters, 0.18) : letters),
    uniform(random, 0.85, 1),
  )
  if (isBare || chance(random, 0.8)) carve(random, { image, masks, inkHeight, letters, ground: board })
}

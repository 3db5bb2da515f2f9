/**
 * What a plate is besides its characters: a board with a rim, and what stands on it and is not read, a country's band, names
 * in small letters, seals and bolts. All in text coordinates.
 */
import type { Random } from '../random.ts'
import { chance, pick, pickWeighted, uniform } from './distributions.ts'
import type { Face } from './fonts.ts'
import { drawMargins, type Margins } from './framing.ts'
import { boxOf, cornersOf, inkHeightOf, type Line, moveLine, setLine } from './line.ts'
import type { LayoutSettings } from './settings.ts'
import type { DrawNeighbour } from './surroundings.ts'
import type { Box, Point } from './warp.ts'

/** Shapes and small letters. */
export interface Figures {
  readonly shapes: readonly (readonly Point[])[]
  readonly lines: readonly Line[]
}

export interface Plate {
  /** Around the board. */
  readonly box: Box
  /** The board's outline, and the rim's where there is one. */
  readonly board: readonly Point[]
  readonly rim: readonly Point[] | null
  /** What is painted on the board beside its characters. */
  readonly furniture: Figures
  /** What is left out of the furniture: a band's letters and stars. */
  readonly holes: Figures
}

/** Signs of countries as bands bear them (Convention on Road Traffic, annex 3). */
const COUNTRIES = 'A B BG BR CH CZ D DK E EST F FIN GB GR H HR I IRL L LT LV N NL P PL RA RO S SK SLO TR UA UK'.split(
  ' ',
)
const NAMES = ['CALIFORNIA', 'TEXAS', 'NEW YORK', 'FLORIDA', 'OHIO', 'BRASIL', 'SAO PAULO', 'ARGENTINA', 'MERCOSUR']

/** A board's furniture, and how far it reaches beyond the board that would do without it. */
interface Furnished extends Figures {
  readonly holes: Figures
  readonly reach: Box
}

const NO_FIGURES: Figures = { shapes: [], lines: [] }
const NO_REACH: Box = { left: 0, right: 0, top: 0, bottom: 0 }

/** Draws a plate around a line of characters. */
export function drawPlateLayout(random: Random, line: Line, neighbour: DrawNeighbour): Plate {
  const height = inkHeightOf(line)
  const [beside, above] = [uniform(random, 0.12, 0.5) * height, uniform(random, 0.1, 0.35) * height]
  const plain = widened(line.box, { left: beside, right: beside, top: above, bottom: above })
  const furnished = pickWeighted<() => Furnished>(random, [
    [() => ({ ...NO_FIGURES, holes: NO_FIGURES, reach: NO_REACH }), 40],
    [() => drawBand(random, line, plain), 28],
    [() => drawNames(random, plain, { line, neighbour }), 25],
    [() => drawBanner(random, line, plain), 7],
  ])()
  const box = widened(plain, furnished.reach)
  const radius = uniform(random, 0.05, 0.25) * height
  const inset = -uniform(random, 0.02, 0.07) * height
  const rim = rounded(widened(box, { left: inset, right: inset, top: inset, bottom: inset }), radius)
  const seals = chance(random, 0.25) ? drawSeals(random, line) : []
  const bolts = chance(random, 0.25) ? drawBolts(random, line, plain) : []
  return {
    box,
    board: rounded(box, radius),
    rim: chance(random, 0.75) ? [...rim, rim[0]!] : null,
    furniture: { shapes: [...furnished.shapes, ...seals, ...bolts], lines: furnished.lines },
    holes: furnished.holes,
  }
}

/** Mostly the whole board is in the crop, as finders of plates cut it out. */
export function drawPlateMargins(random: Random, { box: board }: Plate, line: Line, settings: LayoutSettings): Margins {
  if (chance(random, 0.3)) return drawMargins(random, settings)
  const { box } = line
  const side = (room: number) => room / inkHeightOf(line) + uniform(random, -0.08, 0.2)
  return {
    left: side(box.left - board.left),
    right: side(board.right - box.right),
    top: side(box.top - board.top),
    bottom: side(board.bottom - box.bottom),
    areFar: true,
  }
}

/** A band at one end or both, with a country's sign below a ring of stars. */
function drawBand(random: Random, line: Line, plain: Box): Furnished {
  const { face } = line
  const height = inkHeightOf(line)
  const width = uniform(random, 0.4, 0.65) * height
  const sides = pick(random, ['left', 'left', 'left', 'left', 'right', 'both'] as const)
  const [hasLeft, hasRight] = [sides !== 'right', sides !== 'left']
  const bands = [
    ...(hasLeft ? [{ ...plain, left: plain.left - width, right: plain.left }] : []),
    ...(hasRight ? [{ ...plain, left: plain.right, right: plain.right + width }] : []),
  ]
  const stars = chance(random, 0.7) ? uniform(random, 0.32, 0.4) * width : 0
  const letters = uniform(random, 0.2, 0.34) * height
  const middle = (plain.top + plain.bottom) / 2
  return {
    shapes: bands.map(cornersOf),
    lines: [],
    holes: {
      shapes: bands.flatMap(({ left, right }) => ring((left + right) / 2, middle - 0.25 * height, stars)),
      lines: bands.map(({ left, right }) =>
        smallLine(random, pick(random, COUNTRIES), face, {
          x: (left + right) / 2,
          y: middle + 0.28 * height,
          height: letters,
          width: 0.8 * width,
        }),
      ),
    },
    reach: { ...NO_REACH, left: hasLeft ? width : 0, right: hasRight ? width : 0 },
  }
}

/** A state, a town, a slogan or who sold the car, above the characters, below them or both. */
function drawNames(
  random: Random,
  plain: Box,
  { line, neighbour }: { line: Line; neighbour: DrawNeighbour },
): Furnished {
  const height = inkHeightOf(line)
  const [isAbove, isBelow] = pick(random, [
    [true, false],
    [true, true],
    [true, true],
    [false, true],
  ] as const)
  const letters = uniform(random, 0.16, 0.34) * height
  const row = letters + uniform(random, 0.05, 0.2) * height
  const name = (y: number) => {
    const other = neighbour(random)
    const text = chance(random, 0.4) ? pick(random, NAMES) : other.text.toUpperCase()
    const face = chance(random, 0.5) && other.face.draws(text) ? other.face : line.face
    const place = { x: (plain.left + plain.right) / 2, y, height: letters, width: 0.92 * (plain.right - plain.left) }
    return face.draws(text) ? [smallLine(random, text, face, place)] : []
  }
  return {
    shapes: [],
    lines: [
      ...(isAbove ? name(plain.top - row + letters / 2 + 0.03 * height) : []),
      ...(isBelow ? name(plain.bottom + row - letters / 2 - 0.03 * height) : []),
    ],
    holes: NO_FIGURES,
    reach: { ...NO_REACH, top: isAbove ? row : 0, bottom: isBelow ? row : 0 },
  }
}

/** A coloured strip along the upper edge, with a country's name left out of it. */
function drawBanner(random: Random, line: Line, plain: Box): Furnished {
  const strip = uniform(random, 0.25, 0.42) * inkHeightOf(line)
  const place = {
    x: (plain.left + plain.right) / 2,
    y: plain.top - strip / 2,
    height: uniform(random, 0.45, 0.7) * strip,
    width: 0.8 * (plain.right - plain.left),
  }
  return {
    shapes: [cornersOf({ ...plain, top: plain.top - strip, bottom: plain.top })],
    lines: [],
    holes: { shapes: [], lines: [smallLine(random, pick(random, NAMES), line.face, place)] },
    reach: { ...NO_REACH, top: strip },
  }
}

/** Round stickers in the gaps between groups. */
function drawSeals(random: Random, line: Line): Point[][] {
  const { glyphs, corners, box } = line
  const height = inkHeightOf(line)
  const gaps = corners.filter((_, index) => glyphs[index]!.character === ' ').map(boxOf)
  return gaps.flatMap(({ left, right }) => {
    const radius = Math.min(uniform(random, 0.1, 0.2) * height, 0.4 * (right - left))
    const rows = pick(random, [[0], [-0.25, 0.25]])
    return rows.map((row) => disc((left + right) / 2, (box.top + box.bottom) / 2 + row * height, radius))
  })
}

/** Two, in the middle of the margins at the ends or of that above. */
function drawBolts(random: Random, { box }: Line, { left, right, top, bottom }: Box): Point[][] {
  const [beside, above] = [box.left - left, box.top - top]
  const [apart, size] = [0.2 * (right - left), uniform(random, 0.2, 0.45)]
  return chance(random, 0.5)
    ? [left + beside / 2, right - beside / 2].map((x) => disc(x, (top + bottom) / 2, size * beside))
    : [left + apart, right - apart].map((x) => disc(x, top + above / 2, size * above))
}

/** A line in letters so high, or less where it would be wider than its room; around (x, y). */
function smallLine(
  random: Random,
  text: string,
  face: Face,
  { x, y, height, width }: { x: number; y: number; height: number; width: number },
): Line {
  const line = setLine(random, text, face, { extra: 0, kern: true }, 0)
  const { left, right, top, bottom } = line.box
  const size = Math.min(height / (bottom - top), width / (right - left))
  return moveLine(line, size, { x: x - (size * (left + right)) / 2, y: y - (size * (top + bottom)) / 2 })
}

function widened({ left, right, top, bottom }: Box, by: Box): Box {
  return { left: left - by.left, right: right + by.right, top: top - by.top, bottom: bottom + by.bottom }
}

const DISC_STEPS = 10

function disc(x: number, y: number, radius: number): Point[] {
  return Array.from({ length: DISC_STEPS }, (_, step) => {
    const angle = (2 * Math.PI * step) / DISC_STEPS
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const
  })
}

/** Twelve stars, as small as they are drawn discs; none without a radius. */
function ring(x: number, y: number, radius: number): Point[][] {
  if (radius === 0) return []
  return Array.from({ length: 12 }, (_, star) => {
    const angle = (Math.PI * star) / 6
    return disc(x + radius * Math.cos(angle), y + radius * Math.sin(angle), 0.16 * radius)
  })
}

/** Points of a quarter of a circle. */
const CORNER_STEPS = 4

function rounded({ left, right, top, bottom }: Box, radius: number): Point[] {
  const centres = [
    [right - radius, top + radius],
    [right - radius, bottom - radius],
    [left + radius, bottom - radius],
    [left + radius, top + radius],
  ] as const
  return centres.flatMap(([x, y], corner) =>
    Array.from({ length: CORNER_STEPS + 1 }, (_, step) => {
      const angle = (Math.PI / 2) * (corner - 1 + step / CORNER_STEPS)
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const
    }),
  )
}

/** Lines of words, and the order in which they are read, by where the words lie. */
import { boundsOf, distance, type PixelPoint, type Quadrilateral } from '../image/quadrilateral.ts'
import { inReadingOrder } from './block-order.ts'

export interface PlacedWord {
  readonly quadrilateral: Quadrilateral
}

export interface PlacedLine<Word extends PlacedWord> {
  /** In their order along the line; one at least. */
  readonly words: readonly Word[]
  /** The rectangle along the line that holds its words. */
  readonly quadrilateral: Quadrilateral
  /** From 0 on, in reading order: lines that stand under each other, as on a sign or in a column, share their block. */
  readonly block: number
}

/** Words whose directions differ by more are of different lines: the cosine of 25 degrees. */
const ALIGNED = 0.906
/** A word that is narrower, by its height, hardly says its direction: it may lie across its line by up to 50 degrees. */
const [SHORT, HARDLY_ALIGNED] = [1.5, 0.643]
/** How far apart words of a line may be, and by how much they may overlap, in heights. */
const [WIDEST_GAP, OVERLAP] = [1.2, 0.5]
/** By how much one may be higher than the next; and than one with which it need not share a baseline. */
const [HIGHEST, SIMILAR] = [2.5, 1.6]
/** What of the lower word must lie beside the other; by how much baselines may differ, in heights of the lower one. */
const [BESIDE, BASELINE] = [0.5, 0.5]
/** How far lines of a block may be apart, in heights, and by how much one may be higher than the other. */
const [LEADING, HIGHEST_LINE] = [1.2, 2]

/**
 * Words as lines, in reading order. Two words follow each other on a line where either is the other's nearest neighbour
 * along their direction, of a similar height and beside it; lines of a block follow each other alike, downwards. Blocks are
 * read down and across as white space parts them. All in the words' own direction: lines may be rotated or bent.
 */
export function linesOf<Word extends PlacedWord>(words: readonly Word[]): PlacedLine<Word>[] {
  const lines = chains(words.map(frameOf), gapAlong).map((places) => {
    const members = places.map((place) => words[place]!)
    return { members, quadrilateral: around(members) }
  })
  const frames = lines.map(({ quadrilateral }) => frameOf({ quadrilateral }))
  const blocks = chains(frames, gapBelow)
  const shapes = blocks.map((places) => places.map((place) => lines[place]!.quadrilateral))
  return inReadingOrder(shapes).flatMap((number, block) =>
    blocks[number]!.map((place) => {
      const { members, quadrilateral } = lines[place]!
      return { words: members, quadrilateral, block }
    }),
  )
}

/** Where a word or a line lies, and which way it runs. */
interface Frame {
  readonly corners: Quadrilateral
  readonly center: PixelPoint
  /** Of length 1, from the middle of the left edge to that of the right one. */
  readonly direction: PixelPoint
  readonly width: number
  readonly height: number
  /** Half its diagonal. */
  readonly reach: number
}

const middle = ([x, y]: PixelPoint, [u, v]: PixelPoint): PixelPoint => [(x + u) / 2, (y + v) / 2]
const dot = ([x, y]: PixelPoint, [u, v]: PixelPoint) => x * u + y * v

function frameOf({ quadrilateral: corners }: PlacedWord): Frame {
  const [a, b, c, d] = corners
  const [left, right] = [middle(a, d), middle(b, c)]
  const width = distance(left, right)
  return {
    corners,
    center: middle(left, right),
    direction: width > 0 ? [(right[0] - left[0]) / width, (right[1] - left[1]) / width] : [1, 0],
    width,
    height: Math.max((distance(a, d) + distance(b, c)) / 2, 1e-6),
    reach: Math.max(distance(a, c), distance(b, d)) / 2,
  }
}

/** How far the second is from the first, as what follows it; null where it does not. */
type Gap = (first: Frame, second: Frame) => number | null

/** Places of what follows each other, each the other's nearest. */
function chains(frames: readonly Frame[], gap: Gap): number[][] {
  const next = frames.map(() => ({ place: -1, gap: Infinity }))
  const previous = frames.map(() => ({ place: -1, gap: Infinity }))
  // Plain numbers, since all pairs are looked at: most are far apart.
  const across = Float64Array.from(frames, ({ center }) => center[0])
  const down = Float64Array.from(frames, ({ center }) => center[1])
  const rooms = Float64Array.from(frames, ({ reach, height }) => reach + 2 * height)
  for (let from = 0; from < frames.length; from++)
    for (let to = 0; to < frames.length; to++) {
      const room = rooms[from]! + rooms[to]!
      if (from === to || Math.abs(across[to]! - across[from]!) > room || Math.abs(down[to]! - down[from]!) > room)
        continue
      const between = gap(frames[from]!, frames[to]!)
      if (between === null) continue
      if (between < next[from]!.gap) next[from] = { place: to, gap: between }
      if (between < previous[to]!.gap) previous[to] = { place: from, gap: between }
    }
  const follows = next.map(({ place }, from) => (place >= 0 && previous[place]!.place === from ? place : -1))
  const hasPrevious = new Set(follows)
  const taken = new Set<number>()
  // What runs in a ring has no first: it begins where it is met.
  const starts = [...frames.keys()].sort((a, b) => Number(hasPrevious.has(a)) - Number(hasPrevious.has(b)))
  return starts.flatMap((start) => {
    const chain: number[] = []
    for (let place = start; place >= 0 && !taken.has(place); place = follows[place]!) {
      taken.add(place)
      chain.push(place)
    }
    return chain.length > 0 ? [chain] : []
  })
}

const isShort = ({ width, height }: Frame) => width < SHORT * height

/** The way that both run; null where they run different ways. Of a short word the other one's counts. */
function commonDirection(first: Frame, second: Frame): PixelPoint | null {
  const isUnsure = isShort(first) !== isShort(second)
  if (dot(first.direction, second.direction) < (isUnsure ? HARDLY_ALIGNED : ALIGNED)) return null
  if (isUnsure) return isShort(first) ? second.direction : first.direction
  const [u, v] = first.direction.map((part, axis) => part * first.width + second.direction[axis]! * second.width)
  const length = Math.hypot(u!, v!)
  return length > 0 ? [u! / length, v! / length] : first.direction
}

/** From where to where something reaches along a direction. */
function spread(points: readonly PixelPoint[], direction: PixelPoint): [start: number, end: number] {
  const places = points.map((point) => dot(point, direction))
  return [Math.min(...places), Math.max(...places)]
}

const common = (first: readonly [number, number], second: readonly [number, number]) =>
  Math.min(first[1], second[1]) - Math.max(first[0], second[0])

/** Between two words of a line. */
function gapAlong(first: Frame, second: Frame): number | null {
  const low = Math.min(first.height, second.height)
  const high = Math.max(first.height, second.height)
  if (high > HIGHEST * low) return null
  const direction = commonDirection(first, second)
  if (direction === null) return null
  const down: PixelPoint = [-direction[1], direction[0]]
  // Edges that face each other: those of long words in a bent line are where the words are not.
  const edge = (word: Frame, places: readonly number[]) =>
    isShort(word) ? word.corners : places.map((place) => word.corners[place]!)
  const [before, after] = [edge(first, [1, 2]), edge(second, [0, 3])]
  const gap = spread(after, direction)[0] - spread(before, direction)[1]
  if (gap > (WIDEST_GAP * (low + high)) / 2 || gap < -OVERLAP * low) return null
  if (dot(second.center, direction) <= dot(first.center, direction)) return null
  const [upper, lower] = [spread(before, down), spread(after, down)]
  if (common(upper, lower) < BESIDE * low) return null
  const offset = Math.abs(upper[1] - lower[1])
  if (high > SIMILAR * low && offset > BASELINE * low) return null
  return Math.max(gap, 0) + offset / 4
}

/** Between a line and one below it. */
function gapBelow(first: Frame, second: Frame): number | null {
  const low = Math.min(first.height, second.height)
  const high = Math.max(first.height, second.height)
  if (high > HIGHEST_LINE * low) return null
  const direction = commonDirection(first, second)
  if (direction === null) return null
  const down: PixelPoint = [-direction[1], direction[0]]
  const [upper, lower] = [spread(first.corners, direction), spread(second.corners, direction)]
  if (common(upper, lower) <= 0) return null
  // Where one ends and the other begins, between their middles: corners of slanting lines reach too far.
  const apart = dot(second.center, down) - dot(first.center, down)
  const gap = apart - (first.height + second.height) / 2
  if (apart <= 0 || gap > (LEADING * (low + high)) / 2 || gap < -OVERLAP * low) return null
  return Math.max(gap, 0) + Math.abs(lower[0] - upper[0]) * 1e-3
}

/** The rectangle that holds the words of a line, along it. */
function around(words: readonly PlacedWord[]): Quadrilateral {
  const [first, last] = [words[0]!.quadrilateral, words.at(-1)!.quadrilateral]
  if (words.length === 1) return first
  const [from, to] = [middle(first[0], first[3]), middle(last[1], last[2])]
  const length = Math.max(distance(from, to), 1e-6)
  const [u, v] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length]
  const points = words.flatMap(({ quadrilateral }) =>
    quadrilateral.map(([x, y]) => [u * x + v * y, u * y - v * x] as const),
  )
  const { left, top, right, bottom } = boundsOf(points)
  const corner = (along: number, across: number): PixelPoint => [u * along - v * across, v * along + u * across]
  return [corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)]
}

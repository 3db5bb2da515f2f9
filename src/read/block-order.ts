/** In which order blocks of text are read: as white space parts the picture. */
import { type Bounds, boundsOf, distance, type PixelPoint, type Quadrilateral } from '../image/quadrilateral.ts'

/** Gaps that are at least so wide, by the widest, part blocks together with it. */
const AS_WIDE = 0.8

interface Block {
  readonly place: number
  readonly bounds: Bounds
  /** Height of its first line, pixels. */
  readonly line: number
}

/**
 * Places of blocks, each given by its lines, in reading order: the widest straight gap that goes through all of them parts
 * them, into upper and lower or left and right ones, and so on in each part (a recursive XY cut: Nagy and Seth, 1984). What no
 * gap parts is read from the top. A picture whose text mostly lies on its side is read as if it stood upright.
 */
export function inReadingOrder(blocks: readonly (readonly Quadrilateral[])[]): number[] {
  const upright = uprightOf(blocks.flat())
  const waiting: Block[][] = [
    blocks.map((lines, place) => ({
      place,
      bounds: boundsOf(lines.flat().map(upright)),
      line: distance(lines[0]![0], lines[0]![3]),
    })),
  ]
  const order: number[] = []
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    const parts = group.length > 1 ? cut(group) : [group]
    if (parts.length === 1) order.push(...fromTheTop(group).map(({ place }) => place))
    else waiting.push(...parts.reverse())
  }
  return order
}

/** Turns points by the quarter that sets most of the text upright, by the widths of lines. */
function uprightOf(lines: readonly Quadrilateral[]): (point: PixelPoint) => PixelPoint {
  const widths = [0, 0, 0, 0]
  for (const [a, b, c, d] of lines) {
    const [x, y] = [b[0] + c[0] - a[0] - d[0], b[1] + c[1] - a[1] - d[1]]
    const quarter = Math.abs(x) >= Math.abs(y) ? (x >= 0 ? 0 : 2) : y > 0 ? 1 : 3
    widths[quarter]! += Math.hypot(x, y)
  }
  const turns = [
    ([x, y]: PixelPoint): PixelPoint => [x, y],
    ([x, y]: PixelPoint): PixelPoint => [y, -x],
    ([x, y]: PixelPoint): PixelPoint => [-x, -y],
    ([x, y]: PixelPoint): PixelPoint => [-y, x],
  ]
  return turns[widths.indexOf(Math.max(...widths))]!
}

/** Parts of a group in their order; the group alone where no gap goes through it. */
function cut(group: readonly Block[]): Block[][] {
  const rows = gapsOf(group, ({ top, bottom }) => [top, bottom])
  const columns = gapsOf(group, ({ left, right }) => [left, right])
  const { sorted, gaps, widest } = columns.widest > rows.widest ? columns : rows
  if (widest <= 0) return [[...group]]
  const parts: Block[][] = [[]]
  for (const [index, block] of sorted.entries()) {
    if (index > 0 && gaps[index]! >= AS_WIDE * widest) parts.push([])
    parts.at(-1)!.push(block)
  }
  return parts
}

/** Blocks along an axis, and how far each is from all that come before it; at most 0 where there is no gap. */
function gapsOf(group: readonly Block[], side: (bounds: Bounds) => readonly [start: number, end: number]) {
  const sorted = [...group].sort((a, b) => side(a.bounds)[0] - side(b.bounds)[0])
  let end = side(sorted[0]!.bounds)[1]
  let widest = 0
  const gaps = sorted.map(({ bounds }, index) => {
    const [start, last] = side(bounds)
    const gap = index === 0 ? 0 : start - end
    end = Math.max(end, last)
    widest = Math.max(widest, gap)
    return gap
  })
  return { sorted, gaps, widest }
}

/** By rows of blocks that begin at about the same height, from the left. */
function fromTheTop(group: readonly Block[]): Block[] {
  const sorted = [...group].sort((a, b) => a.bounds.top - b.bounds.top)
  const rows: Block[][] = []
  let limit = -Infinity
  for (const block of sorted) {
    if (block.bounds.top > limit) {
      rows.push([])
      limit = block.bounds.top + block.line / 2
    }
    rows.at(-1)!.push(block)
  }
  return rows.flatMap((row) => row.sort((a, b) => a.bounds.left - b.bounds.left))
}

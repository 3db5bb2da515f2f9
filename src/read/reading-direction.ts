/** From which corner of its quadrilateral a word is read. */
import { distance, type Quadrilateral, startingAt } from '../image/quadrilateral.ts'

/** Degrees from level up to which a long word is taken to run along its longer sides; steeper ones are tried every way. */
const STEEP = 60
/** Words that are narrower, by their height, may run along either side. */
const LONG = 1.5

/** Degrees from level of the upper edge, clockwise, -180 to 180. */
function slopeOf([a, b, c, d]: Quadrilateral): number {
  return (Math.atan2(b[1] + c[1] - a[1] - d[1], b[0] + c[0] - a[0] - d[0]) * 180) / Math.PI
}

/**
 * The same corners, beginning so that the word's crop can be handed to a recogniser that also tries quarter turns: a long word
 * along its longer side, the way that is less upside down; one that is steep or nearly square as the picture has it.
 */
export function asPictured(quadrilateral: Quadrilateral): Quadrilateral {
  const [a, b, c, d] = quadrilateral
  const isLong = distance(a, b) + distance(d, c) >= LONG * (distance(a, d) + distance(b, c))
  const starts = [0, 1, 2, 3].map((first) => startingAt(quadrilateral, first))
  const along = Math.abs(slopeOf(quadrilateral)) <= 90 ? starts[0]! : starts[2]!
  if (isLong && Math.abs(slopeOf(along)) <= STEEP) return along
  return starts.reduce((best, each) => (Math.abs(slopeOf(each)) < Math.abs(slopeOf(best)) ? each : best))
}

/** The corners from the reading's top left on, where a crop was turned clockwise by so many degrees to be read. */
export function asRead(quadrilateral: Quadrilateral, turned: number): Quadrilateral {
  return startingAt(quadrilateral, (4 - turned / 90) % 4)
}

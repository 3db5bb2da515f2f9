/** Lines by their blocks, as documents nest them. */
import { type Bounds, boundsOf } from '../../image/quadrilateral.ts'
import type { PhotographReading, ReadLine } from '../photograph-reading.ts'
import { wholePixels } from './xml.ts'

export interface TextBlock {
  readonly lines: readonly ReadLine[]
  /** What holds its lines, whole pixels. */
  readonly bounds: Bounds
}

export function blocksOf(reading: PhotographReading): TextBlock[] {
  const blocks = new Map<number, ReadLine[]>()
  for (const line of reading.lines) blocks.set(line.block, [...(blocks.get(line.block) ?? []), line])
  return [...blocks.values()].map((lines) => ({ lines, bounds: boundsIn(reading, ...lines) }))
}

/** What holds lines or words, whole pixels of their photograph. */
export function boundsIn(reading: PhotographReading, ...parts: readonly Pick<ReadLine, 'quadrilateral'>[]): Bounds {
  return wholePixels(boundsOf(parts.flatMap(({ quadrilateral }) => quadrilateral)), reading)
}

/** Readings as JSON: the lines with their words. */
import type { PhotographReading } from '../photograph-reading.ts'
import type { NamedReading } from './named-reading.ts'

/** What a photograph's JSON holds: its reading without `words`, which are those of its lines. */
export interface ReadingRecord extends Omit<PhotographReading, 'words'> {
  readonly path: string
}

/** Pixels are rounded to hundredths. */
export function toRecord({ path, reading }: NamedReading): ReadingRecord {
  const { words, lines, ...others } = reading
  const rounded = <Part extends Pick<PhotographReading['lines'][number], 'quadrilateral'>>(part: Part): Part => {
    const [a, b, c, d] = part.quadrilateral.map(([x, y]) => [hundredths(x), hundredths(y)] as const)
    return { ...part, quadrilateral: [a!, b!, c!, d!] }
  }
  return { path, ...others, lines: lines.map((line) => ({ ...rounded(line), words: line.words.map(rounded) })) }
}

const hundredths = (value: number) => Math.round(value * 100) / 100

/** A photograph a line. */
export function toJsonLines(readings: readonly NamedReading[]): string {
  return readings.map((reading) => `${JSON.stringify(toRecord(reading))}\n`).join('')
}

/** An array of photographs. */
export function toJson(readings: readonly NamedReading[]): string {
  return `${JSON.stringify(readings.map(toRecord), null, 2)}\n`
}

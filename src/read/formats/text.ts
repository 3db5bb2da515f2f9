/** Readings as plain text. */
import type { NamedReading } from './named-reading.ts'

/** A photograph's lines; where there are several photographs, each under its name, as `head` and `tail` print files. */
export function toText(readings: readonly NamedReading[]): string {
  if (readings.length === 1) return linesOfText(readings[0]!)
  return readings.map((each, place) => `${place > 0 ? '\n' : ''}${heading(each.path)}${linesOfText(each)}`).join('')
}

export const heading = (path: string) => `==> ${path} <==\n`

export function linesOfText({ reading: { text } }: NamedReading): string {
  return text === '' ? '' : `${text}\n`
}

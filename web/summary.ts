/** A reading in a sentence, for whoever does not see the picture. */
import { percent } from './percent.ts'
import type { PictureReading } from './read-picture.ts'

/** Lines that are told; all of them stand beside the picture. */
const TOLD = 5

export function summary({ reading: { words, lines }, isOneWord }: PictureReading): string {
  const [first] = words
  if (!first) return 'no words.'
  if (isOneWord) return `${first.text}, ${percent(first.confidence)} sure.`
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  const told = lines.slice(0, TOLD).map(({ text }) => text)
  const end = lines.length > TOLD ? ', …' : '.'
  return `${counted(words.length, 'word')} in ${counted(lines.length, 'line')}: ${told.join(', ')}${end}`
}

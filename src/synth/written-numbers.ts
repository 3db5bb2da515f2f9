/** Numbers as signs write them, and codes. */
import type { Random } from '../random.ts'
import { chance, integer, pick } from './distributions.ts'

export const DIGITS = '0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Characters of an alphabet, all alike probable. */
export function randomString(random: Random, alphabet: string, length: number): string {
  let text = ''
  for (let place = 0; place < length; place++) text += alphabet[Math.floor(random() * alphabet.length)]
  return text
}

/** Prices, percentages, dates, times, telephone numbers, fractions, measures, ordinals, decimals with sign and point. */
export function formattedNumber(random: Random, length: number): string {
  const some = (count: number) => randomString(random, DIGITS, count)
  const two = (top: number) => String(integer(random, 0, top)).padStart(2, '0')
  const kind = integer(random, 0, 11)
  if (kind <= 1) {
    const amount = String(integer(random, 1, 10 ** integer(random, 1, 3)))
    const cents = chance(random, 0.7)
      ? pick(random, ['.', '.', ',']) + pick(random, ['99', '95', '50', '00', two(99)])
      : ''
    return pick(random, ['$', '$', '$', 'S$', '', 'USD', 'RM']) + amount + cents
  }
  if (kind >= 10) return decimal(random)
  if (kind === 2) return `${pick(random, ['', '', '-', '+'])}${integer(random, 1, 100)}%`
  if (kind === 3) {
    const mark = pick(random, ['/', '-', '.'])
    const year = pick(random, [`${integer(random, 1900, 2030)}`, two(99)])
    return `${integer(random, 1, 31)}${mark}${integer(random, 1, 12)}${mark}${year}`
  }
  if (kind === 4) {
    return `${integer(random, 0, 23)}${pick(random, [':', ':', '.'])}${two(59)}${pick(random, ['', '', 'am', 'pm', 'AM', 'PM'])}`
  }
  if (kind === 5) {
    return pick(random, [
      `${some(3)}-${some(4)}`,
      `(${some(3)})`,
      `+${some(2)}`,
      `${some(3)}-${some(3)}-${some(4)}`,
      `${some(4)}-${some(4)}`,
      `1-800-${some(3)}-${some(4)}`,
      `(${some(3)})${some(3)}-${some(4)}`,
      `${some(3)}.${some(3)}.${some(4)}`,
    ])
  }
  if (kind === 6) {
    const unit = pick(random, [
      'th',
      'TH',
      'st',
      'nd',
      'km',
      'KM',
      'm',
      'kg',
      'KG',
      'g',
      'ml',
      'L',
      'am',
      'pm',
      'PM',
      'x',
      'hrs',
      'F',
      'C',
    ])
    return `${integer(random, 1, 999)}${unit}`
  }
  if (kind === 7) return `${integer(random, 1, 9)}/${integer(random, 2, 9)}`
  if (kind === 8) return `${integer(random, 1, 999)},${some(3)}${chance(random, 0.2) ? `,${some(3)}` : ''}`
  return `${integer(random, 1, 24)}${pick(random, ['-', '/', '~', 'x', ':'])}${integer(random, 1, Math.max(9, length * 10))}`
}

/** Unit numbers, plates, routes, models: `#02-81`, `B12`, `EW23`, `SBS3456K`. */
export function code(random: Random, length: number): string {
  const letters = (count: number) => randomString(random, UPPER, count)
  const some = (count: number) => randomString(random, DIGITS, count)
  const left = Math.max(1, length - 1)
  return pick(random, [
    () => `#${some(2)}-${some(2)}`,
    () => letters(1) + some(Math.min(left, integer(random, 1, 3))),
    () => letters(2) + some(Math.min(left, integer(random, 1, 4))),
    () => `${some(2)}-${some(2)}`,
    () => `${letters(1)}${some(1)}-${letters(1)}${some(1)}`,
    () => letters(3) + some(Math.min(left, 4)) + letters(1),
    () => some(Math.min(left, integer(random, 1, 4))) + letters(1),
    () => `${letters(1)}.${letters(1)}.`,
    () => `${letters(1)}&${letters(1)}`,
    () => `${some(1)}${letters(1)}`,
    () => randomString(random, UPPER + DIGITS, length),
    () => letters(Math.min(length, integer(random, 2, 4))),
  ])()
}

/** A number with sign and point, and at times a unit, as meters and displays show it. */
export function decimal(random: Random): string {
  const places = integer(random, 1, 4)
  const whole = integer(random, 0, 10 ** integer(random, 0, 4))
  const sign = pick(random, ['', '', '', '-', '-', '+'])
  const unit = pick(random, [
    '',
    '',
    '',
    '',
    '',
    'V',
    'A',
    'C',
    'F',
    'kg',
    'g',
    '%',
    'mA',
    'kW',
    'Hz',
    'mm',
    'L',
    'bar',
  ])
  return `${sign}${whole}${pick(random, ['.', '.', '.', ','])}${randomString(random, DIGITS, places)}${unit}`
}

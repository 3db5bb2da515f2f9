/** Which texts are not ordinary ones: readings of displays, and plates. */
import type { Random } from '../random.ts'
import { chance, integer, pick, pickWeighted } from './distributions.ts'
import { PANEL_FAMILIES, type Panel } from './panel.ts'
import { PLATE_FAMILIES } from './plate.ts'
import { partNumber, plate } from './serials.ts'
import type { SynthSettings } from './settings.ts'
import type { LengthLimits, WordSource } from './words.ts'
import { DIGITS, formattedNumber, randomString } from './written-numbers.ts'

export interface SpecialSign {
  readonly text: string
  /** Undefined for dots that are printed on any ground, as best-before dates are. */
  readonly bearer: Panel | 'plate' | undefined
  /** Families of fonts that may draw it. */
  readonly families: readonly string[]
}

/** Texts that are drawn before an ordinary one is taken instead. */
const MOST_ATTEMPTS = 8

/** A sign that is none of painted words, or undefined where chance or the limits ask for an ordinary one. */
export function drawSpecialSign(
  random: Random,
  limits: LengthLimits,
  { words, settings }: { words: WordSource; settings: SynthSettings },
): SpecialSign | undefined {
  const { displays, plates } = settings.surface
  const kind = pickWeighted(random, [
    ['plate', plates],
    ['display', displays],
    [undefined, Math.max(0, 1 - displays - plates)],
  ] as const)
  if (kind === undefined) return undefined
  const mayHoldSpaces = settings.words.phrases > 0
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const sign =
      kind === 'plate' ? drawPlate(random, mayHoldSpaces) : drawReading(random, limits, { words, mayHoldSpaces })
    const { length } = sign.text
    if (length >= limits.minimumLength && length <= limits.maximumLength) return sign
  }
  return undefined
}

function drawPlate(random: Random, mayHoldSpaces: boolean): SpecialSign {
  const text = chance(random, 0.85)
    ? plate(random, mayHoldSpaces && chance(random, 0.6) ? ' ' : '')
    : chance(random, 0.5)
      ? partNumber(random).toUpperCase()
      : randomString(random, DIGITS, integer(random, 1, 6))
  return { text, bearer: 'plate', families: PLATE_FAMILIES }
}

function drawReading(
  random: Random,
  limits: LengthLimits,
  { words, mayHoldSpaces }: { words: WordSource; mayHoldSpaces: boolean },
): SpecialSign {
  const panel = pickWeighted<Panel>(random, [
    ['seven', limits.minimumLength > 9 ? 0 : 60],
    ['fourteen', limits.minimumLength > 14 ? 0 : 14],
    ['dots', 26],
  ])
  const most = Math.min(limits.maximumLength, panel === 'seven' ? 9 : 24)
  const word = () => words.draw(random, { minimumLength: Math.min(limits.minimumLength, most), maximumLength: most })
  const text = pickWeighted<() => string>(
    random,
    panel === 'seven'
      ? [
          [() => measurement(random, limits), 70],
          [() => clock(random), 20],
          [() => pick(random, PANEL_WORDS), 10],
        ]
      : [
          [() => measurement(random, limits), panel === 'dots' ? 12 : 20],
          [() => clock(random), 12],
          [() => (panel === 'fourteen' ? word().toUpperCase() : word()), 35],
          [
            () =>
              pick(random, ['OPEN', 'STOP', 'ERROR', 'HOLD', 'READY', 'PLAY', 'PAUSE', 'LOW', 'HIGH', 'AUTO', 'MENU']),
            8,
          ],
          [() => formattedNumber(random, 8).toUpperCase(), 12],
          [() => expiry(random, mayHoldSpaces), panel === 'dots' ? 20 : 3],
        ],
  )()
  const bearer = panel === 'dots' && chance(random, 0.35) ? undefined : panel
  return { text, bearer, families: PANEL_FAMILIES[panel] }
}

/** What seven segments can say of letters. */
const PANEL_WORDS = [
  'ERR',
  'LO',
  'HI',
  'ON',
  'OFF',
  'END',
  'FULL',
  'HELP',
  'HOLD',
  'OPEN',
  'DONE',
  'CAL',
  'E1',
  'E04',
  'F1',
  'H2',
  'P',
  'C',
  'OL',
]

/** A number as meters, scales and pumps show it: leading zeros at times, a sign, a point. */
function measurement(random: Random, { minimumLength, maximumLength }: LengthLimits): string {
  const digits = integer(
    random,
    Math.max(1, Math.min(minimumLength, 8)),
    Math.max(1, Math.min(maximumLength, chance(random, 0.3) ? 8 : 4)),
  )
  const plain = randomString(random, DIGITS, digits)
  const number = chance(random, 0.6) ? plain.replace(/^0+(?=\d)/, '') : plain
  const place = integer(random, 1, Math.max(1, number.length - 1))
  const pointed =
    number.length > 1 && chance(random, 0.55) ? `${number.slice(0, place)}.${number.slice(place)}` : number
  return (chance(random, 0.18) ? '-' : '') + pointed
}

function clock(random: Random): string {
  const two = (top: number) => String(integer(random, 0, top)).padStart(2, '0')
  const hour = chance(random, 0.5) ? two(23) : String(integer(random, 0, 23))
  return `${hour}:${two(59)}${chance(random, 0.15) ? `:${two(59)}` : ''}`
}

/** Best-before dates and lot codes, as ink-jets print them in dots. */
function expiry(random: Random, mayHoldSpaces: boolean): string {
  const two = (least: number, top: number) => String(integer(random, least, top)).padStart(2, '0')
  const gap = mayHoldSpaces ? pick(random, ['', ' ']) : ''
  return pick(random, [
    () => `EXP${gap}${two(1, 12)}/${two(20, 35)}`,
    () => `L${randomString(random, DIGITS, integer(random, 3, 6))}`,
    () => `${two(1, 31)}.${two(1, 12)}.${two(20, 35)}`,
    () => `${two(1, 31)}/${two(1, 12)}/20${two(20, 35)}`,
    () => `BB${gap}${two(1, 31)}${two(1, 12)}${two(20, 35)}`,
    () => `LOT${gap}${randomString(random, DIGITS, 5)}`,
    () => partNumber(random),
  ])()
}

/** Serial numbers, bank accounts, part numbers, plates, telephone numbers: what must be read letter by letter. */
import type { Random } from '../random.ts'
import { chance, integer, pick, pickWeighted } from './distributions.ts'
import { DIGITS, randomString } from './written-numbers.ts'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const HEX = '0123456789ABCDEF'
/** Letters that plates and chassis numbers keep: I, O and Q look like digits. */
const CLEAR = 'ABCDEFGHJKLMNPRSTUVWXYZ'

/** A code of about the length. `gap` stands between groups where codes are written in groups: '' or ' '. */
export function serial(random: Random, length: number, gap: '' | ' '): string {
  return pickWeighted<() => string>(random, [
    [() => iban(random, length, gap), length >= 15 ? 14 : 0],
    [() => grouped(random, length, gap), length >= 7 ? 16 : 0],
    [() => digitString(random, length, gap), length >= 6 ? 12 : 3],
    [() => partNumber(random), length <= 14 ? 24 : 2],
    [() => plate(random, gap), length <= 11 ? 22 : 0],
    [() => telephone(random, gap), length >= 9 && length <= 19 ? 14 : 0],
    [() => labelled(random, length, gap), length >= 6 ? 6 : 0],
    [() => randomString(random, CLEAR + DIGITS, Math.min(length, 32)), length >= 5 ? 7 : 2],
    [
      () => Array.from({ length: 6 }, () => randomString(random, HEX, 2)).join(pick(random, [':', '-'])),
      length === 17 ? 6 : 0,
    ],
    [
      () => `1Z${randomString(random, UPPER + DIGITS, 6)}${randomString(random, DIGITS, 10)}`,
      length > 15 && length < 20 ? 3 : 0,
    ],
  ])()
}

/** Country, length without spaces, letters of the bank that follow the check digits. */
const ACCOUNTS = [
  ['NO', 15, 0],
  ['BE', 16, 0],
  ['NL', 18, 4],
  ['DK', 18, 0],
  ['FI', 18, 0],
  ['AT', 20, 0],
  ['CH', 21, 0],
  ['DE', 22, 0],
  ['GB', 22, 4],
  ['IE', 22, 4],
  ['ES', 24, 0],
  ['SE', 24, 0],
  ['PT', 25, 0],
  ['FR', 27, 0],
  ['IT', 27, 1],
  ['PL', 28, 0],
  ['HU', 28, 0],
  ['MT', 31, 4],
] as const

function iban(random: Random, length: number, gap: string): string {
  const written = (size: number) => (gap === '' ? size : size + Math.ceil(size / 4) - 1)
  const nearest = Math.min(...ACCOUNTS.map(([, size]) => Math.abs(written(size) - length)))
  const [country, size, letters] = pick(
    random,
    ACCOUNTS.filter(([, each]) => Math.abs(written(each) - length) <= nearest + 1),
  )
  const bank = randomString(random, UPPER, letters)
  const account = `${country}${randomString(random, DIGITS, 2)}${bank}${randomString(random, DIGITS, size - 4 - letters)}`
  return gap === '' ? account : account.replace(/(.{4})(?=.)/g, `$1${gap}`)
}

/** Groups of one size, as licence keys, cards and serial numbers have them. */
function grouped(random: Random, length: number, gap: string): string {
  const mark = gap === '' ? '-' : pick(random, [gap, gap, '-'])
  const alphabet = pick(random, [DIGITS, DIGITS, UPPER + DIGITS, CLEAR + DIGITS, HEX])
  const size = pick(random, [3, 4, 4, 4, 5, 6])
  const plain = randomString(random, alphabet, Math.max(size + 1, length - Math.floor(length / (size + 1))))
  return plain.replace(new RegExp(`(.{${size}})(?=.)`, 'g'), `$1${mark}`)
}

function digitString(random: Random, length: number, gap: string): string {
  if (gap === '') return randomString(random, DIGITS, Math.min(length, 32))
  return randomString(random, DIGITS, Math.max(4, length - Math.floor(length / 4))).replace(/\B(?=(\d{3})+$)/g, gap)
}

/** `S/N:…`, `REF-…`, `No.…` and the like before a code. */
function labelled(random: Random, length: number, gap: string): string {
  const label = pick(random, ['S/N:', 'SN', 'P/N:', 'No.', 'REF', 'ID:', 'LOT', 'MOD.', 'EXP:', 'BATCH', 'ISBN'])
  const room = Math.max(2, Math.min(16, length - label.length - gap.length))
  return label + gap + randomString(random, pick(random, [DIGITS, DIGITS, UPPER + DIGITS]), room)
}

/** What is printed on integrated circuits, resistors and boards, date codes among them. */
export function partNumber(random: Random): string {
  const some = (least: number, most: number) => randomString(random, DIGITS, integer(random, least, most))
  const letters = (least: number, most: number) => randomString(random, UPPER, integer(random, least, most))
  const year = () => String(integer(random, 0, 27)).padStart(2, '0')
  const week = () => String(integer(random, 1, 52)).padStart(2, '0')
  return pick(random, [
    () =>
      `${pick(random, ['SN', 'MC', 'DM', 'HD', 'CD', ''])}74${pick(random, ['HC', 'LS', 'HCT', 'AC', 'F', ''])}${some(2, 3)}${pick(random, ['N', 'D', 'DR', 'AN', ''])}`,
    () =>
      `24${pick(random, ['C', 'LC', 'AA'])}${pick(random, ['02', '04', '08', '16', '32', '64', '256'])}${letters(0, 2)}`,
    () =>
      `${pick(random, ['LM', 'TL', 'NE', 'LF', 'MAX', 'AD', 'TDA', 'UC', 'MCP', 'TPS', 'LT', 'BQ', 'CY'])}${some(3, 4)}${letters(0, 3)}`,
    () => `ATMEGA${some(2, 3)}${pick(random, ['', 'P', 'A', 'PA'])}-${pick(random, ['PU', 'AU', 'MU', '16AU'])}`,
    () => `STM32${letters(1, 1)}${some(3, 3)}${letters(1, 1)}${some(1, 1)}T${some(1, 1)}`,
    () => `PIC${some(2, 2)}F${some(3, 4)}-I/${letters(1, 2)}`,
    () => `${pick(random, ['1N', '2N', 'BC', 'BD', 'IRF', '78', '79', 'TIP', '2SC'])}${some(2, 4)}${letters(0, 1)}`,
    () => `${year()}${week()}${pick(random, ['', '', '+', 'A', 'G', 'B1'])}`,
    () => `${year()}${week()}${letters(1, 3)}${some(1, 3)}`,
    () =>
      `${some(1, 3)}${pick(random, ['uF', 'nF', 'pF', 'K', 'R', 'M', 'uH', 'V', 'mA', 'W'])}${pick(random, ['', '', '16V', '25V', '50V', '1%'])}`,
    () => `${pick(random, ['R', 'C', 'U', 'Q', 'D', 'L', 'J', 'TP', 'CN', 'SW', 'LED'])}${some(1, 3)}`,
    () => `${letters(1, 3)}${some(2, 4)}${letters(0, 2)}${chance(random, 0.4) ? `-${some(1, 3)}${letters(0, 1)}` : ''}`,
    () => `${some(2, 2)}${letters(1, 1)}${some(2, 2)}${letters(1, 2)}`,
    () => `${letters(4, 4)}${some(6, 7)}`,
  ])()
}

/** Registration plates of many countries, their groups apart, joined or hyphenated. */
export function plate(random: Random, gap: '' | ' '): string {
  const some = (count: number) => randomString(random, DIGITS, count)
  const letters = (count: number) => randomString(random, CLEAR, count)
  const mark = gap === '' ? pick(random, ['', '', '-', '.']) : pick(random, [gap, gap, gap, '-', ''])
  return pick(random, [
    () => [letters(2) + some(2), letters(3)],
    () => [letters(3), some(4)],
    () => [letters(3), some(3)],
    () => [some(3), letters(3)],
    () => [letters(2), some(3), letters(2)],
    () => [letters(integer(random, 1, 3)), letters(integer(random, 1, 2)) + some(integer(random, 1, 4))],
    () => [letters(2), some(2), letters(2), some(4)],
    () => [some(2), letters(2), some(2)],
    () => [some(1) + letters(3) + some(3)],
    () => [letters(1), some(3), letters(2)],
    () => [some(4), letters(3)],
    () => [some(3), letters(2), some(2)],
    () => [letters(3), some(1) + letters(1) + some(2)],
  ])().join(mark)
}

function telephone(random: Random, gap: string): string {
  const some = (count: number) => randomString(random, DIGITS, count)
  const mark = gap === '' ? pick(random, ['', '', '-', '.', '-']) : pick(random, [gap, gap, '-'])
  return pick(random, [
    () => [`+${some(2)}`, some(3), some(7)],
    () => [`+1`, some(3), some(3), some(4)],
    () => [some(3), some(3), some(4)],
    () => [`(${some(3)})`, some(3), some(4)],
    () => [`0${some(4)}`, some(6)],
    () => [`0${some(1)}`, some(2), some(2), some(2), some(2)],
    () => [`00${some(2)}`, some(2), some(4), some(3)],
    () => [`+${some(2)}`, some(2), some(4), some(4)],
    () => [`1`, `800`, some(3), some(4)],
    () => [some(5), some(5)],
  ])().join(mark)
}

/** Addresses of the network: pages with path and query, mail, handles, hosts, files. */
import type { Random } from '../random.ts'
import { chance, integer, pick, pickWeighted } from './distributions.ts'
import { pieceOfLength, type WordGroups } from './word-groups.ts'
import { DIGITS, randomString } from './written-numbers.ts'

const ENDS = ['com', 'com', 'com', 'net', 'org', 'co.uk', 'com.sg', 'de', 'it', 'edu', 'io', 'fr', 'gov', 'app', 'eu']
const MAIL_HOSTS = ['gmail.com', 'yahoo.com', 'hotmail.com', 'outlook.com', 'web.de', 'mail.ru', 'gmx.net']
const MAIL_BOXES = ['info', 'info', 'contact', 'sales', 'office', 'support', 'hello', 'mail', 'admin']
const QUERIES = ['id=', 'q=', 'p=', 'page=', 'ref=', 'v=', 'lang=']
const FILE_ENDS = ['html', 'php', 'pdf', 'jpg', 'zip', 'txt', 'exe', 'htm']

/** A name slot in a template; each is filled with a word. */
const SLOT = '\0'

/** An address of about the length, exactly as long where its template leaves room. */
export function address(random: Random, groups: WordGroups, length: number): string {
  const template = drawTemplate(random, length)
  const slots = template.split(SLOT).length - 1
  let left = length - (template.length - slots)
  let slot = 0
  const text = template.replaceAll(SLOT, () => {
    slot++
    const others = slots - slot
    const size = others === 0 ? left : integer(random, 2, Math.max(2, Math.min(12, left - 3 * others)))
    left -= size
    return pieceOfLength(random, groups, Math.max(2, Math.min(16, size)))
  })
  return chance(random, 0.12) ? text.toUpperCase() : text
}

/** What stands around the names; longer texts have more parts. */
function drawTemplate(random: Random, length: number): string {
  const end = pick(random, ENDS)
  const some = (count: number) => randomString(random, DIGITS, count)
  const separator = () => pick(random, ['.', '.', '_', '-', ''])
  const choices: [() => string, number][] =
    length < 12
      ? [
          [() => `${SLOT}.${end}`, 5],
          [() => `www.${SLOT}.${end}`, length > 8 ? 4 : 0],
          [() => `@${SLOT}`, 2],
          [() => `#${SLOT}`, 2],
          [() => `/${SLOT}`, 1],
          [() => `.${end}`, length < 6 ? 1 : 0],
          [() => `${SLOT}.${pick(random, FILE_ENDS)}`, 1],
        ]
      : [
          [() => `www.${SLOT}.${end}`, length < 24 ? 20 : 2],
          [() => `${SLOT}-${SLOT}.${end}`, 6],
          [() => `http${pick(random, ['', 's'])}://${SLOT}.${end}`, length > 15 ? 8 : 0],
          [() => `http${pick(random, ['', 's'])}://www.${SLOT}.${end}`, length > 19 ? 7 : 0],
          [() => `https://${SLOT}.${end}/${SLOT}`, length > 18 ? 8 : 0],
          [() => `www.${SLOT}.${end}/${SLOT}`, length > 15 ? 9 : 0],
          [() => `${SLOT}.${end}/${SLOT}?${pick(random, QUERIES)}${some(integer(random, 1, 4))}`, length > 17 ? 5 : 0],
          [() => `${SLOT}.${end}/${SLOT}/${SLOT}`, length > 17 ? 5 : 0],
          [() => `${SLOT}.${end}/${SLOT}.${pick(random, FILE_ENDS)}`, length > 17 ? 2 : 0],
          [() => `${pick(random, MAIL_BOXES)}@${SLOT}.${end}`, 12],
          [() => `${SLOT}${separator()}${SLOT}@${pick(random, MAIL_HOSTS)}`, length > 15 ? 9 : 0],
          [() => `${SLOT}${separator()}${SLOT}@${SLOT}.${end}`, length > 15 ? 7 : 0],
          [() => `${SLOT}${some(2)}@${pick(random, MAIL_HOSTS)}`, length > 14 ? 4 : 0],
          [() => `${SLOT}_${SLOT}`, 1],
          [() => `192.168.${integer(random, 0, 255)}.${integer(random, 1, 254)}`, length < 16 ? 2 : 0],
          [() => `/${SLOT}/${SLOT}/${SLOT}`, 1],
          [() => `C:\\${SLOT}\\${SLOT}`, 0.6],
        ]
  return pickWeighted(random, choices)()
}

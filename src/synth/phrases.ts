/** Texts of several words, with the spaces between them: what a line of a sign, a label or a form says. */
import type { Random } from '../random.ts'
import { chance, integer, pick, pickWeighted } from './distributions.ts'
import { serial } from './serials.ts'
import { pieceOfLength, type WordGroups, wordOfLength } from './word-groups.ts'
import { DIGITS, randomString } from './written-numbers.ts'

export interface PhraseOptions {
  /** Characters that are asked for; a phrase of three or more can always be had. */
  readonly length: number
  /** Whether a length will do. */
  readonly fits: (length: number) => boolean
  readonly lexicon: WordGroups
  readonly signs: WordGroups
  readonly casing: (random: Random, text: string) => string
}

/** A text with at least one space, none at its ends and no two together. `length` is at least 3. */
export function phrase(random: Random, options: PhraseOptions): string {
  const { length, fits, lexicon, signs, casing } = options
  for (let attempt = 0; attempt < 6; attempt++) {
    const text = pickWeighted<() => string>(random, [
      [() => casing(random, lineOfWords(random, lexicon, length)), 26],
      [() => casing(random, lineOfWords(random, signs, length)), 16],
      [() => casing(random, pick(random, IDIOMS)), 14],
      [() => amountWithUnit(random), 12],
      [() => price(random), 7],
      [() => dateOrTime(random), 8],
      [() => place(random, lexicon, length), 7],
      [() => personOrLabel(random, lexicon), 5],
      [() => serial(random, length, ' '), length >= 6 ? 11 : 2],
    ])()
    if (text.includes(' ') && fits(text.length)) return text
  }
  return casing(random, lineOfWords(random, chance(random, 0.5) ? lexicon : signs, length))
}

/** Relative frequency of the lengths 1 to 10 of words within a line. */
const WORD_LENGTHS = [3, 12, 18, 20, 16, 12, 8, 6, 3, 2]

/** Words with spaces between them, exactly so long. */
function lineOfWords(random: Random, groups: WordGroups, length: number): string {
  const words: string[] = []
  let left = length
  while (left > 0) {
    // Neither a single character may be left over, which would be a space; nor may the first word fill the line.
    const sizes = WORD_LENGTHS.map((weight, index) => [index + 1, weight] as const).filter(([size]) =>
      size === left ? words.length > 0 : left - size >= 2,
    )
    const size = pickWeighted(random, sizes)
    words.push(
      size === 1 ? pick(random, ['a', 'i', '&', '-', '1', '2', '+', 'x']) : wordOfExactly(random, groups, size),
    )
    left -= size + 1
  }
  return words.join(' ')
}

function wordOfExactly(random: Random, groups: WordGroups, size: number): string {
  const word = wordOfLength(random, groups, size)
  return word.length === size ? word : pieceOfLength(random, groups, size)
}

const IDIOMS =
  `no parking|no smoking|no entry|keep out|keep left|keep right|one way|for sale|to let|for rent|open 24 hours
|24 hours|open daily|closed on sunday|please knock|please wait|please ring bell|push bar to open|pull to open|wet floor
|wet paint|mind the gap|mind your step|watch your step|way out|no exit|fire exit|emergency exit|dead end|road closed
|road work ahead|slow down|speed limit|bus stop|bus lane|taxi rank|car park|pay here|pay and display|staff only
|authorized personnel only|private property|no trespassing|beware of dog|do not enter|do not disturb|high voltage
|hot coffee|ice cream|fish & chips|happy hour|free wifi|free delivery|buy 1 get 1 free|buy one get one|best before
|use by|made in china|made in germany|made in usa|net weight|keep refrigerated|serving size|shake well|handle with care
|this side up|thank you|thank you for your visit|grand opening|coming soon|sold out|new arrivals|special offer|last days
|all day breakfast|take away|drive thru|self service|out of order|in case of fire|first aid|fire extinguisher
|ladies & gentlemen|men at work|to be continued|all rights reserved|since 1985|est. 1920|total amount|sub total
|amount due|tax invoice|thank you come again|no refund|cash only|no cash|card only|invoice no.|order no.|date of birth
|first name|last name|post code|page 1 of 2|see reverse|sign here|not for sale|do not bend|do not pay|vat included
|no u turn|give way|stop ahead|school zone|bed & breakfast|day care|dry clean only|hand made|hand wash|extra virgin
|the end|the best|the one|go slow|try me|on sale|on air|in use|no. 1|a la carte|at your own risk|i love you`
    .split('|')
    .map((idiom) => idiom.trim())

function amountWithUnit(random: Random): string {
  const number = pick(random, [
    () => `${integer(random, 1, 999)}`,
    () => `${integer(random, 1, 30)}.${integer(random, 0, 9)}`,
    () => `${integer(random, 1, 20)} ${pick(random, ['1/2', 'x', '-'])} ${integer(random, 1, 20)}`,
  ])()
  const unit = pick(
    random,
    'kg,g,ml,L,km,m,cm,mm,km/h,mph,min,hrs,hours,days,years,pcs,oz,lb,ft,miles,kW,V,A,Hz,MB,GB,% OFF,% off,off,Km,KG,C,F,MIN,kcal,mg,people,persons'.split(
      ',',
    ),
  )
  const text = unit.startsWith('%') ? `${integer(random, 1, 19) * 5}${unit}` : `${number} ${unit}`
  return pick(random, [
    text,
    text,
    text,
    `${pick(random, ['up to', 'UP TO', 'only', 'MAX', 'max.', 'MIN', 'approx.', 'NET WT', 'Net'])} ${text}`,
    `${integer(random, 1, 99)} x ${integer(random, 1, 99)}`,
    `${integer(random, 1, 99)} ${pick(random, ['of', '/', '-', '+', '='])} ${integer(random, 1, 99)}`,
  ])
}

function price(random: Random): string {
  const whole = integer(random, 1, 10 ** integer(random, 1, 5))
  const cents = pick(random, ['', '.00', '.99', '.50', ',00', ',-', `.${randomString(random, DIGITS, 2)}`])
  const amount = String(whole).replace(/\B(?=(\d{3})+$)/g, pick(random, [',', ',', '', '.'])) + cents
  const currency = pick(random, ['$', 'Rs.', 'Rs', 'USD', 'EUR', 'RM', 'S$', 'GBP', 'CHF', 'INR', 'kr', 'Lei'])
  const priced = chance(random, 0.65) ? `${currency} ${amount}` : `${amount} ${currency}`
  return chance(random, 0.15)
    ? `${pick(random, ['TOTAL', 'Total:', 'from', 'only', 'FROM', 'Cash', 'NOW'])} ${priced}`
    : priced
}

const MONTHS =
  'Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec,January,February,March,April,June,July,August,October'.split(',')
const WEEKDAYS = 'Mon,Tue,Wed,Thu,Fri,Sat,Sun,Monday,Tuesday,Friday,Saturday,Sunday'.split(',')

function dateOrTime(random: Random): string {
  const two = (top: number) => String(integer(random, 0, top)).padStart(2, '0')
  const [day, year] = [integer(random, 1, 31), integer(random, 1950, 2030)]
  const time = () => `${integer(random, 0, 23)}${pick(random, [':', ':', '.'])}${two(59)}`
  const hour = () => `${integer(random, 1, 12)}${pick(random, ['', '', ':00', ':30'])}`
  const text = pick(random, [
    () => `${day} ${pick(random, MONTHS)} ${year}`,
    () => `${day} ${pick(random, MONTHS)}`,
    () => `${pick(random, MONTHS)} ${day}, ${year}`,
    () => `${pick(random, MONTHS)} ${year}`,
    () => `${two(31)}/${two(12)}/${year} ${time()}`,
    () => `${year}-${two(12)}-${two(31)} ${time()}`,
    () => `${two(31)} ${two(12)} ${year}`,
    () => `${two(31)} / ${two(12)} / ${two(99)}`,
    () => `${hour()} ${pick(random, ['AM', 'PM', 'am', 'pm', 'Uhr', 'h'])}`,
    () => `${hour()} AM - ${hour()} PM`,
    () => `${hour()}am to ${hour()}pm`,
    () => `${time()} - ${time()}`,
    () => `${pick(random, WEEKDAYS)} - ${pick(random, WEEKDAYS)}`,
    () => `${pick(random, WEEKDAYS)} ${time()}`,
    () => `${pick(random, ['EXP', 'BB', 'MFG', 'EXP.', 'Best before'])} ${two(31)}.${two(12)}.${year}`,
  ])()
  return chance(random, 0.4) ? text.toUpperCase() : text
}

const WAYS = 'Street,St.,Road,Rd,Avenue,Ave,Lane,Drive,Blvd,Way,Square,Court,Hill,Bridge,Station,Park,Rd.,Close'.split(
  ',',
)

function place(random: Random, lexicon: WordGroups, length: number): string {
  const name = (size: number) => {
    const word = wordOfLength(random, lexicon, Math.max(3, size))
    return word.charAt(0).toUpperCase() + word.slice(1)
  }
  const rest = integer(random, 3, Math.max(3, Math.min(10, length - 6)))
  const some = (count: number) => randomString(random, DIGITS, count)
  const text = pick(random, [
    () => `${integer(random, 1, 999)} ${name(rest)} ${pick(random, WAYS)}`,
    () => `${name(rest)} ${pick(random, WAYS)}`,
    () => `${name(rest)} ${pick(random, WAYS)} ${integer(random, 1, 99)}`,
    () => `${some(5)} ${name(rest)}`,
    () => `${name(rest)}, ${pick(random, ['NY', 'CA', 'TX', 'UK', 'WA', 'IL', 'MA'])} ${some(5)}`,
    () => `P.O. Box ${integer(random, 1, 9999)}`,
    () =>
      `${pick(random, ['Floor', 'Level', 'Room', 'Gate', 'Block', 'Unit', 'Platform', 'Exit', 'Apt', 'Suite', 'Lot'])} ${integer(random, 1, 99)}`,
    () => `${pick(random, ['Route', 'Hwy', 'Bus', 'Line', 'A', 'B', 'M', 'E', 'US', 'I'])} ${integer(random, 1, 199)}`,
    () => `#${some(2)}-${some(2)} ${name(rest)}`,
  ])()
  return chance(random, 0.45) ? text.toUpperCase() : text
}

function personOrLabel(random: Random, lexicon: WordGroups): string {
  const word = (size: number) => wordOfLength(random, lexicon, size)
  const name = () => {
    const text = word(integer(random, 3, 9))
    return text.charAt(0).toUpperCase() + text.slice(1)
  }
  const letter = () => String.fromCharCode(integer(random, 65, 90))
  const text = pick(random, [
    () => `${pick(random, ['Dr.', 'Mr.', 'Mrs.', 'Prof.', 'St.', 'Sir'])} ${name()}`,
    () => `${letter()}. ${name()}`,
    () => `${letter()}. ${letter()}. ${name()}`,
    () => `${name()} & ${pick(random, ['Co.', 'Sons', name()])}`,
    () => `${name()} ${pick(random, ['Ltd.', 'Inc.', 'GmbH', 'LLC', 'Pte Ltd', 'S.p.A.'])}`,
    () =>
      `${pick(random, ['Tel:', 'Tel.', 'Fax:', 'Ph:', 'Phone', 'T.'])} ${randomString(random, DIGITS, 3)} ${randomString(random, DIGITS, 4)}`,
    () => `${name()}: ${integer(random, 0, 9999)}`,
    () => `${name()} - ${name()}`,
    () => `"${name()} ${name()}"`,
    () => `(${word(4)} ${word(5)})`,
    () => `${name()}, ${name()}`,
    () => `${name()} ${pick(random, ['I', 'II', 'III', 'IV', '2', '3', '3000', 'XL'])}`,
  ])()
  return chance(random, 0.4) ? text.toUpperCase() : text
}

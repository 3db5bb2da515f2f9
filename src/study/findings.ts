/** What a study's numbers say, in sentences computed from them: no more and no less. */
import type { Comparison, Contrast, GroupEstimate, StudyReport } from './analyse.ts'
import { arms } from './arms.ts'
import type { PlannedRun } from './plan.ts'
import type { StudyDescription } from './study-folder.ts'

/** What the paper says focal loss gains over cross-entropy, mean of its sets (arXiv 2201.00132). */
export const CLAIMED_GAIN = 0.023

/** Where an interval lies against zero. */
export type Side = 'above' | 'below' | 'across'

export function sideOf([low, high]: readonly [number, number]): Side {
  if (low > 0) return 'above'
  return high < 0 ? 'below' : 'across'
}

/** With fewer words read differently, or fewer seeds, an interval is too narrow to be believed. */
export const FEWEST_DIFFERENCES = 10
const FEWEST_SEEDS = 3

/**
 * `higher`, `lower`: beyond chance in words and in seeds. `few`: too few words are read differently to say anything.
 * `words`, `seeds`: what chance is not ruled out in.
 */
export type Verdict = 'higher' | 'lower' | 'few' | 'words' | 'seeds'

export function verdictOf({ all, bySeed, seedInterval }: Pick<Comparison, 'all' | 'bySeed' | 'seedInterval'>): Verdict {
  if (all.nonzero < FEWEST_DIFFERENCES) return 'few'
  const side = sideOf(all.interval)
  if (side === 'across') return 'words'
  if (!seedInterval || bySeed.length < FEWEST_SEEDS || sideOf(seedInterval) !== side) return 'seeds'
  return side === 'above' ? 'higher' : 'lower'
}

const OUTCOMES: Readonly<Record<Verdict, string>> = {
  higher: 'higher beyond chance in words and in seeds',
  lower: 'lower beyond chance in words and in seeds',
  few: 'too few words are read differently to tell',
  words: 'chance in the words is not ruled out',
  seeds: 'chance in the seeds is not ruled out',
}

export interface Progress {
  readonly study: StudyDescription
  readonly planned: readonly PlannedRun[]
  /** Runs of the plan that are done. */
  readonly done: number
}

/** Sentences on the paper's claim, the most important first. */
export function findings(report: StudyReport, { planned, done }: Progress): string[] {
  const main = report.comparisons.find(({ arm }) => arm === 'gamma2')
  const sentences = main
    ? [
        claim(main),
        ...(verdictOf(main) === 'few' ? [] : [everySet(main), average(main)]),
        mechanism(main),
        confidenceOf(main),
      ]
    : ['No seed has been trained with both γ 0 and γ 2 yet: nothing can be said of the claim.']
  for (const other of report.comparisons)
    if (other.arm !== 'gamma2') sentences.push(`${titleOf(other)}: ${gain(other)}; ${OUTCOMES[verdictOf(other)]}.`)
  sentences.push(...frequencyEffect(report))
  for (const pair of report.unpaired)
    sentences.push(`${pair}: not compared, because they were not trained on the same pictures (their SHA-256 differ).`)
  if (done < planned.length)
    sentences.push(`${done} of ${planned.length} planned runs are done: all of this may change.`)
  return sentences
}

function claim(comparison: Comparison): string {
  const { all, seeds, accuracy } = comparison
  const half = (all.interval[1] - all.interval[0]) / 2
  const [is, meaning] = {
    higher: ['supported', 'γ 2 reads more words right than cross-entropy, beyond chance in words and in seeds'],
    lower: ['contradicted', 'γ 2 reads fewer words right than cross-entropy, beyond chance in words and in seeds'],
    few: [
      'not tested',
      `the study is too small to tell, because the two losses read only ${all.nonzero} of the words differently`,
    ],
    words: [
      'neither supported nor refuted',
      `on these words chance alone explains it, and a difference under about ${points(half)} could not be seen`,
    ],
    seeds: [
      'neither supported nor refuted',
      seeds.length < FEWEST_SEEDS
        ? `these models differ, but with fewer than ${FEWEST_SEEDS} seeds loss cannot be told from luck`
        : 'these models differ, but too little, against how much the seeds differ, to call the loss the cause',
    ],
  }[verdictOf(comparison)] as [string, string]
  return `That focal loss reads more words right is ${is} at this size. γ 2 reads ${percent(accuracy.arm)} of the words, cross-entropy ${percent(accuracy.baseline)}, ${gain(comparison)}: ${meaning}.`
}

/** Such as "+1.2 points on all words (95 % interval -0.3 to 2.7 over the words; by seed +1.0, +1.4)". */
function gain({ all, bySeed, seedInterval }: Comparison): string {
  const seeds = bySeed.length === 1 ? 'one seed' : `by seed ${bySeed.map(signed).join(', ')}`
  const student = seedInterval ? `, 95 % interval of their mean ${range(seedInterval)}` : ''
  return `${signed(all.value)} points on all words (95 % interval ${range(all.interval)} over the words; ${seeds}${student})`
}

/** Across 0 where too few words are read differently to say otherwise. */
function shownSide({ interval, nonzero }: Contrast): Side {
  return nonzero < FEWEST_DIFFERENCES ? 'across' : sideOf(interval)
}

function everySet({ sets }: Comparison): string {
  const names = (side: (estimate: GroupEstimate) => boolean) => sets.filter(side).map(({ group }) => group)
  const higher = names(({ value }) => value > 0)
  const surely = names((set) => shownSide(set) === 'above')
  const worse = names((set) => shownSide(set) === 'below')
  const counts = `γ 2 is higher on ${higher.length} of ${sets.length} sets, and its interval over the words lies above 0 on ${surely.length}, below 0 on ${worse.length}`
  if (surely.length === sets.length) return `"On every set" is what the words show: ${counts}.`
  if (worse.length > 0) return `"On every set" is contradicted on ${worse.join(', ')}: ${counts}.`
  return higher.length < sets.length
    ? `"On every set" is not what was found: ${counts}.`
    : `"On every set" is not shown: ${counts}.`
}

function average({ meanOfSets: { value, interval } }: Comparison): string {
  const [low, high] = interval
  const found = `${signed(value)} points (95 % interval ${range(interval)} over the words) as the mean of the sets`
  const claimed = `the paper's ${points(CLAIMED_GAIN)}`
  if (low <= CLAIMED_GAIN && CLAIMED_GAIN <= high) {
    const also = low <= 0 && high >= 0 ? ', and so is no difference at all' : ''
    return `${found}: ${claimed} are within the interval${also}.`
  }
  return `${found}: ${high < CLAIMED_GAIN ? `less than ${claimed}` : `more than ${claimed}`}.`
}

function mechanism({ rareMinusFrequent }: Comparison): string {
  const of = (what: string, estimate: Contrast | null) => {
    if (!estimate) return `there are not both rare and frequent ${what} to compare`
    const few = estimate.nonzero < FEWEST_DIFFERENCES
    const more = {
      above: `rare ${what} gain more than frequent ones`,
      below: `rare ${what} gain less than frequent ones`,
      across: `no difference between rare and frequent ${what} is shown`,
    }[shownSide(estimate)]
    const meaning = few ? `too few ${what} are read differently to tell` : more
    return `${meaning} (${signed(estimate.value)} points, 95 % interval ${range(estimate.interval)})`
  }
  return `If frequent words crowd out rare ones, γ 2 must help the rare ones most. Of words seen at most 5 times against more than 20 times in training: ${of('words', rareMinusFrequent.words)}. Of the 9 rarest against the 9 most frequent characters: ${of('characters', rareMinusFrequent.characters)}.`
}

function confidenceOf({ ece }: Comparison): string {
  if (Math.abs(ece) < 0.0005) return 'The calibration errors of γ 2 and γ 0 are alike.'
  return `The calibration error of γ 2 is ${points(Math.abs(ece))} ${ece > 0 ? 'larger' : 'smaller'} than that of γ 0 (no interval is computed).`
}

function frequencyEffect({ frequencyEffect: effect }: StudyReport): string[] {
  if (!effect) return []
  const meaning = {
    above: 'it gains more where frequent words crowd out rare ones, as the paper argues',
    below: 'it gains less where frequent words crowd out rare ones, contrary to what the paper argues',
    across: 'that word frequency matters to it is not shown',
  }[shownSide(effect)]
  const { length } = effect.seeds
  return [
    `Between natural and uniform word frequency the gain of γ 2 differs by ${signed(effect.value)} points (95 % interval ${range(effect.interval)} over the words, ${length} ${length === 1 ? 'seed' : 'seeds'}): ${meaning}.`,
  ]
}

/** "γ 5 against γ 0 (cross-entropy)". */
export function titleOf({ title, baseline }: Comparison): string {
  return `${title} against ${arms.find(({ name }) => name === baseline)!.title}`
}

/** A difference of shares in percentage points, with its sign. */
export function signed(difference: number): string {
  const text = (100 * difference).toFixed(1)
  if (Number(text) === 0) return '0.0'
  return difference > 0 ? `+${text}` : text.replace('-', '−')
}

export function range([low, high]: readonly [number, number]): string {
  return `${signed(low)} to ${signed(high)}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function points(share: number): string {
  return `${(100 * share).toFixed(1)} points`
}

/** What a study of parts found, in sentences computed from its numbers: no more and no less. */
import type { PartComparison, PartsReport } from './analyse-parts.ts'
import { FEWEST_DIFFERENCES, range, sideOf, signed } from './findings.ts'
import type { StudyCosts } from './measure-costs.ts'

/** What is claimed holds in so many seeds at least, and in each. */
const FEWEST_SEEDS = 2
/** As much arithmetic, or nearly. */
const ALIKE = 1.1

export type PartVerdict = 'more' | 'less' | 'few' | 'words' | 'seeds' | 'one seed'

/** Whether an arm reads more or less: beyond chance in the words, in two seeds or more, and in each of them. */
export function partVerdict({
  groups,
  bySeed,
  different,
}: Pick<PartComparison, 'groups' | 'bySeed' | 'different'>): PartVerdict {
  if (different < FEWEST_DIFFERENCES) return 'few'
  const side = sideOf(groups[0]!.interval)
  if (side === 'across') return 'words'
  if (bySeed.length < FEWEST_SEEDS) return 'one seed'
  const agree = bySeed.every((difference) => (side === 'above' ? difference > 0 : difference < 0))
  if (!agree) return 'seeds'
  return side === 'above' ? 'more' : 'less'
}

const OUTCOMES: Readonly<Record<PartVerdict, string>> = {
  more: 'it reads more, beyond chance in the words and in each seed',
  less: 'it reads less, beyond chance in the words and in each seed',
  few: 'too few words are read differently to tell',
  words: 'these words do not tell them apart',
  seeds: 'the seeds disagree, and nothing is claimed',
  'one seed': 'one seed alone, and nothing is claimed',
}

export interface PartsProgress {
  readonly planned: number
  readonly done: number
}

/** The most important first: SAFL as it stands, then what each arm is worth beside it. */
export function partFindings(
  report: PartsReport,
  { costs, progress: { planned, done } }: { costs: StudyCosts | null; progress: PartsProgress },
): string[] {
  const sentences = report.arms.slice(0, 1).map(({ title, groups, bySeed, seeds }) => {
    const [all] = groups
    return `${title} reads ${percent(all!.value)} of ${all!.words} validation words (seeds ${seeds.join(', ')}: ${bySeed.map(percent).join(', ')}).`
  })
  for (const comparison of report.comparisons) sentences.push(describe(comparison, costs))
  const better = report.comparisons.filter(
    (each) => each.baseline === 'tiny' && partVerdict(each) === 'more' && (arithmeticRatio(each, costs) ?? 2) <= ALIKE,
  )
  if (costs && done === planned && report.comparisons.some(({ baseline }) => baseline === 'tiny'))
    sentences.push(
      better.length > 0
        ? `For as much arithmetic as SAFL or less, more is read by: ${better.map(({ title }) => title).join(', ')}.`
        : 'No arm reads more than SAFL for as much arithmetic or less.',
    )
  for (const pair of report.unpaired)
    sentences.push(`${pair}: not compared, because they were not trained on the same pictures (their SHA-256 differ).`)
  if (done < planned) sentences.push(`${done} of ${planned} planned runs are done: all of this may change.`)
  return sentences
}

function describe(comparison: PartComparison, costs: StudyCosts | null): string {
  const { title, baselineTitle, groups, bySeed, accuracy, seedInterval } = comparison
  const [all] = groups
  const seeds = bySeed.length === 1 ? 'one seed' : `by seed ${bySeed.map(signed).join(', ')}`
  const student = seedInterval ? `, Student's interval of their mean ${range(seedInterval)}` : ''
  const share = accuracy.baseline > 0 ? `, ${(accuracy.arm / accuracy.baseline).toFixed(2)} times as many words` : ''
  const arithmetic = arithmeticRatio(comparison, costs)
  const cost = arithmetic === null ? '' : `, at ${arithmetic.toFixed(2)} of the arithmetic`
  return `${title} against ${baselineTitle}: ${signed(all!.value)} points (95 % interval ${range(all!.interval)} over the words; ${seeds}${student})${share}${cost}: ${OUTCOMES[partVerdict(comparison)]}.`
}

/** Of reading: an arm's by its baseline's; null where either was not measured, as of arms that share a model. */
function arithmeticRatio({ arm, baseline }: PartComparison, costs: StudyCosts | null): number | null {
  const of = (name: string) => costs?.arms.find((each) => each.arm === name)?.readOperations
  const [one, other] = [of(arm), of(baseline)]
  return one === undefined || other === undefined ? null : one / other
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

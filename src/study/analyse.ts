/** What the runs of a study say: accuracy of every arm, and its differences to cross-entropy. */
import { alphanumericView } from '../charset.ts'
import { type CalibrationBin, calibration } from '../evaluate/metrics.ts'
import { type Arm, arms } from './arms.ts'
import { bootstrap, type Estimate, meanOf, studentInterval } from './bootstrap.ts'
import type { StudyRun } from './study-folder.ts'
import * as tally from './tally.ts'

export interface GroupEstimate extends Estimate {
  readonly group: string
  /** Words, or characters, of the group: mean over the seeds. */
  readonly count: number
  /** Words whose sum over the seeds is not 0: in a comparison, those that the two losses read differently. */
  readonly nonzero: number
}

export type Contrast = Estimate & Pick<GroupEstimate, 'nonzero'>

export interface Estimates {
  readonly all: GroupEstimate
  readonly sets: readonly GroupEstimate[]
  /** Mean of the sets, each counting the same: the paper's average. */
  readonly meanOfSets: Estimate
  /** By how often the word was seen in training. */
  readonly wordFrequency: readonly GroupEstimate[]
  /** Of characters, by how often these were seen. */
  readonly characterFrequency: readonly GroupEstimate[]
  /** Rare minus frequent words, and characters: null where there are none of either. `nonzero`: of the side with fewer. */
  readonly rareMinusFrequent: { readonly words: Contrast | null; readonly characters: Contrast | null }
}

export interface ArmReport extends Estimates {
  readonly arm: string
  readonly title: string
  readonly seeds: readonly number[]
  readonly accuracyBySeed: readonly number[]
  /** Expected calibration error by seed, and the calibration of all seeds together. */
  readonly eceBySeed: readonly number[]
  readonly bins: readonly CalibrationBin[]
  readonly confidence: number
  readonly minutes: number
}

export interface Comparison extends Estimates {
  readonly arm: string
  readonly title: string
  readonly baseline: string
  /** Seeds that both arms have on the same training words. */
  readonly seeds: readonly number[]
  /** Difference over all words, seed by seed, and Student's interval of its mean; null for one seed. */
  readonly bySeed: readonly number[]
  readonly seedInterval: readonly [number, number] | null
  /** Accuracy of both sides on all words: mean of these seeds. */
  readonly accuracy: { readonly arm: number; readonly baseline: number }
  /** Difference of the mean calibration errors. */
  readonly ece: number
}

export interface StudyReport {
  readonly arms: readonly ArmReport[]
  readonly comparisons: readonly Comparison[]
  /** How much more γ 2 gains at natural than at uniform word frequency. */
  readonly frequencyEffect: (Contrast & { readonly seeds: readonly number[] }) | null
  /** Pairs of runs that did not see the same training words, and are not compared. */
  readonly unpaired: readonly string[]
}

interface MeasuredRun {
  readonly run: StudyRun
  readonly tally: tally.Tally
}

/** Rejects runs that did not read the same validation words. */
export function analyse(runs: readonly StudyRun[]): StudyReport {
  const labels = (run: StudyRun) => JSON.stringify(run.sets.map(({ words }) => words.map(({ label }) => label)))
  const odd = runs.find((run) => labels(run) !== labels(runs[0]!))
  if (odd) throw new Error(`${odd.arm}, seed ${odd.seed}: read other validation words than ${runs[0]!.arm}`)
  const measured = runs.map((run) => ({ run, tally: tally.tallyRun(run) }))
  const known = (arm: Arm) => measured.filter(({ run }) => run.arm === arm.name)
  const unpaired: string[] = []
  const compared = arms.flatMap((arm) => {
    const baseline = arms.find(({ name }) => name === arm.baseline)
    if (!baseline) return []
    const pairs = pairRuns(known(arm), known(baseline), unpaired)
    return pairs.length > 0 ? [{ arm, pairs }] : []
  })
  return {
    arms: arms.filter((arm) => known(arm).length > 0).map((arm) => describeArm(arm, known(arm))),
    comparisons: compared.map(({ arm, pairs }) => compare(arm, pairs)),
    frequencyEffect: frequencyEffect(
      compared.find(({ arm }) => arm.name === 'gamma2')?.pairs ?? [],
      compared.find(({ arm }) => arm.name === 'uniform-gamma2')?.pairs ?? [],
    ),
    unpaired,
  }
}

interface Pair {
  readonly seed: number
  readonly arm: MeasuredRun
  readonly baseline: MeasuredRun
  readonly difference: tally.Tally
}

/** Runs of the same seed that differ by the loss alone: SHA-256 of their batches are the same. */
function pairRuns(arm: readonly MeasuredRun[], baseline: readonly MeasuredRun[], unpaired: string[]): Pair[] {
  return arm.flatMap((one) => {
    const other = baseline.find(({ run }) => run.seed === one.run.seed)
    if (!other) return []
    const seed = one.run.seed
    if (other.run.training.digest !== one.run.training.digest) {
      unpaired.push(`${one.run.arm} and ${other.run.arm}, seed ${seed}`)
      return []
    }
    return [{ seed, arm: one, baseline: other, difference: tally.subtractTallies(one.tally, other.tally) }]
  })
}

function describeArm({ name, title }: Arm, runs: readonly MeasuredRun[]): ArmReport {
  const words = runs.flatMap(({ run }) => confidences(run))
  return {
    arm: name,
    title,
    seeds: runs.map(({ run }) => run.seed),
    accuracyBySeed: runs.map(({ tally: each }) => shareOfAll(each)),
    ...estimate(runs.map((each) => each.tally)),
    eceBySeed: runs.map(({ run }) => calibration(confidences(run)).ece),
    bins: calibration(words).bins,
    confidence: meanOf(words.map(({ confidence }) => confidence)),
    minutes: meanOf(runs.map(({ run }) => run.minutes)),
  }
}

function compare({ name, title, baseline }: Arm, pairs: readonly Pair[]): Comparison {
  const bySeed = pairs.map(({ difference }) => shareOfAll(difference))
  const ece = ({ run }: MeasuredRun) => calibration(confidences(run)).ece
  return {
    arm: name,
    title,
    baseline: baseline!,
    seeds: pairs.map(({ seed }) => seed),
    ...estimate(pairs.map(({ difference }) => difference)),
    bySeed,
    seedInterval: studentInterval(bySeed),
    accuracy: {
      arm: meanOf(pairs.map((pair) => shareOfAll(pair.arm.tally))),
      baseline: meanOf(pairs.map((pair) => shareOfAll(pair.baseline.tally))),
    },
    ece: meanOf(pairs.map((pair) => ece(pair.arm) - ece(pair.baseline))),
  }
}

/** Words with something to compare. */
function confidences({ sets }: StudyRun): { confidence: number; right: boolean }[] {
  return sets.flatMap(({ words }) =>
    words.flatMap(({ label, prediction, confidence }) => {
      const wanted = alphanumericView(label)
      return wanted === '' ? [] : [{ confidence, right: wanted === alphanumericView(prediction) }]
    }),
  )
}

/** Of no words. */
const NOTHING: Estimate = { value: 0, interval: [0, 0] }

/** Shares, or differences of shares, with their intervals: words are resampled, all seeds of a word together. */
function estimate(tallies: readonly tally.Tally[]): Estimates {
  const { groups, rows } = tally.addTallies(tallies)
  const places = (kind: tally.TallyGroup['kind'], names?: readonly string[]) =>
    groups.flatMap((group, place) => (group.kind === kind && (names?.includes(group.name) ?? true) ? [place] : []))
  const share = (chosen: readonly number[]) => (totals: Float64Array) =>
    sumOf(totals, chosen, 0) / sumOf(totals, chosen, 1)
  const contrast = (kind: 'word' | 'character', rare: readonly string[], frequent: readonly string[]) => {
    const [one, other] = [share(places(kind, rare)), share(places(kind, frequent))]
    return (totals: Float64Array) => one(totals) - other(totals)
  }
  const ofSets = places('set').map((place) => share([place]))
  const found = bootstrap(rows, [
    ...groups.map((_, place) => share([place])),
    (totals) => meanOf(ofSets.map((statistic) => statistic(totals)).filter(Number.isFinite)),
    contrast('word', tally.RARE_WORDS, tally.FREQUENT_WORDS),
    contrast('character', tally.RARE_CHARACTERS, tally.FREQUENT_CHARACTERS),
  ])
  const [meanOfSets, words, characters] = found.slice(groups.length)
  const nonzero = (chosen: readonly number[]) =>
    rows.filter((row) => chosen.some((place) => row[2 * place] !== 0)).length
  const groupsOf = (kind: tally.TallyGroup['kind']): GroupEstimate[] =>
    places(kind).flatMap((place) => {
      const each = found[place]
      const count = rows.reduce((sum, row) => sum + row[2 * place + 1]!, 0) / tallies.length
      const group = groups[place]!.name
      return each ? [{ group, count: Number(count.toFixed(1)), nonzero: nonzero([place]), ...each }] : []
    })
  const contrastOf = (each: Estimate | null | undefined, sides: readonly (readonly number[])[]): Contrast | null =>
    each ? { ...each, nonzero: Math.min(...sides.map(nonzero)) } : null
  return {
    all: groupsOf('all')[0] ?? { group: 'all', count: 0, nonzero: 0, ...NOTHING },
    sets: groupsOf('set'),
    meanOfSets: meanOfSets ?? NOTHING,
    wordFrequency: groupsOf('word'),
    characterFrequency: groupsOf('character'),
    rareMinusFrequent: {
      words: contrastOf(words, [places('word', tally.RARE_WORDS), places('word', tally.FREQUENT_WORDS)]),
      characters: contrastOf(characters, [
        places('character', tally.RARE_CHARACTERS),
        places('character', tally.FREQUENT_CHARACTERS),
      ]),
    },
  }
}

/** Sum over groups of what was right (part 0) or of how many there were (part 1). */
function sumOf(totals: Float64Array, groups: readonly number[], part: 0 | 1): number {
  return groups.reduce((sum, group) => sum + totals[2 * group + part]!, 0)
}

function shareOfAll({ groups, rows }: tally.Tally): number {
  const all = groups.findIndex(({ kind }) => kind === 'all')
  const sum = (part: 0 | 1) => rows.reduce((total, row) => total + row[2 * all + part]!, 0)
  return sum(0) / Math.max(sum(1), 1)
}

/** The difference of two differences, over the seeds that both have, paired by word. */
function frequencyEffect(natural: readonly Pair[], uniform: readonly Pair[]): StudyReport['frequencyEffect'] {
  const seeds = natural.map(({ seed }) => seed).filter((seed) => uniform.some((pair) => pair.seed === seed))
  if (seeds.length === 0) return null
  const chosen = (pairs: readonly Pair[]) =>
    tally.addTallies(pairs.filter(({ seed }) => seeds.includes(seed)).map(({ difference }) => difference))
  const [one, other] = [chosen(natural), chosen(uniform)]
  const all = 2 * one.groups.findIndex(({ kind }) => kind === 'all')
  const rows = one.rows.map((row, place) => Float64Array.of(row[all]! - other.rows[place]![all]!, row[all + 1]!))
  const [effect] = bootstrap(rows, [(totals) => totals[0]! / totals[1]!])
  return effect ? { ...effect, nonzero: rows.filter(([sum]) => sum !== 0).length, seeds } : null
}

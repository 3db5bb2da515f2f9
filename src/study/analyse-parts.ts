/** What the runs of a study of parts say: how much each arm reads, of all words and of groups of them, and by how much they differ. */
import { basename } from 'node:path'
import { alphanumericView } from '../charset.ts'
import { wordKinds } from '../data/shared-sets.ts'
import { calibration } from '../evaluate/metrics.ts'
import { bootstrap, type Estimate, meanOf, studentInterval } from './bootstrap.ts'
import { drawnSets } from './drawn-words.ts'
import type { PartArm } from './part-arms.ts'
import type { StudyRun } from './study-folder.ts'

/** Words that are counted together: all real ones, those of a kind, those of a set. */
export interface WordGroup {
  readonly name: string
  readonly kind: 'all' | 'kind' | 'set' | 'drawn'
  readonly sets: readonly string[]
}

export interface GroupAccuracy extends Estimate {
  readonly group: string
  readonly kind: WordGroup['kind']
  readonly words: number
}

export interface PartReport {
  readonly arm: string
  readonly title: string
  readonly seeds: readonly number[]
  /** Of each group: mean of the seeds. The first is of all real words. */
  readonly groups: readonly GroupAccuracy[]
  readonly bySeed: readonly number[]
  /** Expected calibration error on all real words, mean of the seeds. */
  readonly ece: number
  readonly confidence: number
  readonly minutes: number
}

export interface PartComparison {
  readonly arm: string
  readonly title: string
  readonly baseline: string
  readonly baselineTitle: string
  /** Seeds that both have on the same training words. */
  readonly seeds: readonly number[]
  /** Differences, word by word. The first is of all real words. */
  readonly groups: readonly GroupAccuracy[]
  readonly bySeed: readonly number[]
  /** Of both sides on all real words: means of these seeds. */
  readonly accuracy: { readonly arm: number; readonly baseline: number }
  readonly seedInterval: readonly [number, number] | null
  /** Real words that the two read differently, in any seed. */
  readonly different: number
}

export interface PartsReport {
  readonly arms: readonly PartReport[]
  readonly comparisons: readonly PartComparison[]
  /** Pairs of runs that did not see the same training words, and are not compared. */
  readonly unpaired: readonly string[]
}

/** Rejects runs that did not read the same validation words. */
export function analyseParts(runs: readonly StudyRun[], arms: readonly PartArm[]): PartsReport {
  const labels = (run: StudyRun) => JSON.stringify(run.sets.map(({ words }) => words.map(({ label }) => label)))
  const odd = runs.find((run) => labels(run) !== labels(runs[0]!))
  if (odd) throw new Error(`${odd.arm}, seed ${odd.seed}: read other validation words than ${runs[0]!.arm}`)
  const groups = runs[0] ? groupsOf(runs[0].sets.map(({ name }) => name)) : []
  const measured = runs.map((run) => ({ run, right: rightWords(run) }))
  const known = (name: string) => measured.filter(({ run }) => run.arm === name)
  const unpaired: string[] = []
  const compared = arms.flatMap((arm) =>
    arm.baselines.flatMap((name) => {
      const baseline = arms.find((each) => each.name === name)
      const pairs = pairRuns(known(arm.name), known(name), unpaired)
      return baseline && pairs.length > 0 ? [compare({ arm, baseline }, pairs, groups)] : []
    }),
  )
  return {
    arms: arms.flatMap((arm) => (known(arm.name).length > 0 ? [describe(arm, known(arm.name), groups)] : [])),
    comparisons: compared,
    unpaired,
  }
}

/** All real words, those of each kind of the shared sets, those of each set; the drawn ones apart. */
function groupsOf(sets: readonly string[]): WordGroup[] {
  const drawn = sets.filter((name) => drawnSets.some((set) => set.name === name))
  const real = sets.filter((name) => !drawn.includes(name))
  const kinds = wordKinds.flatMap(({ name, sets: named }) => {
    const own = real.filter((set) => named.some((each) => each.name === basename(set)))
    return own.length > 0 ? [{ name, kind: 'kind' as const, sets: own }] : []
  })
  return [
    { name: 'all words', kind: 'all', sets: real },
    ...kinds,
    ...real.map((name) => ({ name, kind: 'set' as const, sets: [name] })),
    ...drawn.map((name) => ({ name, kind: 'drawn' as const, sets: [name] })),
  ]
}

/** Of each set, word by word: 1 where it was read right, 0 where not; words with nothing to compare are left out. */
type RightWords = ReadonlyMap<string, readonly number[]>

function rightWords({ sets }: StudyRun): RightWords {
  return new Map(sets.map(({ name, words }) => [name, judged(words).map(({ right }) => (right ? 1 : 0))]))
}

/** How sure each word was and whether it was right, but for words with nothing to compare. */
function judged(words: StudyRun['sets'][number]['words']): { confidence: number; right: boolean }[] {
  return words.flatMap(({ label, prediction, confidence }) => {
    const wanted = alphanumericView(label)
    return wanted === '' ? [] : [{ confidence, right: wanted === alphanumericView(prediction) }]
  })
}

interface Measured {
  readonly run: StudyRun
  readonly right: RightWords
}

interface Pair {
  readonly arm: Measured
  readonly baseline: Measured
}

/** Runs of a seed that differ by the arm alone: SHA-256 of their batches are the same. */
function pairRuns(arm: readonly Measured[], baseline: readonly Measured[], unpaired: string[]): Pair[] {
  return arm.flatMap((one) => {
    const other = baseline.find(({ run }) => run.seed === one.run.seed)
    if (!other) return []
    if (other.run.training.digest === one.run.training.digest) return [{ arm: one, baseline: other }]
    unpaired.push(`${one.run.arm} and ${other.run.arm}, seed ${one.run.seed}`)
    return []
  })
}

function describe({ name, title }: PartArm, runs: readonly Measured[], groups: readonly WordGroup[]): PartReport {
  const real = groups[0]!.sets
  const words = runs.map(({ run }) => run.sets.flatMap(({ name, words }) => (real.includes(name) ? judged(words) : [])))
  return {
    arm: name,
    title,
    seeds: runs.map(({ run }) => run.seed),
    groups: estimate(groups, (set) => sumWords(runs.map(({ right }) => right.get(set)!)), runs.length),
    bySeed: runs.map((each) => shareRight(each, real)),
    ece: meanOf(words.map((each) => calibration(each).ece)),
    confidence: meanOf(words.flat().map(({ confidence }) => confidence)),
    minutes: meanOf(runs.map(({ run }) => run.minutes)),
  }
}

function compare(
  { arm, baseline }: { arm: PartArm; baseline: PartArm },
  pairs: readonly Pair[],
  groups: readonly WordGroup[],
): PartComparison {
  const real = groups[0]!.sets
  const differences = (pair: Pair, set: string) => {
    const other = pair.baseline.right.get(set)!
    return pair.arm.right.get(set)!.map((right, place) => right - other[place]!)
  }
  const bySeed = pairs.map((pair) => meanOf(real.flatMap((set) => differences(pair, set))))
  const isDifferent = real.flatMap((set) =>
    sumWords(pairs.map((pair) => differences(pair, set).map((difference) => Math.abs(difference)))),
  )
  return {
    arm: arm.name,
    title: arm.title,
    baseline: baseline.name,
    baselineTitle: baseline.title,
    seeds: pairs.map((pair) => pair.arm.run.seed),
    groups: estimate(groups, (set) => sumWords(pairs.map((pair) => differences(pair, set))), pairs.length),
    bySeed,
    accuracy: {
      arm: meanOf(pairs.map((pair) => shareRight(pair.arm, real))),
      baseline: meanOf(pairs.map((pair) => shareRight(pair.baseline, real))),
    },
    seedInterval: studentInterval(bySeed),
    different: isDifferent.filter((count) => count > 0).length,
  }
}

function shareRight({ right }: Measured, sets: readonly string[]): number {
  return meanOf(sets.flatMap((set) => right.get(set)!))
}

/** Of each word the sum over the seeds. */
function sumWords(seeds: readonly (readonly number[])[]): number[] {
  return seeds[0]!.map((_, place) => seeds.reduce((sum, seed) => sum + seed[place]!, 0))
}

/** Means of what a word's seeds sum up to, with their intervals: words are drawn anew, all seeds of a word together. */
function estimate(
  groups: readonly WordGroup[],
  sumsOf: (set: string) => readonly number[],
  seeds: number,
): GroupAccuracy[] {
  return groups.flatMap(({ name, kind, sets }) => {
    const rows = sets.flatMap((set) => sumsOf(set).map((sum) => Float64Array.of(sum, seeds)))
    const [found] = bootstrap(rows, [(totals) => totals[0]! / totals[1]!])
    return found ? [{ group: name, kind, words: rows.length, ...found }] : []
  })
}

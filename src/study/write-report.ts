/** Writes what a study has found so far: report.json, report.md, report.html. (Node) */
import type { ArmReport, Comparison, Estimates, GroupEstimate, StudyReport } from './analyse.ts'
import { analyse } from './analyse.ts'
import { type Estimate, meanOf } from './bootstrap.ts'
import { type Block, renderHtml, renderMarkdown } from './document.ts'
import { findings, type Progress, range, signed, titleOf } from './findings.ts'
import { type PlannedRun, wordsOfStep } from './plan.ts'
import { drawPlots } from './plots.ts'
import type { StudyDescription, StudyFolder } from './study-folder.ts'

const TITLE = 'Focal loss against cross-entropy'

export async function writeReport(folder: StudyFolder, planned: readonly PlannedRun[]): Promise<void> {
  const report = analyse(await folder.runs())
  const study = folder.description
  const progress: Progress = { study, planned, done: planned.filter((each) => folder.has(each)).length }
  const blocks = describeReport(report, progress)
  const plots = await drawPlots(report)
  const { settings, words, data } = study
  const content = { words, data, settings, findings: findings(report, progress), ...report }
  await folder.write('report.json', `${JSON.stringify(content, null, 2)}\n`)
  await folder.write('report.md', renderMarkdown(TITLE, blocks))
  const figures = plots.map((svg): Block => ({ kind: 'plot', svg }))
  await folder.write('report.html', renderHtml(TITLE, [...blocks, { kind: 'heading', text: 'Figures' }, ...figures]))
}

function describeReport(report: StudyReport, progress: Progress): Block[] {
  return [
    { kind: 'heading', text: 'What was found' },
    { kind: 'list', items: findings(report, progress) },
    ...(report.arms.length > 0 ? accuracyTables(report.arms) : []),
    ...(report.comparisons.length > 0 ? differenceTables(report.comparisons) : []),
    { kind: 'heading', text: 'Method' },
    ...method(progress.study).map((text): Block => ({ kind: 'paragraph', text })),
  ]
}

function accuracyTables(arms: readonly ArmReport[]): Block[] {
  const share = ({ value, interval: [low, high] }: Estimate) =>
    `${percent(value)} (${percent(low)} to ${percent(high)})`
  return [
    { kind: 'heading', text: 'Accuracy' },
    {
      kind: 'paragraph',
      text: 'Share of validation words read right, case ignored, letters and digits only, % (95 % interval over the words): mean of the seeds.',
    },
    estimatesTable(arms, ({ title }) => title, share),
    {
      kind: 'table',
      head: [
        '',
        'all words by seed, %',
        'calibration error (ECE), %',
        'by seed',
        'mean confidence, %',
        'minutes a run',
      ],
      rows: arms.map(({ title, accuracyBySeed, eceBySeed, confidence, minutes }) => [
        title,
        accuracyBySeed.map(percent).join(', '),
        percent(meanOf(eceBySeed)),
        eceBySeed.map(percent).join(', '),
        percent(confidence),
        minutes.toFixed(1),
      ]),
    },
    ...frequencyTables(arms, ({ title }) => title, share),
  ]
}

function differenceTables(comparisons: readonly Comparison[]): Block[] {
  const difference = ({ value, interval }: Estimate) => `${signed(value)} (${range(interval)})`
  return [
    { kind: 'heading', text: 'Differences to cross-entropy' },
    { kind: 'paragraph', text: 'Percentage points (95 % interval over the words), paired by seed and word.' },
    estimatesTable(comparisons, titleOf, difference),
    {
      kind: 'table',
      head: [
        '',
        'by seed',
        'interval of their mean (Student)',
        'rare − frequent words',
        'rare − frequent characters',
        'ECE',
      ],
      rows: comparisons.map((each) => {
        const { words, characters } = each.rareMinusFrequent
        return [
          titleOf(each),
          each.bySeed.map(signed).join(', '),
          each.seedInterval ? range(each.seedInterval) : 'one seed',
          words ? difference(words) : '',
          characters ? difference(characters) : '',
          signed(each.ece),
        ]
      }),
    },
    ...frequencyTables(comparisons, titleOf, difference),
  ]
}

type Show = (estimate: Estimate) => string

function estimatesTable<T extends Estimates & { readonly seeds: readonly number[] }>(
  items: readonly T[],
  nameOf: (item: T) => string,
  show: Show,
): Block {
  const sets = items[0]!.sets.map(({ group, count }) => `${group} (${count} words)`)
  return {
    kind: 'table',
    head: ['', 'seeds', ...sets, 'mean of the sets', 'all words'],
    rows: items.map((item) => [
      nameOf(item),
      item.seeds.join(', '),
      ...item.sets.map(show),
      show(item.meanOfSets),
      show(item.all),
    ]),
  }
}

/** A table for words and one for characters, by how often they were seen in training. */
function frequencyTables<T extends Estimates>(items: readonly T[], nameOf: (item: T) => string, show: Show): Block[] {
  const tableOf = (what: string, groupsOf: (item: T) => readonly GroupEstimate[]): Block => {
    const names = [...new Set(items.flatMap((item) => groupsOf(item).map(({ group }) => group)))]
    const cell = (item: T, name: string) => {
      const found = groupsOf(item).find(({ group }) => group === name)
      return found ? `${show(found)}, n ${found.count}` : 'none'
    }
    return {
      kind: 'table',
      head: [what, ...names],
      rows: items.map((item) => [nameOf(item), ...names.map((name) => cell(item, name))]),
    }
  }
  return [
    tableOf('words seen in training', ({ wordFrequency }) => wordFrequency),
    tableOf('characters', ({ characterFrequency }) => characterFrequency),
  ]
}

function method({ settings, words, weights, data }: StudyDescription): string[] {
  const { training } = settings
  const sets = data.map((set) => `${set.name}: ${set.training} training words, ${set.validation} validation words`)
  return [
    `Every run trains ${weights ? `from the weights ${weights.name} (SHA-256 ${weights.digest})` : 'from scratch'} for ${training.steps} steps of ${wordsOfStep(training)} words (a budget of ${words} words), ${percent(training.realShare)} % of them real, and then reads the validation words with its averaged weights. Runs of the same seed and word frequency see the same pictures in the same order, which the SHA-256 of their batches confirms, and start from the same weights; only the loss differs.`,
    `${sets.join('; ')}.`,
    'Frequencies are counted in the batches that each run saw, real and synthetic, case ignored, letters and digits only. The 36 characters are put in four groups of nine by their counts.',
    "Intervals over the words: percentile bootstrap of 2,000 rounds in which words are drawn with replacement, each with its readings of all seeds and of both sides, so that differences are paired. Such an interval says what other words of this kind would give with these trained models; it does not know how other seeds would have turned out. For that the differences by seed are shown, with Student's interval of their mean, and a difference of an arm counts as shown only where both intervals lie on one side of 0, with three seeds or more. Intervals over the words grow too narrow where few words are read differently: under ten such words nothing is called shown.",
    'No correction is made for the number of comparisons: of twenty intervals about one misses the truth by chance. The paper trained its full model on millions of words; a small model and a small budget can show what the loss does there, and not more.',
  ]
}

function percent(share: number): string {
  return (100 * share).toFixed(1)
}

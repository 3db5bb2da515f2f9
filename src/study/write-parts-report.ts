/** Writes what a study of parts has found so far: report.json, report.md. (Node) */
import { basename } from 'node:path'
import { analyseParts, type GroupAccuracy, type PartComparison, type PartReport } from './analyse-parts.ts'
import type { Estimate } from './bootstrap.ts'
import { type Block, renderMarkdown } from './document.ts'
import { range, signed } from './findings.ts'
import { type StudyCosts, studyCosts } from './measure-costs.ts'
import { type PartArm, partArms } from './part-arms.ts'
import { partFindings } from './part-findings.ts'
import { type PlannedRun, wordsOfStep } from './plan.ts'
import type { StudyDescription, StudyFolder } from './study-folder.ts'

export const COSTS_FILE = 'costs.json'

/** Columns of a table that fit a page, the arms' names among them. */
const MOST_COLUMNS = 6

export async function writePartsReport(folder: StudyFolder, planned: readonly PlannedRun<PartArm>[]): Promise<void> {
  const report = analyseParts(await folder.runs(), partArms)
  const costs = await readCosts(folder)
  const progress = { planned: planned.length, done: planned.filter((each) => folder.has(each)).length }
  const found = partFindings(report, { costs, progress })
  const { settings, words, data } = folder.description
  const content = { words, data, settings, findings: found, costs, ...report }
  await folder.write('report.json', `${JSON.stringify(content, null, 2)}\n`)
  const blocks: Block[] = [
    { kind: 'heading', text: 'What was found' },
    { kind: 'list', items: found },
    { kind: 'heading', text: 'Arms' },
    armTable(),
    ...(costs ? costTables(costs) : []),
    ...(report.arms.length > 0 ? accuracyTables(report.arms) : []),
    ...(report.comparisons.length > 0 ? differenceTables(report.comparisons) : []),
    { kind: 'heading', text: 'Method' },
    ...method(folder.description).map((text): Block => ({ kind: 'paragraph', text })),
  ]
  await folder.write('report.md', renderMarkdown('What the parts are worth', blocks))
}

/** Null where nothing was measured, or by another version. */
export async function readCosts(folder: StudyFolder): Promise<StudyCosts | null> {
  const text = await folder.read(COSTS_FILE)
  if (text === null) return null
  try {
    return studyCosts.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function armTable(): Block {
  return { kind: 'table', head: ['arm', 'name', 'what'], rows: partArms.map((arm) => [arm.title, arm.name, arm.what]) }
}

function costTables({ machine, words, arms }: StudyCosts): Block[] {
  const titleOf = (name: string) => partArms.find((arm) => arm.name === name)?.title ?? name
  return [
    { kind: 'heading', text: 'Size, arithmetic and time' },
    {
      kind: 'paragraph',
      text: `Parameters are those that read. GFLOP of a word of the plain width and seven characters; a multiplication and an addition are two. Times (${machine}) were measured in one process, arm after arm: of a training step without making its batch, and of ${words} words read one at a time, one look.`,
    },
    {
      kind: 'table',
      head: [
        'arm',
        'parameters, millions',
        'GFLOP a word read',
        'GFLOP a word trained',
        'training words a second',
        'ms a word read',
      ],
      rows: arms.map((each) => [
        titleOf(each.arm),
        (each.parameters / 1e6).toFixed(2),
        (each.readOperations / 1e9).toFixed(2),
        (each.trainOperations / 1e9).toFixed(2),
        each.trainWordsPerSecond.toFixed(0),
        each.readMilliseconds.toFixed(1),
      ]),
    },
  ]
}

const share = ({ value, interval: [low, high] }: Estimate) => `${percent(value)} (${percent(low)} to ${percent(high)})`
const difference = ({ value, interval }: Estimate) => `${signed(value)} (${range(interval)})`

function accuracyTables(arms: readonly PartReport[]): Block[] {
  const rows = arms.map(({ title, groups }) => ({ title, groups }))
  return [
    { kind: 'heading', text: 'Accuracy' },
    {
      kind: 'paragraph',
      text: 'Share of words read right, one look, case ignored, letters and digits only, % (95 % interval over the words): mean of the seeds. Synthetic words are the same texts in the same fonts, laid out straight, on a curve, and rotated and seen from the side.',
    },
    {
      kind: 'table',
      head: ['arm', 'seeds', 'all words by seed', 'calibration error (ECE)', 'mean confidence', 'minutes a run'],
      rows: arms.map(({ title, seeds, bySeed, ece, confidence, minutes }) => [
        title,
        seeds.join(', '),
        bySeed.map(percent).join(', '),
        percent(ece),
        percent(confidence),
        minutes.toFixed(1),
      ]),
    },
    ...groupTables(rows, 'arm', share),
  ]
}

function differenceTables(comparisons: readonly PartComparison[]): Block[] {
  const titleOf = ({ title, baselineTitle }: PartComparison) => `${title} against ${baselineTitle}`
  const rows = comparisons.map((each) => ({ title: titleOf(each), groups: each.groups }))
  return [
    { kind: 'heading', text: 'Differences' },
    { kind: 'paragraph', text: 'Percentage points (95 % interval over the words), paired by seed and word.' },
    {
      kind: 'table',
      head: ['', 'seeds', 'all words by seed', "Student's interval of their mean", 'words read differently'],
      rows: comparisons.map((each) => [
        titleOf(each),
        each.seeds.join(', '),
        each.bySeed.map(signed).join(', '),
        each.seedInterval ? range(each.seedInterval) : 'one seed',
        String(each.different),
      ]),
    },
    ...groupTables(rows, '', difference),
  ]
}

interface Row {
  readonly title: string
  readonly groups: readonly GroupAccuracy[]
}

/** All words and synthetic ones, then kinds, then sets: as many tables as their columns need. */
function groupTables(rows: readonly Row[], corner: string, show: (estimate: Estimate) => string): Block[] {
  const all = rows[0]!.groups
  const chosen = [
    all.filter(({ kind }) => kind === 'all' || kind === 'drawn'),
    all.filter(({ kind }) => kind === 'kind'),
    all.filter(({ kind }) => kind === 'set'),
  ]
  return chosen.flatMap(inTables).map((columns) => ({
    kind: 'table',
    head: [corner, ...columns.map(({ group, words }) => `${shortName(group)} (${words} words)`)],
    rows: rows.map(({ title, groups }) => [
      title,
      ...columns.map(({ group, kind }) => {
        const found = groups.find((each) => each.group === group && each.kind === kind)
        return found ? show(found) : 'none'
      }),
    ]),
  }))
}

function inTables<T>(columns: readonly T[]): T[][] {
  const width = MOST_COLUMNS - 1
  return Array.from({ length: Math.ceil(columns.length / width) }, (_, table) =>
    columns.slice(table * width, (table + 1) * width),
  )
}

/** Sets with lists by their folder's name. */
function shortName(group: string): string {
  return group.startsWith('lists:') ? basename(group) : group
}

function method({ settings, words, data }: StudyDescription): string[] {
  const { training } = settings
  const counts = data.map((set) => `${shortName(set.name)} ${set.training} and ${set.validation}`)
  return [
    `Every run trains from scratch for ${training.steps} steps of ${wordsOfStep(training)} words (a budget of ${words} words), ${percent(training.realShare)} % of them real, and then reads all validation words with its averaged weights. Runs of a seed see the same pictures in the same order, which the SHA-256 of their batches confirms; what differs is the arm. All arms have the optimizer and the rate of the study's preset, which were chosen for SAFL: what other parts would read with rates of their own is not known.`,
    `Training and validation words: ${counts.join('; ')}.`,
    "Intervals over the words: percentile bootstrap of 2,000 rounds in which words are drawn with replacement, each with its readings of all seeds and of both sides. They say what other words would give with these trained models, and nothing of other seeds. A difference is claimed only where its interval lies on one side of 0, two seeds or more were trained and each says the same, and ten words or more are read differently; Student's interval over so few seeds is wide, and stands beside it. No correction is made for the number of comparisons.",
    'A small model and a small budget can show what a part is worth there, and not more: what learns slowly may read as much in the end.',
  ]
}

function percent(value: number): string {
  return (100 * value).toFixed(1)
}

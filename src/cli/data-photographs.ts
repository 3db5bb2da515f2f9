/** `safl data` of photographs whose words are marked: `icdar-e2e:DIR`. */
import { checkPhotographs, photographProblemKinds } from '../data/check-photographs.ts'
import { countPhotographs, type PhotographStatistics } from '../data/photograph-statistics.ts'
import { openPhotographs, parsePhotographSpec } from '../data/photographs.ts'
import { progressLine } from './progress.ts'

/** What `--data` and `safl data` call them. */
export const PHOTOGRAPHS = 'icdar-e2e'

export function arePhotographs(spec: string): boolean {
  return spec.startsWith(`${PHOTOGRAPHS}:`) || spec.startsWith(`${PHOTOGRAPHS}*`)
}

export async function checkMarkedPhotographs(
  spec: string,
  { json, further }: { json?: boolean; further?: string },
): Promise<void> {
  const set = await openPhotographs(parsePhotographSpec(spec))
  const progress = progressLine(set.photographs.length, 'photographs')
  const report = await checkPhotographs(set, {
    ...(further !== undefined && { furtherCharacters: further }),
    onProblem: ({ kind, message }) => console.error(`${kind}: ${message}`),
    onProgress: (done) => progress.update(done),
  })
  progress.end()
  if (report.good < report.photographs) process.exitCode = 1
  if (json) {
    console.log(JSON.stringify(report, null, 2))
    return
  }
  console.log(`${set.name}: ${report.photographs} photographs of ${report.words} words, ${report.good} good`)
  for (const kind of photographProblemKinds)
    if (report.counts[kind] > 0) console.log(`  ${kind}: ${report.counts[kind]}`)
}

export async function countMarkedPhotographs(
  spec: string,
  describeLabels: (name: string, statistics: PhotographStatistics['labels']) => string,
  { json }: { json?: boolean },
): Promise<void> {
  const set = await openPhotographs(parsePhotographSpec(spec))
  const statistics = await countPhotographs(set)
  console.log(json ? JSON.stringify(statistics, null, 2) : describe(set.name, statistics, describeLabels))
}

function describe(
  name: string,
  statistics: PhotographStatistics,
  describeLabels: (name: string, statistics: PhotographStatistics['labels']) => string,
): string {
  const { photographs, validation, unreadable, read, unknown, ignored, heights, perPhotograph, labels } = statistics
  const most = Math.max(1, ...perPhotograph.map(([, times]) => times))
  return [
    `${name}: ${photographs} photographs, ${validation} of them for validation${unreadable > 0 ? `, ${unreadable} with words that cannot be read` : ''}`,
    `${read + unknown} words to be found, ${read} of them with their text; ${ignored} regions that do not count`,
    `height of words: 5, 25, 50, 75 and 95 % at most ${heights.join(', ')} pixels`,
    ' words  photographs',
    ...perPhotograph.map(
      ([words, times]) =>
        `${String(words).padStart(6)} ${String(times).padStart(6)} ${'#'.repeat(Math.ceil((50 * times) / most))}`,
    ),
    ...(read > 0 ? [describeLabels('texts', labels)] : []),
  ].join('\n')
}

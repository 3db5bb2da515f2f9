/** `safl data`: converts, checks and counts labelled words, and checks and counts marked photographs. */
import { Command } from 'commander'
import { checkDataset, problemKinds } from '../data/check-dataset.ts'
import { type Dataset, dataKinds, openDataset, parseDataSpec, writtenKinds } from '../data/dataset.ts'
import { countLabels, type LabelStatistics } from '../data/label-statistics.ts'
import { createDataset, type DatasetWriter, LabelError, type NewSample } from '../data/write-dataset.ts'
import { PLOTS, requirePackages } from '../optional-packages.ts'
import { escapeControls } from '../text-encoding.ts'
import { arePhotographs, checkMarkedPhotographs, countMarkedPhotographs, PHOTOGRAPHS } from './data-photographs.ts'
import { progressLine } from './progress.ts'

const SPEC = `KIND:PATH, KIND one of ${dataKinds.join(', ')}`
const WITH_PHOTOGRAPHS = `${SPEC}; or ${PHOTOGRAPHS}:FOLDER, photographs with their words in gt_NAME.txt`

export function dataCommand(): Command {
  const command = new Command('data').description(
    'Convert, check and count labelled words; check and count marked photographs.',
  )
  command
    .command('convert')
    .description('Copy a data set into another format. Image files are kept byte for byte.')
    .argument('<from>', `what to read: ${SPEC}`)
    .argument(
      '<to>',
      `what to write, in a folder that does not exist yet: KIND:PATH, KIND one of ${writtenKinds.join(', ')}`,
    )
    .action(convert)
  command
    .command('check')
    .description('Read every sample and name each bad one; exit code 1 if there is any.')
    .argument('<set>', WITH_PHOTOGRAPHS)
    .option('--further <characters>', 'characters beside the 94 of printable ASCII that labels may have')
    .option('--json', 'print the counts as JSON')
    .action(check)
  command
    .command('stats')
    .description('Count words, characters and lengths.')
    .argument('<set>', WITH_PHOTOGRAPHS)
    .option('--plot <file>', 'draw them too: an SVG file')
    .option('--json', 'print all counts as JSON')
    .action(stats)
  return command
}

async function convert(from: string, to: string): Promise<void> {
  const target = parseDataSpec(to)
  const dataset = await openDataset(parseDataSpec(from))
  const writer = await createDataset(target)
  const progress = progressLine(dataset.length, 'samples')
  let leftOut = 0
  try {
    for (let index = 0; index < dataset.length; index++) {
      const problem = await copySample(dataset, index, writer)
      if (problem !== null) {
        leftOut++
        console.error(`safl: left out: ${problem}`)
      }
      progress.update(index + 1)
    }
    if (leftOut === dataset.length) throw new Error(`${from}: not one of ${leftOut} samples could be copied`)
    await writer.finish()
  } catch (error) {
    await writer.abandon()
    throw error
  } finally {
    progress.end()
    await dataset.close()
  }
  console.log(`${to}: ${dataset.length - leftOut} samples${leftOut > 0 ? `, ${leftOut} left out` : ''}`)
  if (leftOut > 0) process.exitCode = 1
}

/** Null, or why a sample stays behind. Rejects where the target itself fails. */
async function copySample(dataset: Dataset, index: number, writer: DatasetWriter): Promise<string | null> {
  let sample: NewSample
  try {
    const split = dataset.inSplit(index, 'validation') ? 'validation' : 'train'
    sample = { label: await dataset.label(index), bytes: await dataset.bytes(index), split }
  } catch (error) {
    return (error as Error).message
  }
  try {
    await writer.add(sample)
    return null
  } catch (error) {
    if (error instanceof LabelError) return `${dataset.nameOf(index)}: ${error.message}`
    throw error
  }
}

async function check(spec: string, options: { json?: boolean; further?: string }): Promise<void> {
  if (arePhotographs(spec)) return checkMarkedPhotographs(spec, options)
  const { json, further } = options
  const dataset = await openDataset(parseDataSpec(spec))
  const progress = progressLine(dataset.length, 'samples')
  const report = await checkDataset(dataset, {
    ...(further !== undefined && { furtherCharacters: further }),
    onProblem: ({ kind, message }) => console.error(`${kind}: ${message}`),
    onProgress: (done) => progress.update(done),
  })
  progress.end()
  await dataset.close()
  if (report.good < report.samples) process.exitCode = 1
  if (json) {
    console.log(JSON.stringify(report, null, 2))
    return
  }
  const [lowest, height, highest] = report.heights
  const [narrowest, width, widest] = report.widths
  console.log(`${dataset.name}: ${report.samples} samples, ${report.good} good`)
  for (const kind of problemKinds) if (report.counts[kind] > 0) console.log(`  ${kind}: ${report.counts[kind]}`)
  console.log(
    `  height ${lowest} to ${highest} pixels, median ${height}; width ${narrowest} to ${widest}, median ${width}`,
  )
}

const SHOWN = 12

async function stats(spec: string, { plot, json }: { plot?: string; json?: boolean }): Promise<void> {
  if (arePhotographs(spec)) {
    if (plot !== undefined) throw new Error('data stats: --plot draws labelled words; leave it out for photographs')
    return countMarkedPhotographs(spec, describe, json === undefined ? {} : { json })
  }
  if (plot !== undefined) requirePackages('safl data stats --plot', PLOTS)
  const dataset: Dataset = await openDataset(parseDataSpec(spec))
  const statistics = await countLabels(dataset.labels())
  await dataset.close()
  if (plot !== undefined) {
    const { plotLabelStatistics } = await import('../evaluate/plot-labels.ts')
    const { writeWhole } = await import('../write-whole.ts')
    await writeWhole(plot, await plotLabelStatistics(dataset.name, statistics))
  }
  console.log(json ? JSON.stringify(statistics, null, 2) : describe(dataset.name, statistics))
}

function describe(name: string, { labels, unreadable, words, characters, lengths }: LabelStatistics): string {
  const once = words.filter(([, times]) => times === 1).length
  const most = Math.max(...lengths.map(([, times]) => times))
  return [
    `${name}: ${labels} words${unreadable > 0 ? ` (${unreadable} labels unreadable)` : ''}, ${words.length} different, ${once} of them once`,
    `most frequent: ${words
      .slice(0, SHOWN)
      .map(([word, times]) => `${escapeControls(word)} ${times}`)
      .join(', ')}`,
    `${characters.length} characters: ${characters.map(([character, times]) => `${escapeControls(character)} ${times}`).join('  ')}`,
    'length  words',
    ...lengths.map(
      ([length, times]) =>
        `${String(length).padStart(6)} ${String(times).padStart(6)} ${'#'.repeat(Math.ceil((50 * times) / most))}`,
    ),
  ].join('\n')
}

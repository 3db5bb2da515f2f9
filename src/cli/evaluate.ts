/** `safl evaluate`: how many words of a labelled set are read right, and which not. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Dataset, dataKinds, inSplit, openDataset, parseDataSpec, type Split, splits } from '../data/dataset.ts'
import { type Evaluation, evaluate } from '../evaluate/evaluate.ts'
import { editDistance, type WordMetrics, wordMetrics } from '../evaluate/metrics.ts'
import { type CharsetSize, charsetSizes, type Subset, subsets, viewOf } from '../evaluate/protocol.ts'
import { reportSet, type SetReport, type TrainingFrequencies } from '../evaluate/report.ts'
import { type LoadOptions, SceneTextRecognizer } from '../recognize/recognizer.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { readWordLines } from '../word-counts.ts'
import { writeWhole } from '../write-whole.ts'
import {
  collect,
  decoderOption,
  loadOptions,
  makeFolder,
  noPriorOption,
  noSecondLookOption,
  type PriorArguments,
  positiveInteger,
  precisionOption,
  priorOption,
  priorWeightOption,
  readLines,
  readPrior,
} from './arguments.ts'

interface Options extends LoadOptions, PriorArguments {
  readonly data: string[]
  readonly split: Split
  readonly charset: CharsetSize
  readonly subset: Subset
  readonly list?: string
  readonly lexicon?: string
  readonly training: string[]
  readonly batch: number
  readonly beam?: number
  readonly secondLook: boolean
  readonly json?: boolean
  readonly wrong?: boolean
  readonly report?: string
}

/** Mistakes on the page's picture. */
const SHOWN_MISTAKES = 60

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'Print word accuracy and 1 - NED over labelled words; by default case is ignored, and all but letters and digits.',
    )
    .requiredOption(
      '--data <kind:path>',
      `labelled words, KIND one of ${dataKinds.join(', ')}; may be repeated`,
      collect,
    )
    .addOption(
      new Option('--split <name>', 'every fifth sample, from the first, is validation, the others training')
        .choices(splits)
        .default('all'),
    )
    .option('--charset <count>', `characters compared: ${charsetSizes.join(', ')} (94: as they are)`, charsetSize, 36)
    .addOption(
      new Option('--subset <rule>', 'words that count: those of letters and digits only, or of three of them or more')
        .choices(Object.keys(subsets))
        .default('all'),
    )
    .option('--list <file>', 'count only the samples whose file names stand in this file, one a line')
    .option(
      '--lexicon <file>',
      'also move every reading to the nearest word of this file; "full": of all labels of the set',
    )
    .option(
      '--training <kind:path>',
      'training labels, to group words by how often they occur there; may be repeated',
      collect,
      [],
    )
    .option('--model <name>', 'preset whose weights come with the package, or path of a weights file', 'tiny')
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .addOption(decoderOption())
    .addOption(precisionOption())
    .option('--beam <count>', 'beginnings followed at once; default: 5 with a prior, 1 without', positiveInteger)
    .addOption(noSecondLookOption())
    .addOption(priorOption())
    .addOption(noPriorOption())
    .addOption(priorWeightOption())
    .option('--batch <count>', 'images read together', positiveInteger, 32)
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
    .option('--wrong', 'print every word that was read wrong: its number, label, prediction and confidence')
    .option('--json', 'print JSON instead')
    .option('--report <folder>', 'write report.json and report.html: intervals, lengths, calibration, mistakes')
    .action(run)
}

function charsetSize(text: string): CharsetSize {
  const size = charsetSizes.find((each) => String(each) === text)
  if (!size) throw new InvalidArgumentError(`It must be one of ${charsetSizes.join(', ')}.`)
  return size
}

async function run(options: Options): Promise<void> {
  const { charset, split, subset } = options
  const list = options.list === undefined ? null : new Set(await readLines(options.list))
  const lexicon =
    options.lexicon === undefined || options.lexicon === 'full' ? null : await readWordLines(options.lexicon)
  const prior = await readPrior(options)
  if (options.report !== undefined) await makeFolder(options.report)
  const training = await countTraining(options.training, charset)
  const datasets: Dataset[] = []
  for (const spec of options.data.map(parseDataSpec)) datasets.push(await openDataset(spec))
  const recognizer = await SceneTextRecognizer.load(loadOptions(options))
  const { beam, secondLook, batch: batchSize } = options
  const reading = { secondLook, batchSize, ...(beam !== undefined && { beamWidth: beam }), ...prior }
  const evaluations: Evaluation[] = []
  for (const dataset of datasets) {
    const evaluation = await evaluate(recognizer, dataset, { split, subset, list, reading })
    for (const problem of evaluation.unreadable) console.error(`safl: ${problem}`)
    if (!options.json) print(evaluation, options)
    evaluations.push(evaluation)
  }
  const reports = evaluations.map(({ data, results }) => {
    const words = options.lexicon === 'full' ? [...new Set(results.map(({ label }) => label))] : (lexicon ?? undefined)
    return reportSet(data, results, { charset, lexicon: words, training })
  })
  const total = summarize(evaluations, charset)
  if (options.json) console.log(JSON.stringify({ ...total, sets: evaluations.map(brief(reports, charset)) }, null, 2))
  else {
    for (const { data, lexicon: found } of reports)
      if (found) console.log(`${data}: ${percent(found.accuracy)} with a lexicon of ${found.size} words`)
    if (evaluations.length > 1) console.log(describe('all', total))
  }
  if (options.report !== undefined)
    await writeReport(options.report, { options, evaluations, reports, datasets, recognizer })
  await recognizer.dispose()
  for (const dataset of datasets) await dataset.close()
}

/** How often words and characters occur in the training split of labelled sets. */
async function countTraining(specs: readonly string[], charset: CharsetSize): Promise<TrainingFrequencies | undefined> {
  if (specs.length === 0) return undefined
  const words = new Map<string, number>()
  const characters = new Map<string, number>()
  for (const spec of specs.map(parseDataSpec)) {
    const dataset = await openDataset(spec)
    let index = -1
    for await (const label of dataset.labels()) {
      if (!inSplit(++index, 'train') || label instanceof Error) continue
      const view = viewOf(label, charset)
      words.set(view, (words.get(view) ?? 0) + 1)
      for (const character of view) characters.set(character, (characters.get(character) ?? 0) + 1)
    }
    await dataset.close()
  }
  return { words, characters }
}

interface Summary extends WordMetrics {
  readonly millisecondsPerWord: number
}

function summarize(evaluations: readonly Evaluation[], charset: CharsetSize): Summary {
  const results = evaluations.flatMap((evaluation) => evaluation.results)
  const milliseconds = evaluations.reduce((sum, each) => sum + each.millisecondsPerWord * each.results.length, 0)
  return { ...wordMetrics(results, charset), millisecondsPerWord: milliseconds / Math.max(results.length, 1) }
}

/** What JSON says of a set: not its thousand words. */
function brief(reports: readonly SetReport[], charset: CharsetSize) {
  return ({ results, ...rest }: Evaluation, place: number) => {
    const { interval, lexicon, calibration } = reports[place]!
    return { ...rest, ...wordMetrics(results, charset), interval, lexicon, ece: calibration.ece }
  }
}

function print({ data, results, millisecondsPerWord }: Evaluation, { charset, wrong }: Options): void {
  console.log(describe(data, { ...wordMetrics(results, charset), millisecondsPerWord }))
  if (!wrong) return
  for (const { index, label, prediction, confidence } of results) {
    if (wordMetrics([{ label, prediction }], charset).accuracy === 0) {
      console.log(`${index}\t${label}\t${prediction}\t${confidence.toFixed(4)}`)
    }
  }
}

function describe(name: string, { words, left, accuracy, oneMinusNed, millisecondsPerWord }: Summary): string {
  const dropped = left ? ` (${left} with nothing to compare left out)` : ''
  return `${name}: ${words} words${dropped}, accuracy ${percent(accuracy)}, 1-NED ${percent(oneMinusNed)}, ${millisecondsPerWord.toFixed(1)} ms a word`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

interface Findings {
  readonly options: Options
  readonly evaluations: readonly Evaluation[]
  readonly reports: readonly SetReport[]
  readonly datasets: readonly Dataset[]
  readonly recognizer: SceneTextRecognizer
}

async function writeReport(folder: string, { options, evaluations, reports, datasets, recognizer }: Findings) {
  const { renderReportPage } = await import('../evaluate/report-page.ts')
  const { provenance: history, ...file } = await readWeightsFile(options)
  const weights = createHash('sha256')
  for (const [name, { data }] of [...file.weights].sort(([a], [b]) => (a < b ? -1 : 1)))
    weights.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const labels = createHash('sha256')
  for (const { data, results } of evaluations) labels.update(data).update(results.map(({ label }) => label).join('\n'))
  const provenance = {
    model: options.model ?? 'tiny',
    decoder: options.decoder ?? 'attention',
    precision: options.precision ?? 'float32',
    ...(options.beam !== undefined && { beam: String(options.beam) }),
    ...(options.prior !== undefined && { prior: options.prior || 'none' }),
    looks: options.secondLook ? 'two' : 'one',
    ...(options.priorWeight !== undefined && { 'weight of the prior': String(options.priorWeight) }),
    'SHA-256 of the weights': weights.digest('hex'),
    'SHA-256 of the labels': labels.digest('hex'),
    ...Object.fromEntries(Object.entries(history).map(([name, value]) => [`training: ${name}`, value])),
    split: options.split,
    subset: options.subset,
    charset: String(options.charset),
    ...(options.list !== undefined && { list: options.list }),
    node: process.version,
    date: new Date().toISOString(),
  }
  const mistakes = await drawWorst({ evaluations, datasets, recognizer, charset: options.charset })
  await writeWhole(join(folder, 'report.json'), `${JSON.stringify({ provenance, sets: reports }, null, 2)}\n`)
  await writeWhole(join(folder, 'report.html'), await renderReportPage({ provenance, sets: reports, mistakes }))
  console.error(`safl: wrote ${join(folder, 'report.html')} and report.json`)
}

/** The readings farthest from their labels, of equals the most confident. */
async function drawWorst({
  evaluations,
  datasets,
  recognizer,
  charset,
}: Pick<Findings, 'evaluations' | 'datasets' | 'recognizer'> & { charset: CharsetSize }): Promise<Buffer | null> {
  const { drawMistakes } = await import('../evaluate/mistakes-sheet.ts')
  const wrong = evaluations
    .flatMap(({ results }, set) =>
      results.map((word) => {
        const [label, read] = [viewOf(word.label, charset), viewOf(word.prediction, charset)]
        const distance = label === '' ? 0 : editDistance(label, read) / Math.max(label.length, read.length)
        return { ...word, dataset: datasets[set]!, distance }
      }),
    )
    .filter(({ distance, prediction }) => distance > 0 && prediction !== '')
    .sort((a, b) => b.distance - a.distance || b.confidence - a.confidence)
    .slice(0, SHOWN_MISTAKES)
  if (wrong.length === 0) return null
  const images = await Promise.all(wrong.map(({ dataset, index }) => dataset.image(index)))
  const readings = await recognizer.recognizeImages(images, { geometry: true })
  return drawMistakes(
    wrong.map(({ label, prediction, confidence }, place) => {
      return { image: images[place]!, rectified: readings[place]!.geometry!.rectified, label, prediction, confidence }
    }),
  )
}

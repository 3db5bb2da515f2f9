/** `safl evaluate`: how many words of a labelled set are read right, and which not. */
import { rmdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Dataset, dataKinds, openDataset, parseDataSpec, splits } from '../data/dataset.ts'
import { type EvaluatedWord, type Evaluation, evaluate } from '../evaluate/evaluate.ts'
import { type WordMetrics, wordMetrics } from '../evaluate/metrics.ts'
import {
  type CharsetSize,
  type Comparison,
  charsetSizes,
  normalizations,
  normalizeText,
  normalizeWords,
  partlyCompared,
  subsets,
  viewOf,
} from '../evaluate/protocol.ts'
import { reportSet, type SetReport, type TrainingFrequencies } from '../evaluate/report.ts'
import { CANVAS, PLOTS, requirePackages } from '../optional-packages.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { escapeControls } from '../text-encoding.ts'
import { readWordLines } from '../word-counts.ts'
import {
  collect,
  decoderOption,
  loadOptions,
  makeFolder,
  noPriorOption,
  noSecondLookOption,
  positiveInteger,
  precisionOption,
  priorOption,
  priorWeightOption,
  readLines,
} from './arguments.ts'
import { PHOTOGRAPHS } from './data-photographs.ts'
import { evaluatePhotographs } from './evaluate-photographs.ts'
import { type MeasuringArguments, measuredReading, writeReport } from './evaluation-report.ts'

interface Options extends MeasuringArguments {
  readonly task: 'recognize' | 'find' | 'read'
  readonly finder?: string
  readonly data: string[]
  readonly lexicon?: string
  readonly training: string[]
  readonly json?: boolean
  readonly wrong?: boolean
  readonly report?: string
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'Print word accuracy and 1 - NED over labelled words; by default case is ignored, and all but letters and digits. Of photographs: how many of their words are found, and read.',
    )
    .requiredOption(
      '--data <kind:path>',
      `labelled words, KIND one of ${dataKinds.join(', ')}, or photographs, ${PHOTOGRAPHS}; may be repeated`,
      collect,
    )
    .addOption(
      new Option(
        '--task <name>',
        'of photographs (icdar-e2e:DIR): find compares places, read places and texts; recognize reads labelled words',
      )
        .choices(['recognize', 'find', 'read'])
        .default('recognize'),
    )
    .option('--finder <file>', 'weights of what finds the words; default: those of the package')
    .addOption(
      new Option(
        '--split <name>',
        'what the lists of the set say; without lists every fifth sample, from the first, is validation',
      )
        .choices(splits)
        .default('all'),
    )
    .option('--charset <count>', `characters compared: ${charsetSizes.join(', ')} (94: as they are)`, charsetSize, 36)
    .addOption(
      new Option('--normalize <form>', 'what labels and readings become first; nfkd: é is e and ﬁ is fi, as for PARSeq')
        .choices(normalizations)
        .default('none'),
    )
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
    .option('--beam <count>', 'hypotheses followed at once; default: 5 with a prior, 1 without', positiveInteger)
    .addOption(noSecondLookOption())
    .addOption(priorOption())
    .addOption(noPriorOption())
    .addOption(priorWeightOption())
    .option('--batch <count>', 'images read together', positiveInteger, 32)
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
    .option(
      '--wrong',
      'print every word that was read wrong: its number, label, prediction and confidence; then those left out',
    )
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
  if (options.task !== 'recognize') return evaluatePhotographs(options.task, options)
  const folder = options.report
  if (folder !== undefined) requirePackages('safl evaluate --report', [...CANVAS, ...PLOTS])
  const made = folder === undefined ? undefined : await makeFolder(folder)
  try {
    await measure(options)
  } catch (error) {
    if (folder !== undefined && made !== undefined) await removeEmpty(folder, made)
    throw error
  }
}

/** Takes away a folder and those above it, up to the first that was made for it, as long as nothing is in them. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  for (let path = resolve(folder); path.length >= resolve(first).length; path = dirname(path)) {
    const isGone = await rmdir(path).then(
      () => true,
      () => false,
    )
    if (!isGone) return
  }
}

async function measure(options: Options): Promise<void> {
  const { charset, normalize: normalization, split, subset } = options
  const list = options.list === undefined ? null : new Set(await readLines(options.list))
  const lexicon =
    options.lexicon === undefined || options.lexicon === 'full' ? null : await readWordLines(options.lexicon)
  const training = await countTraining(options.training, { charset, normalization })
  const datasets: Dataset[] = []
  for (const spec of options.data.map(parseDataSpec)) datasets.push(await openDataset(spec))
  const recognizer = await SceneTextRecognizer.load({ ...loadOptions(options), worker: false })
  const reading = await measuredReading(options)
  const evaluations: Evaluation[] = []
  for (const dataset of datasets) {
    const evaluation = await evaluate(recognizer, dataset, { split, subset, list, normalization, reading })
    for (const problem of evaluation.unreadable) console.error(`safl: ${problem}`)
    if (!options.json) print(evaluation, options)
    evaluations.push(evaluation)
  }
  const reports = evaluations.map(({ data, results }) => {
    const words = options.lexicon === 'full' ? [...new Set(results.map(({ label }) => label))] : (lexicon ?? undefined)
    return reportSet(data, results, { charset, normalization, lexicon: words, training })
  })
  const total = summarize(evaluations, { charset, normalization })
  if (options.json) console.log(JSON.stringify({ ...total, sets: evaluations.map(brief(reports)) }, null, 2))
  else {
    for (const { data, lexicon: found } of reports)
      if (found) console.log(`${data}: ${percent(found.accuracy)} with a lexicon of ${found.size} words`)
    if (evaluations.length > 1) console.log(describe('all', total))
  }
  warnOfParts(evaluations, { charset, normalization })
  if (options.report !== undefined)
    await writeReport(options.report, { options, evaluations, reports, datasets, recognizer })
  await recognizer.dispose()
  for (const dataset of datasets) await dataset.close()
}

/** A word that is compared without its accents' letters may count as right, or as wrong, for no reading's fault. */
function warnOfParts(evaluations: readonly Evaluation[], comparison: Comparison): void {
  const labels = evaluations.flatMap(({ results }) => results.map(({ label }) => label))
  const partly = partlyCompared(labels, comparison)
  const [example] = partly
  if (example === undefined) return
  const { charset, normalization } = comparison
  const view = viewOf(normalizeText(example, normalization), charset)
  const advice =
    normalization === 'nfkd'
      ? '--charset 94 without --normalize compares all'
      : '--normalize nfkd compares é as e, --charset 94 all as they are'
  console.error(
    `safl: ${partly.length} ${partly.length === 1 ? 'word has' : 'words have'} characters beyond ASCII that are left out of the comparison, as "${escapeControls(example)}", compared as "${view}": ${advice}`,
  )
}

/** How often words and characters occur in the training split of labelled sets. */
async function countTraining(
  specs: readonly string[],
  { charset, normalization }: Comparison,
): Promise<TrainingFrequencies | undefined> {
  if (specs.length === 0) return undefined
  const words = new Map<string, number>()
  const characters = new Map<string, number>()
  for (const spec of specs.map(parseDataSpec)) {
    const dataset = await openDataset(spec)
    let index = -1
    for await (const label of dataset.labels()) {
      if (!dataset.inSplit(++index, 'train') || label instanceof Error) continue
      const view = viewOf(normalizeText(label, normalization), charset)
      words.set(view, (words.get(view) ?? 0) + 1)
      for (const character of view) characters.set(character, (characters.get(character) ?? 0) + 1)
    }
    await dataset.close()
  }
  return { words, characters }
}

interface Summary extends WordMetrics {
  readonly partly: number
  readonly millisecondsPerWord: number
}

function summarize(evaluations: readonly Evaluation[], { charset, normalization }: Comparison): Summary {
  const results = evaluations.flatMap((evaluation) => evaluation.results)
  const labels = results.map(({ label }) => label)
  const milliseconds = evaluations.reduce((sum, each) => sum + each.millisecondsPerWord * each.results.length, 0)
  return {
    ...wordMetrics(normalizeWords(results, normalization), charset),
    partly: partlyCompared(labels, { charset, normalization }).length,
    millisecondsPerWord: milliseconds / Math.max(results.length, 1),
  }
}

/** What JSON says of a set: not its thousand words. */
function brief(reports: readonly SetReport[]) {
  return ({ results: _, ...rest }: Evaluation, place: number) => {
    const { words, left, partly, accuracy, oneMinusNed, interval, lexicon, calibration } = reports[place]!
    return { ...rest, words, left, partly, accuracy, oneMinusNed, interval, lexicon, ece: calibration.ece }
  }
}

function print(evaluation: Evaluation, { charset, normalize: normalization, wrong }: Options): void {
  console.log(describe(evaluation.data, summarize([evaluation], { charset, normalization })))
  if (!wrong) return
  const line = ({ index, label, prediction, confidence }: EvaluatedWord) =>
    [index, escapeControls(label), escapeControls(prediction), confidence.toFixed(4)].join('\t')
  const measured = evaluation.results.map((word) => ({
    word,
    metrics: wordMetrics(normalizeWords([word], normalization), charset),
  }))
  for (const { word, metrics } of measured) if (metrics.words === 1 && metrics.accuracy === 0) console.log(line(word))
  const left = measured.filter(({ metrics }) => metrics.left === 1)
  if (left.length === 0) return
  console.log('left out of the count, with nothing to compare:')
  for (const { word } of left) console.log(line(word))
}

function describe(name: string, { words, left, accuracy, oneMinusNed, millisecondsPerWord }: Summary): string {
  const dropped = left ? ` (${left} with nothing to compare left out)` : ''
  return `${name}: ${words} words${dropped}, accuracy ${percent(accuracy)}, 1-NED ${percent(oneMinusNed)}, ${millisecondsPerWord.toFixed(1)} ms a word`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

/** `safl evaluate`: how many words of a labelled set are read right. */
import { Command, Option } from 'commander'
import { type Dataset, dataKinds, openDataset, parseDataSpec, type Split, splits } from '../data/dataset.ts'
import { type Evaluation, evaluate } from '../evaluate/evaluate.ts'
import { wordMetrics } from '../evaluate/metrics.ts'
import { type LoadOptions, SceneTextRecognizer } from '../recognize/recognizer.ts'
import { collect, positiveInteger } from './arguments.ts'

interface Options extends LoadOptions {
  readonly data: string[]
  readonly split: Split
  readonly batch: number
  readonly json?: boolean
  readonly wrong?: boolean
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Print word accuracy (case ignored, letters and digits only) and 1 - NED over labelled words.')
    .requiredOption(
      '--data <kind:path>',
      `labelled words, KIND one of ${dataKinds.join(', ')}; may be repeated`,
      collect,
      [],
    )
    .addOption(
      new Option('--split <name>', 'every fifth sample, from the first, is validation, the others training')
        .choices(splits)
        .default('all'),
    )
    .option('--model <name>', 'preset whose weights come with the package, or path of a weights file', 'tiny')
    .option('--preset <name>', 'preset of a weights file that does not name its model (such as authors)')
    .option('--batch <count>', 'images read together', positiveInteger, 32)
    .option('--threads <count>', 'threads of the runtime; default: all cores', positiveInteger)
    .option('--wrong', 'print every word that was read wrong: its number, label, prediction and confidence')
    .option('--json', 'print JSON instead')
    .action(async (options: Options) => {
      const specs = options.data.map(parseDataSpec)
      const datasets: Dataset[] = []
      for (const spec of specs) datasets.push(await openDataset(spec))
      const recognizer = await SceneTextRecognizer.load(options)
      const evaluations: Evaluation[] = []
      for (const dataset of datasets) {
        const evaluation = await evaluate(recognizer, dataset, { split: options.split, batchSize: options.batch })
        for (const problem of evaluation.unreadable) console.error(`safl: ${problem}`)
        if (!options.json) print(evaluation, options.wrong ?? false)
        evaluations.push(evaluation)
        await dataset.close()
      }
      await recognizer.dispose()
      const total = summarize(evaluations)
      if (options.json)
        console.log(JSON.stringify({ ...total, sets: evaluations.map(({ results: _, ...rest }) => rest) }, null, 2))
      else if (evaluations.length > 1) console.log(describe('all', total))
    })
}

type Summary = Pick<Evaluation, 'words' | 'left' | 'accuracy' | 'oneMinusNed' | 'millisecondsPerWord'>

function summarize(evaluations: readonly Evaluation[]): Summary {
  const results = evaluations.flatMap((evaluation) => evaluation.results)
  const milliseconds = evaluations.reduce(
    (sum, { millisecondsPerWord, results: read }) => sum + millisecondsPerWord * read.length,
    0,
  )
  return { ...wordMetrics(results), millisecondsPerWord: milliseconds / results.length }
}

function print(evaluation: Evaluation, wrong: boolean): void {
  console.log(describe(evaluation.data, evaluation))
  if (!wrong) return
  for (const { index, label, prediction, confidence } of evaluation.results) {
    if (wordMetrics([{ label, prediction }]).accuracy === 0) {
      console.log(`${index}\t${label}\t${prediction}\t${confidence.toFixed(4)}`)
    }
  }
}

function describe(name: string, { words, left, accuracy, oneMinusNed, millisecondsPerWord }: Summary): string {
  const dropped = left ? ` (${left} without a letter or digit left out)` : ''
  return `${name}: ${words} words${dropped}, accuracy ${(100 * accuracy).toFixed(2)} %, 1-NED ${(100 * oneMinusNed).toFixed(2)} %, ${millisecondsPerWord.toFixed(1)} ms a word`
}

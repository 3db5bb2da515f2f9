/** `safl calibrate`: makes a recogniser's confidence honest. */
import { Command, Option } from 'commander'
import * as runtime from 'onnxruntime-node'
import { type Dataset, dataKinds, openDataset, parseDataSpec, type Split, splits } from '../data/dataset.ts'
import { confidenceLoss, findTemperature } from '../evaluate/calibrate.ts'
import { type EvaluatedWord, evaluate } from '../evaluate/evaluate.ts'
import { measureBounds } from '../evaluate/measure-bounds.ts'
import { calibration } from '../evaluate/metrics.ts'
import { readWords } from '../evaluate/validate.ts'
import { decisiveView, isComparable, isRight, type ValidationView, viewNames } from '../evaluate/validation-view.ts'
import { formatWeights } from '../model/weights-file.ts'
import { canDraft } from '../recognize/open-engine.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { writeWhole } from '../write-whole.ts'
import { collect } from './arguments.ts'

interface Options {
  readonly model: string
  readonly data: string[]
  readonly split: Split
  readonly out: string
}

/** Words by which the bounds of activations are measured. */
const BOUNDS_WORDS = 512

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description(
      'Fit the temperature with which confidence says how often words are right, measure what reading in 8 bits needs, and write the weights with both.',
    )
    .option('--model <name>', 'preset whose weights come with the package, or path of a weights file', 'tiny')
    .requiredOption(
      '--data <kind:path>',
      `labelled words, KIND one of ${dataKinds.join(', ')}; may be repeated`,
      collect,
    )
    .addOption(new Option('--split <name>', 'part of them').choices(splits).default('validation'))
    .requiredOption('--out <file>', 'the weights file to write, in 16 bits')
    .action(run)
}

async function run({ model, data, split, out }: Options): Promise<void> {
  const file = await readWeightsFile({ model })
  const datasets: Dataset[] = []
  for (const spec of data.map(parseDataSpec)) datasets.push(await openDataset(spec))
  const view = decisiveView(file.settings.furtherCharacters)
  const compared = await countCompared(datasets, split, view)
  console.error(`safl: ${compared} words, compared by ${viewNames[view]}`)
  const read = async (temperature: number) => {
    const settings = { ...file.settings, temperature }
    // The CTC head has no temperature.
    const recognizer = await SceneTextRecognizer.create({ ...file, settings, ctcSure: undefined }, runtime)
    const words: EvaluatedWord[] = []
    for (const dataset of datasets) {
      // The temperature is the decoder's: a second look's confidence is a share of what it finds.
      const reading = { secondLook: false }
      const { results } = await evaluate(recognizer, dataset, { split, subset: 'all', list: null, reading })
      words.push(...results)
    }
    await recognizer.dispose()
    return words
  }
  const temperature = await findTemperature(async (candidate) => {
    const loss = confidenceLoss(await read(candidate), view)
    console.error(`temperature ${candidate.toFixed(3)}: loss ${loss.toFixed(4)}`)
    return loss
  })
  const [before, after] = [await read(file.settings.temperature), await read(temperature)].map((words) =>
    eceOf(words, view),
  ) as [number, number]
  // Bounds need no unseen words, and those that figures are of stay out of them. Where there are no others, the old ones stay.
  const seen = canDraft(file) ? await readWords(datasets, split === 'all' ? 'all' : 'train', BOUNDS_WORDS) : []
  const bounds = seen.length > 0 ? await measureBounds(file, seen, runtime) : file.bounds
  for (const dataset of datasets) await dataset.close()
  await writeWhole(out, formatWeights({ ...file, bounds, settings: { ...file.settings, temperature } }, 'F16'))
  console.log(
    `${out}: temperature ${temperature}; expected calibration error ${before.toFixed(3)} before, ${after.toFixed(3)} after; ${bounds ? `bounds of ${Object.keys(bounds).length} activations for 8 bits` : 'no bounds for 8 bits'}`,
  )
}

/** Words of a split that have something to compare; at least one. */
async function countCompared(datasets: readonly Dataset[], split: Split, view: ValidationView): Promise<number> {
  let [words, compared] = [0, 0]
  for (const dataset of datasets) {
    let index = -1
    for await (const label of dataset.labels()) {
      if (!dataset.inSplit(++index, split) || label instanceof Error) continue
      words++
      if (isComparable(label, view)) compared++
    }
  }
  if (compared > 0) return compared
  const which = split === 'all' ? 'words' : `${split} words`
  throw new Error(
    words === 0
      ? `--data: there are no ${which}; name others with --split, or other sets`
      : `--data: none of ${words} ${which} has a character of those compared, which are ${viewNames[view]}`,
  )
}

function eceOf(words: readonly EvaluatedWord[], view: ValidationView): number {
  const compared = words.filter(({ label }) => isComparable(label, view))
  return calibration(compared.map((word) => ({ confidence: word.confidence, right: isRight(word, view) }))).ece
}

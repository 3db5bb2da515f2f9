/** `safl evaluate --task find|read`: how many words of photographs are found, and read. */
import { openPhotographs, type PhotographFile, parsePhotographSpec, readPhotograph } from '../data/photographs.ts'
import { evaluateFinding, evaluateReading, type ReadingEvaluation } from '../evaluate/evaluate-reading.ts'
import type { Retrieval } from '../evaluate/retrieval.ts'
import type { RgbImage } from '../image/image.ts'
import { TextReader } from '../read/text-reader.ts'
import { loadOptions } from './arguments.ts'
import { type MeasuringArguments, measuredReading } from './evaluation-report.ts'
import { progressLine } from './progress.ts'

interface Options extends MeasuringArguments {
  readonly data: readonly string[]
  readonly finder?: string
  readonly json?: boolean
}

type Evaluation = Partial<ReadingEvaluation> &
  Pick<ReadingEvaluation, 'photographs' | 'millisecondsPerPhotograph' | 'detection'>

const names = {
  detection: 'places (IoU above 0.5)',
  endToEnd: 'places and texts',
  wordSpotting: 'places and texts of three characters or more',
  bagOfWords: 'texts alone',
} as const

export async function evaluatePhotographs(task: 'find' | 'read', options: Options): Promise<void> {
  const reader = await TextReader.load({
    ...loadOptions(options),
    worker: false,
    ...(options.finder !== undefined && { finder: options.finder }),
  })
  const reading = await measuredReading(options)
  const sets: (Evaluation & { readonly data: string })[] = []
  for (const spec of options.data) {
    const { name, photographs } = await openPhotographs(parsePhotographSpec(spec))
    const chosen = photographs.filter(
      ({ isValidation }) => options.split === 'all' || isValidation === (options.split === 'validation'),
    )
    const progress = progressLine(chosen.length, 'photographs')
    const asked = {
      photographs: labelled(chosen),
      read:
        task === 'find'
          ? (image: RgbImage) => reader.find(image)
          : async (image: RgbImage) => (await reader.read(image, reading)).words,
      onPhotograph: (_: unknown, index: number) => progress.update(index + 1),
    }
    const evaluation = await (task === 'find' ? evaluateFinding(asked) : evaluateReading(asked))
    progress.end()
    sets.push({ data: name, ...evaluation })
    if (!options.json) print(name, evaluation)
  }
  if (options.json) console.log(JSON.stringify({ sets }, null, 2))
  await reader.dispose()
}

async function* labelled(files: readonly PhotographFile[]) {
  for (const file of files) yield await readPhotograph(file)
}

function print(name: string, evaluation: Evaluation): void {
  const { photographs, millisecondsPerPhotograph } = evaluation
  console.log(`${name}: ${photographs} photographs, ${millisecondsPerPhotograph.toFixed(0)} ms a photograph`)
  for (const [part, title] of Object.entries(names) as [keyof typeof names, string][]) {
    const retrieval = evaluation[part]
    if (retrieval) console.log(`  ${title}: ${describe(retrieval)}`)
  }
}

function describe({ recall, precision, hMean }: Retrieval): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  return `recall ${percent(recall)}, precision ${percent(precision)}, F ${percent(hMean)}`
}

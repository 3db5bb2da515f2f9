/** The report of `safl evaluate`: a page and its figures, in a folder. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Dataset, Split } from '../data/dataset.ts'
import type { Evaluation } from '../evaluate/evaluate.ts'
import { editDistance } from '../evaluate/metrics.ts'
import { type CharsetSize, type Normalization, normalizeText, type Subset, viewOf } from '../evaluate/protocol.ts'
import type { SetReport } from '../evaluate/report.ts'
import type { NodeEngineOptions } from '../recognize/node-engine.ts'
import { precisionOf } from '../recognize/open-engine.ts'
import type { RecognizeOptions } from '../recognize/reading-options.ts'
import type { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { writeWhole } from '../write-whole.ts'
import { type PriorArguments, readPrior } from './arguments.ts'

/** What was asked for: with what words were read, and how they were compared. */
export interface MeasuringArguments extends NodeEngineOptions, PriorArguments {
  readonly split: Split
  readonly charset: CharsetSize
  readonly normalize: Normalization
  readonly subset: Subset
  readonly list?: string
  readonly beam?: number
  readonly secondLook: boolean
  readonly batch: number
}

/** How the recogniser is asked to read what is measured. */
export async function measuredReading(options: MeasuringArguments): Promise<RecognizeOptions> {
  const { beam, secondLook, batch: batchSize } = options
  const prior = await readPrior(options)
  return { secondLook, batchSize, ...(beam !== undefined && { beamWidth: beam }), ...prior }
}

/** Mistakes on the page's picture. */
const SHOWN_MISTAKES = 60

export interface Findings {
  readonly options: MeasuringArguments
  readonly evaluations: readonly Evaluation[]
  readonly reports: readonly SetReport[]
  readonly datasets: readonly Dataset[]
  readonly recognizer: SceneTextRecognizer
}

/** Writes report.json and report.html. */
export async function writeReport(
  folder: string,
  { options, evaluations, reports, datasets, recognizer }: Findings,
): Promise<void> {
  const { renderReportPage } = await import('../evaluate/report-page.ts')
  const file = await readWeightsFile(options)
  const weights = createHash('sha256')
  for (const [name, { data }] of [...file.weights].sort(([a], [b]) => (a < b ? -1 : 1)))
    weights.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const labels = createHash('sha256')
  for (const { data, results } of evaluations) labels.update(data).update(results.map(({ label }) => label).join('\n'))
  const provenance = {
    model: options.model ?? 'tiny',
    decoder: options.decoder ?? 'attention',
    precision: precisionOf(file, options),
    ...(options.beam !== undefined && { beam: String(options.beam) }),
    ...(options.prior !== undefined && { prior: options.prior || 'none' }),
    looks: options.secondLook ? 'two' : 'one',
    ...(options.priorWeight !== undefined && { 'weight of the prior': String(options.priorWeight) }),
    'SHA-256 of the weights': weights.digest('hex'),
    'SHA-256 of the labels': labels.digest('hex'),
    ...Object.fromEntries(Object.entries(file.provenance).map(([name, value]) => [`training: ${name}`, value])),
    split: options.split,
    subset: options.subset,
    charset: String(options.charset),
    ...(options.normalize !== 'none' && { normalization: options.normalize }),
    ...(options.list !== undefined && { list: options.list }),
    node: process.version,
    date: new Date().toISOString(),
  }
  const mistakes = await drawWorst({ options, evaluations, datasets, recognizer })
  await writeWhole(join(folder, 'report.json'), `${JSON.stringify({ provenance, sets: reports }, null, 2)}\n`)
  await writeWhole(join(folder, 'report.html'), await renderReportPage({ provenance, sets: reports, mistakes }))
  console.error(`safl: wrote ${join(folder, 'report.html')} and report.json`)
}

/** The readings farthest from their labels, of equals the most confident. */
async function drawWorst({
  options: { charset, normalize },
  evaluations,
  datasets,
  recognizer,
}: Omit<Findings, 'reports'>): Promise<Buffer | null> {
  const { drawMistakes } = await import('../evaluate/mistakes-sheet.ts')
  const wrong = evaluations
    .flatMap(({ results }, set) =>
      results.map((word) => {
        const view = (text: string) => viewOf(normalizeText(text, normalize), charset)
        const [label, read] = [view(word.label), view(word.prediction)]
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

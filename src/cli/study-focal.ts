/** `safl study focal`: whether focal loss reads more words than cross-entropy, all else being equal. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { Command } from 'commander'
import type { WeightsFile } from '../model/weights-file.ts'
import { CANVAS, PLOTS, requirePackages } from '../optional-packages.ts'
import { loadPreset, loadPresetForWeights } from '../presets/index.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { arms, presetOf, STUDIED_SETTINGS } from '../study/arms.ts'
import { chooseArms, planRuns } from '../study/plan.ts'
import { StudyFolder } from '../study/study-folder.ts'
import { writeReport } from '../study/write-report.ts'
import { addStudyOptions, describeStudy, makeRuns, type StudyOptions, sayDone, threadsAskedFor } from './study-runs.ts'

interface Options extends StudyOptions {
  readonly weights?: string
}

export function focalCommand(): Command {
  const command = new Command('focal').description(
    'Train with focal loss and with cross-entropy on the same words with the same seeds, and compare what they read. Ctrl-C ends after the step; the same command goes on.',
  )
  const writes = 'report.html, report.md, report.json'
  return addStudyOptions(command, { preset: 'mini', words: 60_000, seeds: 3, arms, writes })
    .option(
      '--weights <name>',
      "start every run from these weights, a file or a preset's of the package, at a fifth of the learning rate unless it is set",
    )
    .action(run)
}

async function run(options: Options): Promise<void> {
  requirePackages('safl study focal', PLOTS)
  const chosen = chooseArms(arms, options.arms?.split(',') ?? arms.map(({ name }) => name))
  const weights = options.weights === undefined ? null : await readWeights(options.weights, options.preset)
  const fresh = weights ? loadPresetForWeights(options.preset, weights.file.settings) : loadPreset(options.preset)
  const origin = weights && { name: weights.name, digest: weights.digest }
  const study = await describeStudy(options, { kind: 'focal', weights: origin, fresh, decided: STUDIED_SETTINGS })
  const uniform = chosen.find(({ naturalness }) => naturalness === 0)
  if (study.settings.training.realShare === 1 && options.arms !== undefined && uniform)
    throw new Error(`--arms ${uniform.name}: without synthetic words (training.realShare 1) their frequency is fixed`)
  const useful = chosen.filter(({ naturalness }) => study.settings.training.realShare < 1 || naturalness > 0)
  if (study.settings.training.realShare < 1) requirePackages('safl study focal', CANVAS)
  const folder = await StudyFolder.open(options.out, study)
  const planned = planRuns(useful, options.seeds)
  const report = () => writeReport(folder, planned)
  const threads = threadsAskedFor(options)
  await makeRuns(planned, { options, folder, presetOf, report, threads, weights: weights?.file ?? null })
  sayDone(planned, folder, `${options.out}/report.html`)
}

interface ReadWeights {
  readonly name: string
  readonly digest: string
  readonly file: WeightsFile
}

async function readWeights(name: string, preset: string): Promise<ReadWeights> {
  const file = await readWeightsFile({ model: name, preset })
  const digest = createHash('sha256')
  for (const [tensor, { data }] of file.weights) digest.update(`${tensor}\n`).update(data)
  return { name: basename(name), digest: digest.digest('hex'), file }
}

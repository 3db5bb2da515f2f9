/** `safl study parts`: what each part of SAFL is worth, beside the parts of the models that it grew out of. */
import { join } from 'node:path'
import { Command } from 'commander'
import { openDataset } from '../data/dataset.ts'
import { readWords } from '../evaluate/validate.ts'
import { CANVAS, requirePackages } from '../optional-packages.ts'
import { loadPreset } from '../presets/index.ts'
import { drawWords } from '../study/drawn-words.ts'
import { measureCosts, type TrainedArm } from '../study/measure-costs.ts'
import { DECIDED_BY_PARTS, partArms, partPresetOf } from '../study/part-arms.ts'
import { chooseArms, planRuns } from '../study/plan.ts'
import { StudyFolder } from '../study/study-folder.ts'
import { COSTS_FILE, readCosts, writePartsReport } from '../study/write-parts-report.ts'
import { positiveInteger } from './arguments.ts'
import {
  addStudyOptions,
  describeStudy,
  makeRuns,
  type StudyOptions,
  sayDone,
  sourcesOf,
  threadsAskedFor,
} from './study-runs.ts'
import { trainingSynth } from './synth-material.ts'

interface Options extends StudyOptions {
  readonly drawn: number
}

/** Words that are read to measure how long it takes. */
const TIMED_WORDS = 100

export function partsCommand(): Command {
  const command = new Command('parts').description(
    "Train SAFL with one part after another taken out or changed for RARE's or SATRN's, on the same words with the same seeds, and compare what they read and what they cost. Ctrl-C ends after the step; the same command goes on.",
  )
  const writes = 'report.md, report.json, costs.json, drawn words'
  return addStudyOptions(command, { preset: 'tiny', words: 25_600, seeds: 2, arms: partArms, writes })
    .option(
      '--drawn <count>',
      'synthetic words that are read straight, curved and rotated; drawn once a folder',
      positiveInteger,
      300,
    )
    .action(run)
}

async function run(options: Options): Promise<void> {
  requirePackages('safl study parts', CANVAS)
  const chosen = chooseArms(partArms, options.arms?.split(',') ?? partArms.map(({ name }) => name))
  const fresh = loadPreset(options.preset)
  const study = await describeStudy(options, { kind: 'parts', weights: null, fresh, decided: DECIDED_BY_PARTS })
  const planned = planRuns(chosen, options.seeds)
  // What an arm cannot be made of is said before the first hour.
  for (const each of planned) partPresetOf(each, study.settings)
  const folder = await StudyFolder.open(options.out, study)
  const further = await drawWords(join(options.out, 'drawn'), {
    synth: trainingSynth(options, study.settings),
    count: options.drawn,
    workers: options.workers,
  })
  const report = () => writePartsReport(folder, planned)
  const threads = threadsAskedFor(options)
  const made = { options, folder, presetOf: partPresetOf, report, threads, weights: null, further }
  const signal = await makeRuns(planned, made)
  await measure({ options, folder, signal })
  await report()
  sayDone(planned, folder, `${options.out}/report.md`)
}

interface Measuring {
  readonly options: Options
  readonly folder: StudyFolder
  readonly signal: AbortSignal
}

/** Measures all models that were trained together, as soon as there is one that was not measured. */
async function measure({ options, folder, signal }: Measuring): Promise<void> {
  const runs = await folder.runs()
  const first = partArms.flatMap((arm) => {
    const run = arm.modelOf === null ? runs.find((each) => each.arm === arm.name) : undefined
    return run ? [{ arm, run }] : []
  })
  const costs = await readCosts(folder)
  const isKnown = (name: string) => costs?.arms.some(({ arm }) => arm === name) ?? false
  if (signal.aborted || first.every(({ arm }) => isKnown(arm.name))) return
  console.error(`safl: measuring ${first.length} ${first.length === 1 ? 'model' : 'models'}`)
  const trained: TrainedArm[] = []
  for (const { arm, run } of first) trained.push({ arm, preset: run.settings, weights: await folder.weights(run) })
  const datasets = await Promise.all((await sourcesOf(options)).map(openDataset))
  const words = await readWords(datasets, 'validation', TIMED_WORDS)
  for (const dataset of datasets) await dataset.close()
  const images = words.map(({ image }) => image)
  const found = await measureCosts(trained, { images, threads: threadsAskedFor(options), signal })
  if (found) await folder.write(COSTS_FILE, `${JSON.stringify(found, null, 2)}\n`)
}

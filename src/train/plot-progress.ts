/** Losses, accuracy, learning rate and speed of a run over its steps. (Node) */

import type { AnyPreset } from '../config.ts'
import { renderPlot } from '../evaluate/render-plot.ts'
import type { FinderValidation, LogRecord, StepRecord, ValidationRecord } from './log-record.ts'

/** A heading and the SVG of what stands under it. */
export interface ProgressSection {
  readonly heading: string
  readonly svg: string
}

/** What losses are called; others are called by their names in the log. */
const LOSSES: Readonly<Record<string, string>> = {
  columnLoss: 'Columns: the character over each',
  ctcLoss: 'CTC',
  outlineLoss: 'Outline of the word',
  kernelLoss: 'Kernels',
  diceLoss: 'Overlap of kernels (dice)',
  distanceLoss: 'Distance to the outline',
}

type Values = readonly Readonly<Record<string, unknown>>[]

/** One section a subject that the log says something of; all losses that are not zero throughout. */
export async function plotProgress(records: readonly LogRecord[]): Promise<ProgressSection[]> {
  const steps = records.filter((record) => 'loss' in record)
  const validations = records.filter((record) => 'accuracy' in record)
  const sample = steps.some((record) => 'kernelLoss' in record) ? 'crop' : 'word'
  const titles: Readonly<Record<string, string>> = { ...LOSSES, loss: `Loss a ${sample}` }
  const sections = [
    { heading: 'Losses', plots: lossesOf(steps).map((field) => line(titles[field] ?? field, steps, { field })) },
    { heading: 'Validation', plots: validations.length > 0 ? validationPlots(validations) : [] },
    {
      heading: 'Learning rate and speed',
      plots:
        steps.length > 0
          ? [
              line('Learning rate', steps, { field: 'rate' }),
              line(sample === 'word' ? 'Words a second' : 'Crops a second', steps, { field: 'samplesPerSecond' }),
            ]
          : [],
    },
  ]
  const drawn: ProgressSection[] = []
  for (const { heading, plots } of sections) {
    if (plots.length === 0) continue
    const rows = Array.from({ length: Math.ceil(plots.length / 2) }, (_, row) => plots.slice(2 * row, 2 * row + 2))
    drawn.push({ heading, svg: await renderPlot({ vconcat: rows.map((hconcat) => ({ hconcat })) }) })
  }
  return drawn
}

function lossesOf(steps: readonly StepRecord<AnyPreset>[]): string[] {
  const records = steps.map((record): Readonly<Record<string, unknown>> => ({ ...record }))
  const names = new Set(records.flatMap((record) => Object.keys(record).filter((name) => /loss$/i.test(name))))
  return [...names].filter((name) => records.some((record) => typeof record[name] === 'number' && record[name] !== 0))
}

/** All of them, and each set where there are several. */
function validationPlots(validations: readonly (ValidationRecord | FinderValidation)[]) {
  const ofWords = validations.filter((record): record is ValidationRecord => 'oneMinusNed' in record)
  const bySet = ofWords.flatMap(({ step, sets = {}, view = 'alphanumeric' }) =>
    Object.entries(sets).map(([set, figures]) => ({ step, set, accuracy: figures[view].accuracy })),
  )
  const isOne = new Set(bySet.map(({ set }) => set)).size < 2
  return [
    line('Accuracy', validations, { field: 'accuracy' }),
    ...(ofWords.length > 0 ? [line('1 - NED', ofWords, { field: 'oneMinusNed' })] : []),
    ...(isOne ? [] : [line('Accuracy by set', bySet, { field: 'accuracy', colour: 'set' })]),
  ]
}

function line(
  title: string,
  values: Values | readonly object[],
  { field, colour }: { field: string; colour?: string },
) {
  return {
    title,
    width: 420,
    height: 160,
    data: { values: [...values] },
    mark: { type: 'line' as const, point: values.length < 40 },
    encoding: {
      x: { field: 'step', type: 'quantitative' as const },
      y: { field, type: 'quantitative' as const, title: null, scale: { zero: !/loss$/i.test(field) } },
      ...(colour !== undefined && { color: { field: colour, type: 'nominal' as const, title: null } }),
    },
  }
}

/** The figures of a study's report. (Node) */
import { renderPlot } from '../evaluate/render-plot.ts'
import type { ArmReport, Comparison, StudyReport } from './analyse.ts'
import type { Estimate } from './bootstrap.ts'

interface Dot {
  /** Row of the plot. */
  readonly row: string
  /** Colour within the row. */
  readonly series: string
  readonly value: number
  readonly low: number
  readonly high: number
}

/** SVG files' texts: accuracies, differences, differences by frequency, calibration. */
export async function drawPlots({ arms, comparisons }: StudyReport): Promise<string[]> {
  const plots: (ReturnType<typeof dots> | ReturnType<typeof calibrations>)[][] = []
  if (arms.length > 0) plots.push([accuracies(arms), calibrations(arms)])
  if (comparisons.length > 0) {
    const differences = (
      title: string,
      groups: (each: Comparison) => readonly (Estimate & { readonly group: string })[],
    ) =>
      dots(
        title,
        comparisons.flatMap((each) => groups(each).map((group) => dot(group.group, each.title, group))),
      )
    plots.push([
      differences('Difference to cross-entropy at the same word frequency, points', ({ sets, all, meanOfSets }) => [
        ...sets,
        { ...all, group: 'all words' },
        { ...meanOfSets, group: 'mean of the sets' },
      ]),
    ])
    plots.push([
      differences('Difference by how often the word was seen, points', (each) => each.wordFrequency),
      differences('Difference of characters by how often these were seen, points', (each) => each.characterFrequency),
    ])
  }
  return Promise.all(plots.map((row) => renderPlot({ hconcat: row })))
}

function dot(row: string, series: string, { value, interval: [low, high] }: Estimate): Dot {
  return { row, series, value: 100 * value, low: 100 * low, high: 100 * high }
}

function accuracies(arms: readonly ArmReport[]) {
  return dots(
    'Accuracy on all words, %',
    arms.map(({ title, all }) => dot(title, title, all)),
    { zero: false },
  )
}

/** Points with their 95 % intervals; several series share a row, and a line marks 0 where it belongs to the scale. */
function dots(title: string, values: readonly Dot[], { zero = true }: { zero?: boolean } = {}) {
  const series = { field: 'series', type: 'nominal' as const, sort: null, title: null }
  const shared = values.some(({ row }, place) => values.findIndex((each) => each.row === row) < place)
  const place = {
    y: { field: 'row', type: 'nominal' as const, sort: null, title: null, axis: { labelLimit: 240 } },
    color: series,
    ...(shared && { yOffset: series }),
  }
  const x = (field: string) => ({ field, type: 'quantitative' as const, title: null, scale: { zero } })
  const line = { data: { values: [{ at: 0 }] }, mark: { type: 'rule' as const }, encoding: { x: x('at') } }
  return {
    title,
    width: 420,
    height: { step: shared ? 14 : 24 },
    data: { values: values.map((value) => ({ ...value })) },
    layer: [
      ...(zero ? [line] : []),
      { mark: { type: 'rule' as const }, encoding: { ...place, x: x('low'), x2: { field: 'high' } } },
      { mark: { type: 'point' as const, filled: true, size: 50 }, encoding: { ...place, x: x('value') } },
    ],
  }
}

function calibrations(arms: readonly ArmReport[]) {
  const x = { field: 'confidence', type: 'quantitative' as const, scale: { domain: [0, 1] } }
  const y = { field: 'accuracy', type: 'quantitative' as const, scale: { domain: [0, 1] } }
  const diagonal = [0, 1].map((value) => ({ confidence: value, accuracy: value }))
  return {
    title: 'Calibration, all seeds',
    width: 300,
    height: 240,
    layer: [
      {
        data: { values: diagonal },
        mark: { type: 'line' as const, strokeDash: [4, 4], color: 'grey' },
        encoding: { x, y },
      },
      {
        data: { values: arms.flatMap(({ title, bins }) => bins.map((bin) => ({ series: title, ...bin }))) },
        mark: { type: 'line' as const, point: true },
        encoding: { x, y, color: { field: 'series', type: 'nominal' as const, sort: null, title: null } },
      },
    ],
  }
}

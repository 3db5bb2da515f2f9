/** The figure of a training set: how often its characters, words and lengths occur. (Node) */
import type { LabelStatistics } from '../data/label-statistics.ts'
import { renderPlot } from './render-plot.ts'

/** Points of the word curve: ranks are thinned out as they grow, which a logarithmic axis does not show. */
const WORD_POINTS = 400

/** An SVG file: characters by frequency, words by rank (both axes logarithmic), lengths. */
export async function plotLabelStatistics(name: string, statistics: LabelStatistics): Promise<string> {
  const { labels, words, characters, lengths } = statistics
  const step = Math.max(Math.log(words.length) / WORD_POINTS, 1e-6)
  const ranks = words
    .map(([word, times], index) => ({ rank: index + 1, word, times }))
    .filter(({ rank }) => Math.floor(Math.log(rank) / step) > Math.floor(Math.log(Math.max(rank - 1, 0.5)) / step))
  return renderPlot({
    title: `${name}: ${labels} words, ${words.length} different`,
    vconcat: [
      {
        title: 'Characters',
        width: 900,
        height: 180,
        data: { values: characters.map(([character, times]) => ({ character, times })) },
        mark: 'bar',
        encoding: {
          x: { field: 'character', type: 'nominal', sort: null, axis: { labelAngle: 0, title: null } },
          y: { field: 'times', type: 'quantitative', title: 'times', scale: { type: 'symlog' } },
        },
      },
      {
        hconcat: [
          {
            title: 'Words by rank',
            width: 420,
            height: 180,
            data: { values: ranks },
            mark: { type: 'line', interpolate: 'step-after' },
            encoding: {
              x: { field: 'rank', type: 'quantitative', scale: { type: 'log' } },
              y: { field: 'times', type: 'quantitative', scale: { type: 'log' } },
            },
          },
          {
            title: 'Lengths',
            width: 420,
            height: 180,
            data: { values: lengths.map(([length, times]) => ({ length, times })) },
            mark: 'bar',
            encoding: {
              x: { field: 'length', type: 'ordinal', title: 'characters', axis: { labelAngle: 0 } },
              y: { field: 'times', type: 'quantitative', title: 'words' },
            },
          },
        ],
      },
    ],
  })
}

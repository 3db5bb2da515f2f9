/** A report as one HTML page that opens without a network. (Node) */
import { renderPlot } from './render-plot.ts'
import type { Group, SetReport } from './report.ts'

export interface PageOptions {
  /** What was measured with what: shown as a table of names and values. */
  readonly provenance: Readonly<Record<string, string>>
  readonly sets: readonly SetReport[]
  /** PNG of the worst mistakes. */
  readonly mistakes: Buffer | null
}

export async function renderReportPage({ provenance, sets, mistakes }: PageOptions): Promise<string> {
  const sections = await Promise.all(sets.map(renderSet))
  const facts = Object.entries(provenance).map(([name, value]) => [name, value])
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>How well words were read</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem }
td, th { border: 1px solid #ccc; padding: 0.2rem 0.6rem; text-align: left }
img, svg { max-width: 100%; height: auto }
</style>
<h1>How well words were read</h1>
${table(['', ''], facts)}
${table(
  ['set', 'words', 'accuracy', '95 % interval', '1 − NED', 'case-sensitive', 'all characters', 'ECE'],
  sets.map(({ data, words, accuracy, interval, oneMinusNed, charsets, calibration }) => [
    data,
    `${words}`,
    percent(accuracy),
    `${percent(interval[0])} to ${percent(interval[1])}`,
    percent(oneMinusNed),
    percent(charsets[62].accuracy),
    percent(charsets[94].accuracy),
    calibration.ece.toFixed(3),
  ]),
)}
${sections.join('\n')}
${mistakes ? `<h2>Worst mistakes</h2>\n<p>Crop, straightened crop, label → reading, confidence.</p>\n<img alt="crops that were read wrong" src="data:image/png;base64,${mistakes.toString('base64')}">` : ''}
</html>
`
}

async function renderSet(report: SetReport): Promise<string> {
  const plot = await renderPlot({
    hconcat: [
      bars('Length, characters', report.lengths),
      {
        title: 'Calibration',
        width: 300,
        height: 200,
        data: { values: report.calibration.bins.map((bin) => ({ ...bin })) },
        layer: [
          {
            data: {
              values: [
                { confidence: 0, accuracy: 0 },
                { confidence: 1, accuracy: 1 },
              ],
            },
            mark: { type: 'line', strokeDash: [4, 4], color: 'grey' },
            encoding: {
              x: { field: 'confidence', type: 'quantitative' },
              y: { field: 'accuracy', type: 'quantitative' },
            },
          },
          {
            mark: { type: 'line', point: true },
            encoding: {
              x: { field: 'confidence', type: 'quantitative' },
              y: { field: 'accuracy', type: 'quantitative' },
            },
          },
        ],
      },
      ...(report.frequencies.length > 0 ? [bars('Word in training', report.frequencies)] : []),
      ...(report.characterFrequencies.length > 0 ? [bars('Character in training', report.characterFrequencies)] : []),
    ],
  })
  const confusions = report.confusions
    .slice(0, 20)
    .map(({ label, read, times }) => [label || '(none)', read || '(none)', `${times}`])
  const lexicon = report.lexicon
    ? `<p>With a lexicon of ${report.lexicon.size} words: ${percent(report.lexicon.accuracy)}.</p>`
    : ''
  return `<h2>${escapeText(report.data)}</h2>\n${lexicon}\n${plot}\n${table(['character', 'read as', 'times'], confusions)}`
}

function bars(title: string, groups: readonly Group[]) {
  return {
    title,
    width: Math.max(120, 26 * groups.length),
    height: 200,
    data: { values: groups.map((group) => ({ ...group })) },
    mark: 'bar' as const,
    encoding: {
      x: { field: 'group', type: 'nominal' as const, sort: null, title: null },
      y: { field: 'accuracy', type: 'quantitative' as const, scale: { domain: [0, 1] } },
    },
  }
}

/** An HTML table; a head of empty cells is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')}</tr>`
  const header = head.some((cell) => cell !== '') ? `${line(head, 'th')}\n` : ''
  return `<table>\n${header}${rows.map((cells) => line(cells, 'td')).join('\n')}\n</table>`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** Text as HTML shows it. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

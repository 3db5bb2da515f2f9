/** What was read, drawn over its photograph. */
import { distance } from '../image/quadrilateral.ts'
import { escapeXml } from './formats/xml.ts'
import type { PhotographReading, ReadWord } from './photograph-reading.ts'

export interface OverlayOptions {
  /** Of the picture, pixels, if it is not drawn at the photograph's size. */
  readonly width?: number
  readonly height?: number
}

/**
 * An SVG picture as large as the photograph: each word's quadrilateral, green where it is sure and red where it is not, its
 * upper edge thicker, and its text above it, along it.
 */
export function overlaySvg(reading: PhotographReading, options: OverlayOptions = {}): string {
  const { width = reading.width, height = reading.height } = options
  // Readable in the picture as it is drawn, however small a word is.
  const least = (11 * reading.width) / width
  const words = reading.words.map((word) => drawWord(word, least))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${reading.width} ${reading.height}">
<g font-family="sans-serif" font-weight="bold" stroke-linejoin="round">
${words.join('\n')}
</g>
</svg>
`
}

function drawWord({ quadrilateral, text, confidence }: ReadWord, least: number): string {
  const [a, b, c, d] = quadrilateral
  const height = Math.min(distance(a, d), distance(b, c))
  const width = Math.max(distance(a, b), distance(d, c))
  // About as long as the word at most.
  const size = Math.max(Math.min(0.5 * height, (1.6 * width) / text.length), least)
  const colour = `hsl(${Math.round(120 * confidence)}, 90%, 38%)`
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI
  const line = Math.max(size / 12, least / 11)
  const round = (value: number) => Math.round(value * 100) / 100
  const points = quadrilateral.map(([x, y]) => `${round(x)},${round(y)}`)
  const at = `translate(${round(a[0])} ${round(a[1])}) rotate(${round(angle)})`
  return [
    `<g stroke="${colour}" fill="none" stroke-width="${round(line)}"><polygon points="${points.join(' ')}"/>`,
    `<polyline points="${points.slice(0, 2).join(' ')}" stroke-width="${round(2.5 * line)}"/></g>`,
    `<text transform="${at}" y="${round(-0.25 * size)}" font-size="${round(size)}" fill="${colour}" stroke="#fff" stroke-width="${round(size / 6)}" paint-order="stroke" xml:space="preserve">${escapeXml(text)}</text>`,
  ].join('')
}

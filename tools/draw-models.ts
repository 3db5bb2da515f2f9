/**
 * Draws `docs/images/models.svg`, the parts of the presets side by side, from their settings, and prints the table of
 * docs/models.md: parameters by part, and the arithmetic of a word.
 *
 *   npx tsx tools/draw-models.ts
 */
import { fileURLToPath } from 'node:url'
import type { ModelSettings } from '../src/config.ts'
import type { Part } from '../src/first-kinds.ts'
import { encodingOperations, parametersByPart } from '../src/model/arithmetic.ts'
import { loadPreset } from '../src/presets/index.ts'
import { writeWhole } from '../src/write-whole.ts'

const TARGET = fileURLToPath(new URL('../docs/images/models.svg', import.meta.url))
const SHOWN = ['base', 'rare', 'satrn', 'tiny', 'rare-tiny', 'satrn-tiny'] as const
const PARTS: readonly Part[] = ['rectifier', 'backbone', 'encoder', 'decoder']

interface Box {
  readonly title: string
  readonly lines: readonly string[]
}

/** What a part is, in three short lines. */
const describe: { readonly [Name in Part]: (model: ModelSettings) => Box } = {
  rectifier({ rectifier, textHeight, textWidth, textWidths }) {
    const size = `→ ${textHeight} × ${textWidths.length > 0 ? `${textWidths[0]} to ${textWidths.at(-1)}` : textWidth}`
    if (rectifier.kind === 'none') return { title: 'none', lines: ['resized', size] }
    const { channels, controlPoints, hidden } = rectifier
    const points = `${controlPoints} points${rectifier.kind === 'rare' ? ' by tanh' : ''}`
    return {
      title: rectifier.kind,
      lines: [channels.join(' '), `linear ${[hidden].flat().join(' ')}, ${points}`, size],
    }
  },
  backbone({ backbone, textHeight }) {
    const widths = backbone.widths.join(' ')
    if (backbone.kind === 'residual')
      return {
        title: 'residual',
        lines: [`${backbone.stem} ${widths}`, `blocks ${backbone.blocks.join(' ')}`, '→ 1 × W / 4'],
      }
    if (backbone.kind === 'crnn') return { title: 'crnn', lines: [widths, '7 convolutions', '→ 1 × (W / 4 - 1)'] }
    return { title: 'satrn', lines: [widths, '2 convolutions', `→ ${textHeight / 4} × W / 4`] }
  },
  encoder({ encoder, transformer }) {
    if (encoder.kind === 'lstm')
      return { title: 'lstm', lines: [`${encoder.layers} layers, both ways`, `${encoder.width} units each way`] }
    const { encoderLayers, width, heads, feedForward } = transformer
    const near = encoder.kind === 'satrn' ? ', 3×3' : ''
    const sizes = [`${blocksOf(encoderLayers, width)}, ${heads} heads`, `feed-forward ${feedForward}${near}`]
    return {
      title: encoder.kind,
      lines: [...sizes, ...(encoder.kind === 'satrn' ? ['positions of rows, columns'] : [])],
    }
  },
  decoder({ decoder, transformer }) {
    if (decoder.kind === 'gru') return { title: 'gru', lines: [`${decoder.width} units`, 'additive attention'] }
    const { decoderLayers, width, heads, feedForward } = transformer
    return {
      title: 'transformer',
      lines: [`${blocksOf(decoderLayers, width)}, ${heads} heads`, `feed-forward ${feedForward}`],
    }
  },
}

const blocksOf = (count: number, width: number) => `${count} ${count === 1 ? 'block' : 'blocks'} of ${width}`

const millions = (count: number) => (count / 1e6).toFixed(2)
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const [LEFT, TOP, WIDTH, HEIGHT, GAP] = [110, 40, 200, 92, 26]
const COLOURS: { readonly [Name in Part]: string } = {
  rectifier: '#fde6c8',
  backbone: '#d8e8d0',
  encoder: '#d5e3f5',
  decoder: '#e9daf0',
}

function drawBox({ title, lines }: Box, place: { x: number; y: number; part: Part; parameters: number }): string {
  const { x, y, part, parameters } = place
  const text = lines.map((line, row) => `<text x="${x + 10}" y="${y + 38 + 16 * row}">${escaped(line)}</text>`)
  return [
    `<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="6" fill="${COLOURS[part]}" stroke="#888"/>`,
    `<text x="${x + 10}" y="${y + 20}" font-weight="bold">${title}</text>`,
    `<text x="${x + WIDTH - 10}" y="${y + 20}" text-anchor="end" fill="#555">${parameters > 0 ? `${millions(parameters)} M` : ''}</text>`,
    ...text,
  ].join('')
}

function draw(models: readonly { name: string; model: ModelSettings; counts: Record<Part, number> }[]): string {
  const columns = PARTS.map((part, column) => {
    const x = LEFT + column * (WIDTH + GAP)
    return `<text x="${x + WIDTH / 2}" y="24" text-anchor="middle" font-weight="bold">${part}</text>`
  })
  const rows = models.map(({ name, model, counts }, row) => {
    const y = TOP + row * (HEIGHT + GAP / 2)
    const boxes = PARTS.map((part, column) => {
      const x = LEFT + column * (WIDTH + GAP)
      const arrow = `<path d="M ${x - GAP + 3} ${y + HEIGHT / 2} h ${GAP - 9}" stroke="#555" marker-end="url(#head)"/>`
      return (column > 0 ? arrow : '') + drawBox(describe[part](model), { x, y, part, parameters: counts[part] })
    })
    const total = Object.values(counts).reduce((a, b) => a + b)
    const label = `<text x="12" y="${y + 40}" font-weight="bold">${name}</text><text x="12" y="${y + 58}" fill="#555">${millions(total)} M</text>`
    return label + boxes.join('')
  })
  const [width, height] = [LEFT + PARTS.length * (WIDTH + GAP), TOP + models.length * (HEIGHT + GAP / 2)]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><rect width="${width}" height="${height}" fill="#fff"/><defs><marker id="head" markerWidth="6" markerHeight="6" refX="5" refY="3" orient="auto"><path d="M 0 0 L 6 3 L 0 6 z" fill="#555"/></marker></defs>
${[...columns, ...rows].join('\n')}
</svg>
`
}

const models = SHOWN.map((name) => {
  const { model } = loadPreset(name)
  return { name, model, counts: parametersByPart(model) }
})
await writeWhole(TARGET, draw(models))
console.log('| preset | rectifier | backbone | encoder | decoder | all | GFLOP to encode a word |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const { name, model, counts } of models) {
  const total = Object.values(counts).reduce((a, b) => a + b)
  const numbers = [...PARTS.map((part) => counts[part]), total].map((count) => count.toLocaleString('en'))
  console.log(`| \`${name}\` | ${numbers.join(' | ')} | ${(encodingOperations(model) / 1e9).toFixed(2)} |`)
}

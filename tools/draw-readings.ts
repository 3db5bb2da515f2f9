/**
 * Draws `docs/images/readings.jpg`: words of photographs, and what is read of them.
 *
 *   npx tsx tools/draw-readings.ts [--data ../shared/data]
 *
 * The words are validation words of ICDAR 2015 and MLT 2017 (CC BY 4.0), chosen by hand to show what words look like; the
 * last two were read wrong when they were chosen.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sharp, { type OverlayOptions } from 'sharp'
import { type Recognition, SceneTextRecognizer } from '../src/index.ts'
import { writeWhole } from '../src/write-whole.ts'

const TARGET = fileURLToPath(new URL('../docs/images/readings.jpg', import.meta.url))

/** Each with what it says. */
const WORDS: readonly (readonly [file: string, label: string])[] = [
  ['icdar2015/train/word_3296.png', 'CONNECTION'],
  ['words/mlt2017/a01707.jpg', 'HENRICH'],
  ['icdar2015/train/word_4016.png', 'EXIT'],
  ['icdar2015/train/word_836.png', 'life!'],
  ['icdar2015/train/word_3501.png', 'citibank'],
  ['words/mlt2017/a03235.jpg', 'SUBWAY'],
  ['icdar2015/train/word_2206.png', 'TELL'],
  ['words/mlt2017/a01781.jpg', 'DELIGHT'],
  ['icdar2015/train/word_3586.png', 'GIORGIO'],
  ['icdar2015/train/word_426.png', 'BECAUSE'],
  ['words/mlt2017/a03370.jpg', 'CANETTE'],
  ['icdar2015/train/word_391.png', '6341'],
  ['icdar2015/train/word_2436.png', 'Faces'],
  ['words/mlt2017/a03547.jpg', 'QUESTION'],
  ['words/mlt2017/a04074.jpg', 'Veuillez'],
  ['icdar2015/train/word_626.png', 'Auditorium'],
]
const COLUMNS = 4
/** Pixels. */
const CELL = { width: 200, height: 118 }
const CROP = { width: 176, height: 72 }
const COLOURS = { paper: '#fbfaf7', ink: '#1f2933', soft: '#5b6773', wrong: '#b3261e' }

async function draw(folder: string): Promise<Buffer> {
  const recognizer = await SceneTextRecognizer.load()
  const paths = WORDS.map(([file]) => resolve(folder, file))
  const read = await recognizer.recognizeAll(paths)
  await recognizer.dispose()
  const crops = await Promise.all(paths.map((path, place) => placed(path, place)))
  const [width, height] = [COLUMNS * CELL.width, Math.ceil(WORDS.length / COLUMNS) * CELL.height]
  const texts = read.map((recognition, place) => caption(recognition, WORDS[place]![1], place))
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif">${texts.join('')}</svg>`
  return sharp({ create: { width, height, channels: 3, background: COLOURS.paper } })
    .composite([...crops, { input: Buffer.from(svg), left: 0, top: 0 }])
    .jpeg({ quality: 82, mozjpeg: true })
    .toBuffer()
}

function cornerOf(place: number): { x: number; y: number } {
  return { x: (place % COLUMNS) * CELL.width, y: Math.floor(place / COLUMNS) * CELL.height }
}

async function placed(path: string, place: number): Promise<OverlayOptions> {
  const { data, info } = await sharp(path)
    .resize({ ...CROP, fit: 'inside' })
    .png()
    .toBuffer({ resolveWithObject: true })
  const { x, y } = cornerOf(place)
  return {
    input: data,
    left: x + Math.round((CELL.width - info.width) / 2),
    top: y + 12 + Math.round((CROP.height - info.height) / 2),
  }
}

function caption({ text, confidence }: Recognition, label: string, place: number): string {
  const { x, y } = cornerOf(place)
  const colour = text === label ? COLOURS.ink : COLOURS.wrong
  const spans = [
    `<tspan font-weight="bold" fill="${colour}">${escaped(text)}</tspan>`,
    `<tspan dx="7" font-size="13" fill="${COLOURS.soft}">${Math.round(100 * confidence)} %</tspan>`,
  ]
  return `<text x="${x + CELL.width / 2}" y="${y + 104}" font-size="17" text-anchor="middle">${spans.join('')}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const { values } = parseArgs({ options: { data: { type: 'string', default: '../shared/data' } } })
await writeWhole(TARGET, await draw(values.data))

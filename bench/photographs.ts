/**
 * Readers of whole photographs that people have today, on the same photographs in the same run: words found without their
 * places (bag of words: case ignored, letters and digits, three characters or more), and time a photograph.
 *
 *   npm ci --prefix bench && npm run bench:photographs -- [--model tiny] [--finder FILE] [--data icdar-e2e:DIR …] [--count N]
 *
 * Each gets the file, as an application would give it, on all cores; decoding counts. Photographs are those of validation.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { PhotographWord } from '../src/data/labelled-photograph.ts'
import { openPhotographs, parsePhotographSpec, readPhotographWords } from '../src/data/photographs.ts'
import { bagOfWordsScores } from '../src/evaluate/bag-of-words.ts'
import { TextReader } from '../src/read/text-reader.ts'
import { openTesseract } from './tesseract.ts'

interface Peer {
  /** The words, or lines of words, of a photograph. */
  read(path: string): Promise<readonly string[]>
  close(): Promise<unknown>
}

const modules = join(dirname(fileURLToPath(import.meta.url)), 'node_modules')

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    finder: { type: 'string' },
    data: { type: 'string', multiple: true, default: ['icdar-e2e:../shared/data/photographs/icdar2015-train'] },
    count: { type: 'string', default: '100' },
    only: { type: 'string' },
  },
})
const { model, finder } = values

async function openSafl(secondLook: boolean): Promise<Peer> {
  const reader = await TextReader.load({ model, ...(finder !== undefined && { finder }) })
  return {
    read: async (path) => (await reader.read(path, { secondLook })).words.map(({ text }) => text),
    close: () => reader.dispose(),
  }
}

/** PP-OCRv4 mobile, finder and recogniser, by its package for Node. */
async function openGutenye(): Promise<Peer> {
  const { default: Ocr } = (await import(join(modules, '@gutenye/ocr-node/build/index.js'))) as {
    default: { create(): Promise<{ detect(path: string): Promise<{ text: string }[]> }> }
  }
  const ocr = await Ocr.create()
  return { read: async (path) => (await ocr.detect(path)).map(({ text }) => text), close: async () => {} }
}

/** Told to look for text anywhere. */
async function readByTesseract(): Promise<Peer> {
  const worker = await openTesseract(modules, '11')
  return {
    read: async (path) => (await worker.recognize(path)).data.text.split('\n'),
    close: () => worker.terminate(),
  }
}

const peers: Record<string, () => Promise<Peer>> = {
  [`SAFL ${model}`]: () => openSafl(true),
  [`SAFL ${model}, one look`]: () => openSafl(false),
  '@gutenye/ocr-node (PP-OCRv4 mobile)': openGutenye,
  'tesseract.js': readByTesseract,
}
const chosen = Object.entries(peers).filter(
  ([name]) => !values.only || values.only.split(',').some((part) => name.includes(part)),
)
const entrants = await Promise.all(
  chosen.map(async ([name, open]) => ({
    name,
    peer: await open(),
    time: 0,
    results: [] as { words: readonly PhotographWord[]; texts: readonly string[] }[],
  })),
)
let count = 0
for (const spec of values.data) {
  const { photographs } = await openPhotographs(parsePhotographSpec(spec))
  for (const photograph of photographs.filter(({ isValidation }) => isValidation).slice(0, Number(values.count))) {
    const words = await readPhotographWords(photograph)
    count++
    // They take turns, so that what else the machine does meets all alike.
    for (const entrant of entrants) {
      const started = performance.now()
      const texts = await entrant.peer.read(photograph.path)
      entrant.time += performance.now() - started
      entrant.results.push({ words, texts })
    }
  }
}
for (const { name, peer, time, results } of entrants) {
  await peer.close()
  const { recall, precision, hMean } = bagOfWordsScores(results)
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  console.log(
    `${name}: F ${percent(hMean)} (recall ${percent(recall)}, precision ${percent(precision)}), ${(time / count).toFixed(0)} ms a photograph`,
  )
}

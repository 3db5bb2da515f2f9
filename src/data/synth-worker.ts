/** The worker thread behind `openSyntheticWords`. (Node) */
import { workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { deriveSeed } from '../random.ts'
import { createSynthesizer } from '../synth/synthesizer.ts'
import type { SyntheticWordsOptions } from './synthetic-words.ts'
import { answerRequests } from './worker-stream.ts'
import type { NewSample } from './write-dataset.ts'

const { synth, seed } = workerData as SyntheticWordsOptions
const synthesizer = createSynthesizer(synth)
synthesizer.catch(() => {}) // Answered to every request below.

answerRequests<NewSample>(async (index) => {
  const { image, text, characterQuads } = (await synthesizer).sample(deriveSeed(seed, index))
  const { width, height } = image
  const png = await sharp(image.data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 3 })
    .toBuffer()
  const quads = Array.from({ length: characterQuads.length / 8 }, (_, place) =>
    Array.from(characterQuads.subarray(8 * place, 8 * place + 8), (value) => Number(value.toFixed(4))),
  )
  // A copy of its own, which the thread can give away.
  const bytes = new Uint8Array(png)
  return { value: { label: text, bytes, details: { quads } }, transfer: [bytes.buffer] }
})

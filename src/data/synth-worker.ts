/** A process behind `openSyntheticWords`. (Node) */
import sharp from 'sharp'
import { deriveSeed } from '../random.ts'
import { createSynthesizer } from '../synth/synthesizer.ts'
import type { SyntheticWordsOptions } from './synthetic-words.ts'
import { answerRequests } from './worker-stream.ts'
import type { NewSample } from './write-dataset.ts'

answerRequests<NewSample, SyntheticWordsOptions>(async ({ synth, seed }) => {
  const synthesizer = await createSynthesizer(synth)
  return async (index) => {
    const { image, text, characterQuads } = synthesizer.sample(deriveSeed(seed, index))
    const { width, height } = image
    const bytes = await sharp(image.data, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toBuffer()
    const quads = Array.from({ length: characterQuads.length / 8 }, (_, place) =>
      Array.from(characterQuads.subarray(8 * place, 8 * place + 8), (value) => Number(value.toFixed(4))),
    )
    return { label: text, bytes, details: { quads } }
  }
})

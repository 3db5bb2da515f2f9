/** A process behind `openSyntheticPages`. (Node) */
import sharp from 'sharp'
import { deriveSeed } from '../random.ts'
import { loadPages } from '../synth/page.ts'
import type { SyntheticPage, SyntheticPagesOptions } from './synthetic-pages.ts'
import { answerRequests } from './worker-stream.ts'

/** Of what the camera's own compression has left, little more is lost. */
const QUALITY = 95

answerRequests<SyntheticPage, SyntheticPagesOptions>(async ({ pages, seed }) => {
  const draw = await loadPages(pages)
  return async (index) => {
    const { image, words } = draw(deriveSeed(seed, index))
    const { width, height } = image
    const jpeg = await sharp(image.data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
      .toBuffer()
    return { jpeg, words }
  }
})

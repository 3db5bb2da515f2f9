/** Reads in a thread of its own, so that the page never freezes. */
import { type Recognition, SceneTextRecognizer } from '../src/browser.ts'

export interface ReadRequest {
  readonly id: number
  readonly image: ImageBitmap
}
export type ReadReply =
  | { readonly ready: true }
  | { readonly failed: string }
  | { readonly id: number; readonly word: Recognition; readonly milliseconds: number }
  | { readonly id: number; readonly error: string }

const reply = (message: ReadReply) => self.postMessage(message)
const recognizer = SceneTextRecognizer.load()
recognizer.then(
  () => reply({ ready: true }),
  (error: Error) => reply({ failed: error.message }),
)

self.addEventListener('message', async ({ data: { id, image } }: MessageEvent<ReadRequest>) => {
  try {
    const started = performance.now()
    const word = await (await recognizer).recognize(image, { geometry: true })
    reply({ id, word, milliseconds: performance.now() - started })
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) })
  } finally {
    image.close()
  }
})

/** What reads, wherever it computes: in this thread or in a worker. */
import type { RgbImage } from '../image/image.ts'
import type { RecognizeOptions } from './reading-options.ts'
import type { Recognition } from './recognition.ts'

export interface Engine {
  /** One recognition an image, in their order. Options are checked before. */
  recognizeImages(images: readonly RgbImage[], options: RecognizeOptions): Promise<Recognition[]>
  /** Frees the runtime's memory; what is being read has been read before. */
  dispose(): Promise<void>
}

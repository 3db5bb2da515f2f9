/**
 * Reads words in a page: a file, a canvas, an image or a video frame goes in, its text comes out with a confidence. A worker
 * reads, so that the page never freezes.
 *
 * @example
 * ```ts
 * import { SceneTextRecognizer } from 'safl/browser'
 *
 * const recognizer = await SceneTextRecognizer.load()
 * input.addEventListener('change', async () => {
 *   const { text } = await recognizer.recognize(input.files[0])
 *   output.textContent = text
 * })
 * ```
 *
 * @module safl/browser
 */

export type { OtherCharacter } from './decode/beam.ts'
export type { WordCounts } from './decode/prior.ts'
export type { RgbImage } from './image/image.ts'
export type { Pixels } from './image/pixels.ts'
export { type AttentionMap, drawAttention } from './recognize/attention-map.ts'
export type { BrowserImage } from './recognize/browser-image.ts'
export { SceneTextRecognizer } from './recognize/browser-recognizer.ts'
export type { Precision } from './recognize/draft-reader.ts'
export type { Point, WordGeometry } from './recognize/geometry.ts'
export type { StreamReading } from './recognize/image-reader.ts'
export type {
  BrowserLoadOptions,
  Decoder,
  Device,
  ReaderOptions,
  RecognizeOptions,
} from './recognize/reading-options.ts'
export type { Recognition } from './recognize/recognition.ts'
export type { Alternative, ReadCharacter, SearchOptions } from './recognize/step-reader.ts'
export type { Orientation } from './recognize/views.ts'

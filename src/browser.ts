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
export { SaflError, type SaflErrorCode } from './error.ts'
export type { Finder, FindOptions, FoundWord } from './find/finder.ts'
export type { RgbImage } from './image/image.ts'
export type { Pixels } from './image/pixels.ts'
export type { PixelPoint, Quadrilateral } from './image/quadrilateral.ts'
export type { BrowserTextReaderOptions } from './read/browser-reader-options.ts'
export { TextReader } from './read/browser-text-reader.ts'
export { type CropOptions, cropWord } from './read/crop.ts'
export { toAlto } from './read/formats/alto.ts'
export { toHocr } from './read/formats/hocr.ts'
export { type ReadingRecord, toJson, toJsonLines } from './read/formats/json.ts'
export type { NamedReading } from './read/formats/named-reading.ts'
export { toTsv } from './read/formats/tsv.ts'
export { type OverlayOptions, overlaySvg } from './read/overlay.ts'
export type { PhotographReading, ReadLine, ReadWord } from './read/photograph-reading.ts'
export type { Box, ReadOptions } from './read/read-options.ts'
export type { StreamReading } from './recognize/abstract-recognizer.ts'
export { type AttentionMap, drawAttention } from './recognize/attention-map.ts'
export type { BrowserImage } from './recognize/browser-image.ts'
export { SceneTextRecognizer } from './recognize/browser-recognizer.ts'
export type { Point, WordGeometry } from './recognize/geometry.ts'
export type {
  BrowserLoadOptions,
  Decoder,
  Device,
  Orientation,
  Precision,
  ReaderOptions,
  RecognizeOptions,
  SearchOptions,
} from './recognize/reading-options.ts'
export type { Alternative, ReadCharacter, Recognition } from './recognize/recognition.ts'

/**
 * Reads words in Node: a cropped word goes in (a path, the bytes of a file, pixels), its text comes out with a confidence.
 * Nothing is sent, and no file written.
 *
 * @example
 * ```ts
 * import { SceneTextRecognizer } from 'safl'
 *
 * const recognizer = await SceneTextRecognizer.load()
 * const { text, confidence } = await recognizer.recognize('sign.jpg')
 * await recognizer.dispose()
 * ```
 *
 * @module safl
 */

export type { OtherCharacter } from './decode/beam.ts'
export type { WordCounts } from './decode/prior.ts'
export { ImageError } from './image/decode.ts'
export type { RgbImage } from './image/image.ts'
export type { Pixels } from './image/pixels.ts'
export type { Weights } from './model/weights.ts'
export type { WeightsFile } from './model/weights-file.ts'
export { type AttentionMap, drawAttention } from './recognize/attention-map.ts'
export type { Precision } from './recognize/draft-reader.ts'
export type { Point, WordGeometry } from './recognize/geometry.ts'
export type { StreamReading } from './recognize/image-reader.ts'
export type { ImageSource } from './recognize/image-source.ts'
export type { Decoder, LoadOptions, ReaderOptions, RecognizeOptions } from './recognize/reading-options.ts'
export type { Recognition } from './recognize/recognition.ts'
export { SceneTextRecognizer } from './recognize/recognizer.ts'
export type { Alternative, ReadCharacter, SearchOptions } from './recognize/step-reader.ts'
export type { Orientation } from './recognize/views.ts'

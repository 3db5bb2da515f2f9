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
export { SaflError, type SaflErrorCode } from './error.ts'
export type { Finder, FindOptions, FoundWord } from './find/finder.ts'
export type { RgbImage } from './image/image.ts'
export type { Pixels } from './image/pixels.ts'
export type { PixelPoint, Quadrilateral } from './image/quadrilateral.ts'
export type { Weights } from './model/weights.ts'
export type { WeightsFile } from './model/weights-file.ts'
export { type CropOptions, cropWord } from './read/crop.ts'
export { toAlto } from './read/formats/alto.ts'
export { toHocr } from './read/formats/hocr.ts'
export { type ReadingRecord, toJson, toJsonLines } from './read/formats/json.ts'
export type { NamedReading } from './read/formats/named-reading.ts'
export { toTsv } from './read/formats/tsv.ts'
export { type OverlayOptions, overlaySvg } from './read/overlay.ts'
export type { PhotographReading, ReadLine, ReadWord } from './read/photograph-reading.ts'
export type { Box, ReadOptions } from './read/read-options.ts'
export { TextReader, type TextReaderOptions } from './read/text-reader.ts'
export type { StreamReading } from './recognize/abstract-recognizer.ts'
export { type AttentionMap, drawAttention } from './recognize/attention-map.ts'
export type { Point, WordGeometry } from './recognize/geometry.ts'
export type { ImageSource } from './recognize/image-source.ts'
export type {
  Decoder,
  LoadOptions,
  Orientation,
  Precision,
  ReaderOptions,
  RecognizeOptions,
  SearchOptions,
} from './recognize/reading-options.ts'
export type { Alternative, ReadCharacter, Recognition } from './recognize/recognition.ts'
export { SceneTextRecognizer } from './recognize/recognizer.ts'

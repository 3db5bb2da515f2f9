export type { OtherCharacter } from './decode/beam.ts'
export type { WordCounts } from './decode/prior.ts'
export { SaflError, type SaflErrorCode } from './error.ts'
export type { RgbImage } from './image/image.ts'
export type { Pixels } from './image/pixels.ts'
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

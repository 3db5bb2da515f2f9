export type { OtherCharacter } from './decode/beam.ts'
export type { WordCounts } from './decode/prior.ts'
export { ImageError } from './image/decode.ts'
export type { RgbImage } from './image/image.ts'
export type { Pixels } from './image/pixels.ts'
export { type AttentionMap, drawAttention } from './recognize/attention-map.ts'
export type { Precision } from './recognize/draft-reader.ts'
export type { WordGeometry } from './recognize/geometry.ts'
export type { StreamReading } from './recognize/image-reader.ts'
export type { ImageSource } from './recognize/image-source.ts'
export { type LoadOptions, SceneTextRecognizer } from './recognize/recognizer.ts'
export type { Alternative, ReadCharacter, SearchOptions } from './recognize/step-reader.ts'
export type { Orientation } from './recognize/views.ts'
export type {
  Decoder,
  ReaderOptions,
  Recognition,
  RecognizeOptions,
} from './recognize/word-reader.ts'

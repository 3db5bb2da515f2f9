export type { RgbImage } from './image/image.ts'
export {
  type Decoder,
  type LoadOptions,
  type Recognition,
  type RecognizeOptions,
  SceneTextRecognizer,
  type WordGeometry,
} from './recognize/recognizer.ts'

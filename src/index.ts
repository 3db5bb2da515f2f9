export type { RgbImage } from './image/image.ts'
export {
  type LoadOptions,
  type Recognition,
  type RecognizeOptions,
  SceneTextRecognizer,
  type WordGeometry,
} from './recognize/recognizer.ts'

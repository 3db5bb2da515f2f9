export type { RgbImage } from './image/image.ts'
export {
  type LoadOptions,
  type Recognition,
  type RecognizeOptions,
  SceneTextRecognizer,
} from './recognize/recognizer.ts'

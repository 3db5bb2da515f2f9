export type { RgbImage } from './image/image.ts'
export { type LoadOptions, SceneTextRecognizer } from './recognize/recognizer.ts'
export type { Alternative, SearchOptions } from './recognize/step-reader.ts'
export type { Recognition, RecognizeOptions, WordGeometry } from './recognize/word-reader.ts'

export type { RgbImage } from './image/image.ts'
export { type BrowserImage, type BrowserLoadOptions, SceneTextRecognizer } from './recognize/browser-recognizer.ts'
export type { Alternative, SearchOptions } from './recognize/step-reader.ts'
export type { Recognition, RecognizeOptions, WordGeometry } from './recognize/word-reader.ts'

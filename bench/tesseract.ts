/** tesseract.js with its best integer English data. */
import { join } from 'node:path'

export interface TesseractWorker {
  recognize(image: Buffer | string): Promise<{ data: { text: string } }>
  terminate(): Promise<unknown>
}

/** `modules` is where the packages that are measured lie; `segmentation` is Tesseract's mode: 8 for a word, 11 for text anywhere. */
export async function openTesseract(modules: string, segmentation: '8' | '11'): Promise<TesseractWorker> {
  const name = 'tesseract.js'
  const { createWorker } = (await import(name)) as {
    createWorker(
      language: string,
      engine: number,
      options: object,
    ): Promise<TesseractWorker & { setParameters(parameters: Record<string, string>): Promise<unknown> }>
  }
  const worker = await createWorker('eng', 1, {
    langPath: join(modules, '@tesseract.js-data/eng/4.0.0_best_int'),
    cacheMethod: 'none',
  })
  await worker.setParameters({ tessedit_pageseg_mode: segmentation })
  return worker
}

/** The reader of photographs for Node: files, bytes or pixels in, their words, lines and text out. */
import type { Finder } from '../find/finder.ts'
import type { Photograph } from '../image/photograph.ts'
import { checkLoadOptions } from '../recognize/check-options.ts'
import type { ImageSource } from '../recognize/image-source.ts'
import type { LoadOptions } from '../recognize/reading-options.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { checkFinder } from './check-finder.ts'
import { PhotographReader, type ReaderParts } from './photograph-reader.ts'
import { readPhotograph } from './photograph-source.ts'

/** Those of the recogniser, and what finds the words. */
export interface TextReaderOptions extends LoadOptions {
  /**
   * Finds the words: the path of a finder's weights, or a finder of any kind; that of the package when absent. Null where boxes
   * are always given.
   */
  readonly finder?: string | Finder | null
}

export class TextReader extends PhotographReader<ImageSource> {
  /** Weights from the package or files, ONNX Runtime for Node. No network. Rejects where a file is missing. */
  static async load({ finder, ...options }: TextReaderOptions = {}): Promise<TextReader> {
    checkLoadOptions(options)
    checkFinder(finder)
    const found = await openFinder(finder, options)
    try {
      return new TextReader({ finder: found, recognizer: await SceneTextRecognizer.load(options) })
    } catch (error) {
      await found?.dispose()
      throw error
    }
  }

  /** Of parts that are loaded already; `dispose` frees them, too. */
  static of(parts: ReaderParts): TextReader {
    return new TextReader(parts)
  }

  protected override decode(source: ImageSource): Promise<Photograph> {
    return readPhotograph(source)
  }
}

/** Whoever gives boxes, or a finder of their own, loads no finder. */
async function openFinder(finder: TextReaderOptions['finder'], { threads }: LoadOptions): Promise<Finder | null> {
  if (finder === null || typeof finder === 'object') return finder
  const { loadFinder } = await import('../find/load-finder.ts')
  return loadFinder({
    ...(finder !== undefined && { weights: finder }),
    ...(threads !== undefined && { threads }),
  })
}

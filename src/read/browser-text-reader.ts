/** The reader of photographs for browsers: whatever a canvas can draw in, its words, lines and text out. (Browser) */
import type { FoundWord } from '../find/finder.ts'
import type { BrowserImage } from '../recognize/browser-image.ts'
import { checkBrowserOptions } from '../recognize/check-options.ts'
import type { BrowserPhotographReader } from './browser-reader.ts'
import { type BrowserTextReaderOptions, isFinder } from './browser-reader-options.ts'
import { checkFinder } from './check-finder.ts'
import type { PhotographReading } from './photograph-reading.ts'
import type { ReadOptions } from './read-options.ts'
import { WorkerTextReader } from './worker-text-reader.ts'

export class TextReader {
  private readonly reader: BrowserPhotographReader | WorkerTextReader

  private constructor(reader: BrowserPhotographReader | WorkerTextReader) {
    this.reader = reader
  }

  /**
   * Downloads the weights and prepares them in onnxruntime-web, in a worker that finds, cuts and reads, so that the page never
   * freezes. Where no worker can be started, a warning says so, and photographs are read in the page's own thread.
   */
  static async load(given: BrowserTextReaderOptions = {}): Promise<TextReader> {
    const { finder, ...recognizing } = given
    checkBrowserOptions(recognizing)
    checkFinder(finder)
    const { worker = true, ...options } = given
    if (worker && 'document' in globalThis && !isFinder(finder)) {
      const reader = await WorkerTextReader.load(options)
      if (reader) return new TextReader(reader)
      console.warn("safl: no worker could be started, so that photographs are read in the page's own thread")
    }
    const { BrowserPhotographReader } = await import('./browser-reader.ts')
    // A finder of the caller's works here; crops are read in a worker of the recogniser's.
    return new TextReader(await BrowserPhotographReader.load({ ...options, worker: worker && isFinder(finder) }))
  }

  /** The places of words alone, in reading order, in pixels of the photograph. */
  find(source: BrowserImage, options: { readonly signal?: AbortSignal } = {}): Promise<FoundWord[]> {
    return this.reader.find(source, options)
  }

  /** Reads all words of a photograph, or those in the boxes that are given. What is found and reads as nothing is left out. */
  read(source: BrowserImage, options: ReadOptions = {}): Promise<PhotographReading> {
    return this.reader.read(source, options)
  }

  /** Frees memory and ends the worker when what is being read has been read; nothing can be read any more. */
  dispose(): Promise<void> {
    return this.reader.dispose()
  }
}

/** The reader of photographs for browsers: whatever a canvas can draw in, its words, lines and text out. (Browser) */
import { type BrowserImage, toPortable } from '../recognize/browser-image.ts'
import { addressFromPage, fromPage } from '../recognize/browser-recognizer.ts'
import { checkBrowserOptions } from '../recognize/check-options.ts'
import { startBrowserWorker } from '../worker/browser-port.ts'
import { AbstractTextReader } from './abstract-text-reader.ts'
import type { BrowserTextReaderOptions } from './browser-reader-options.ts'
import { checkFinder, isFinder } from './check-finder.ts'
import { WorkerTextReader } from './worker-text-reader.ts'

export class TextReader extends AbstractTextReader<BrowserImage> {
  /**
   * Downloads the weights and prepares them in onnxruntime-web, in a worker that finds, cuts and reads, so that the page never
   * freezes. Where no worker can be started, a warning says so, and photographs are read in the page's own thread.
   */
  static async load(given: BrowserTextReaderOptions = {}): Promise<TextReader> {
    const { finder, ...recognizing } = given
    checkBrowserOptions(recognizing)
    checkFinder(finder)
    const { worker = true, signal, ...others } = recognizing
    if (worker && 'document' in globalThis && !isFinder(finder)) {
      signal?.throwIfAborted()
      const port = await startBrowserWorker(
        () => new Worker(new URL('./browser-reader-worker.js', import.meta.url), { type: 'module' }),
      )
      const place = finder === null ? null : finder && addressFromPage(finder)
      const options = { ...fromPage(others), ...(place !== undefined && { finder: place }) }
      if (port) return new TextReader(await WorkerTextReader.load({ port, options, toPortable, signal }))
      console.warn("safl: no worker could be started, so that photographs are read in the page's own thread")
    }
    const { loadBrowserReader } = await import('./browser-reader.ts')
    // A finder of the caller's works here; crops are read in a worker of the recogniser's.
    return new TextReader(await loadBrowserReader({ ...given, worker: worker && isFinder(finder) }))
  }
}

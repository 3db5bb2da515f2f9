/** The reader of photographs for Node: files, bytes or pixels in, their words, lines and text out. */
import { isMainThread } from 'node:worker_threads'
import type { Finder } from '../find/finder.ts'
import { checkLoadOptions } from '../recognize/check-options.ts'
import type { ImageSource } from '../recognize/image-source.ts'
import { engineOptions } from '../recognize/node-engine.ts'
import type { LoadOptions } from '../recognize/reading-options.ts'
import { startThread, workerEntry } from '../start-thread.ts'
import { startNodeWorker } from '../worker/node-port.ts'
import { AbstractTextReader } from './abstract-text-reader.ts'
import { checkFinder, isFinder } from './check-finder.ts'
import { loadNodeReader } from './node-reader.ts'
import { PhotographReader, type ReaderParts } from './photograph-reader.ts'
import { readPhotograph, toPortable } from './photograph-source.ts'
import { WorkerTextReader } from './worker-text-reader.ts'

/** Those of the recogniser, and what finds the words. */
export interface TextReaderOptions extends LoadOptions {
  /**
   * Finds the words: the path of a finder's weights, or a finder of any kind, which works in the caller's thread; that of the
   * package when absent. Null where boxes are always given.
   */
  readonly finder?: string | Finder | null
}

export class TextReader extends AbstractTextReader<ImageSource> {
  /**
   * Weights from the package or files, ONNX Runtime for Node, in a worker thread that decodes, finds, cuts and reads, unless
   * the options say otherwise. No network. Rejects where a file is missing.
   */
  static async load(options: TextReaderOptions = {}): Promise<TextReader> {
    const { finder, ...recognizing } = options
    checkLoadOptions(recognizing)
    checkFinder(finder)
    const { worker = isMainThread } = recognizing
    if (!worker || isFinder(finder))
      // A finder of the caller's works here; crops are read in a worker of the recogniser's.
      return new TextReader(await loadNodeReader(options, readPhotograph))
    const port = await startNodeWorker(() => startThread(workerEntry(import.meta.url, 'node-reader-worker')))
    const others = { ...engineOptions(recognizing), ...(finder !== undefined && { finder }) }
    if (port) return new TextReader(await WorkerTextReader.load({ port, options: others, toPortable }))
    if (recognizing.worker)
      console.warn('safl: no worker could be started, so that photographs are read in the thread that asks')
    return new TextReader(await loadNodeReader({ ...others, worker: false }, readPhotograph))
  }

  /** Of parts that are loaded already, in the caller's thread; `dispose` frees them, too. */
  static of(parts: ReaderParts): TextReader {
    return new TextReader(new PhotographReader(parts, readPhotograph))
  }
}

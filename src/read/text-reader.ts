/** The reader of photographs for Node: files, bytes or pixels in, their words, lines and text out. */
import { fileURLToPath } from 'node:url'
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
   * Finds the words: the path or `file:` URL of a finder's weights, or a finder of any kind, which works in the caller's thread; that of the
   * package when absent. Null where boxes are always given.
   */
  readonly finder?: string | URL | Finder | null
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
    if (isFinder(finder))
      // It works here; crops are read in a worker of the recogniser's.
      return new TextReader(await loadNodeReader({ ...recognizing, finder }, readPhotograph))
    const { worker = isMainThread } = recognizing
    const place = finder === null || finder === undefined ? finder : pathOf(finder)
    const others = { ...engineOptions(recognizing), ...(place !== undefined && { finder: place }) }
    const start = () => startThread(workerEntry(import.meta.url, 'node-reader-worker'))
    const port = worker ? await startNodeWorker(start) : null
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

const pathOf = (place: string | URL) => (typeof place === 'string' ? place : fileURLToPath(place))

/** What readers of photographs have in common, wherever they read. */
import type { FoundWord } from '../find/finder.ts'
import type { PhotographReader } from './photograph-reader.ts'
import type { PhotographReading } from './photograph-reading.ts'
import type { ReadOptions } from './read-options.ts'
import type { WorkerTextReader } from './worker-text-reader.ts'

export abstract class AbstractTextReader<Source> {
  private readonly reader: PhotographReader<Source> | WorkerTextReader<Source>

  protected constructor(reader: PhotographReader<Source> | WorkerTextReader<Source>) {
    this.reader = reader
  }

  /** The places of words alone, in reading order, in pixels of the photograph. */
  find(source: Source, options: { readonly signal?: AbortSignal } = {}): Promise<FoundWord[]> {
    return this.reader.find(source, options)
  }

  /** Reads all words of a photograph, or those in the boxes that are given. What is found and reads as nothing is left out. */
  read(source: Source, options: ReadOptions = {}): Promise<PhotographReading> {
    return this.reader.read(source, options)
  }

  /** Frees memory and ends the worker when what was asked for before has been read; nothing can be read any more. */
  dispose(): Promise<void> {
    return this.reader.dispose()
  }
}

/** Loads the package's finder of words. (Node) */
import { SaflError } from '../error.ts'
import { openFinder } from '../model/finder-file.ts'
import { packagePath } from '../package-path.ts'
import { readBytes } from '../recognize/weights-source.ts'
import type { Finder } from './finder.ts'
import { NetworkFinder, type NetworkFinderOptions } from './network-finder.ts'

export interface FinderOptions extends NetworkFinderOptions {
  /** The path of its weights, instead of those of the package. */
  readonly weights?: string
  /** Threads of the runtime; all cores when absent. */
  readonly threads?: number
}

/** Rejects where there are no weights, or others than a finder's. */
export async function loadFinder({ weights, threads, ...options }: FinderOptions = {}): Promise<Finder> {
  const path = weights ?? packagePath('finder', 'give a finder')
  const bytes = await readBytes(path, `finder: ${path}: no such weights file`)
  const runtime = await import('onnxruntime-node')
  try {
    const session = threads === undefined ? {} : { threads }
    return await NetworkFinder.open(openFinder(bytes), runtime, { ...options, session })
  } catch (error) {
    throw new SaflError('weights', `finder: ${path}: ${(error as Error).message}`)
  }
}

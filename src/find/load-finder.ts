/** Loads the package's finder of words. (Node) */
import { SaflError } from '../error.ts'
import type { Finder } from './finder.ts'

export interface FinderOptions {
  /** The path of its weights, instead of those of the package. */
  readonly weights?: string
  /** Threads of the runtime; all cores when absent. */
  readonly threads?: number
}

/** Rejects where there are no weights. */
export async function loadFinder({ weights = 'models/finder.safetensors' }: FinderOptions = {}): Promise<Finder> {
  throw new SaflError(
    'weights',
    `finder: ${weights}, which finds words in photographs, is missing: load with finder: null and give boxes, or give a finder of your own`,
  )
}

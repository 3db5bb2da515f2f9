/** Loads the package's finder of words. (Browser) */
import { SaflError } from '../error.ts'
import type { Device } from '../recognize/reading-options.ts'
import type { Finder } from './finder.ts'

export interface BrowserFinderOptions {
  /** Where its weights lie, instead of those of the package. */
  readonly weights?: string | URL
  readonly device?: Device
  readonly threads?: number
  /** Ends the download. */
  readonly signal?: AbortSignal
}

/** Rejects where there are no weights. */
export async function loadFinder({
  weights = 'models/finder.safetensors',
}: BrowserFinderOptions = {}): Promise<Finder> {
  throw new SaflError(
    'weights',
    `finder: ${weights}, which finds words in photographs, is missing: load with finder: null and give boxes, or give a finder of your own`,
  )
}

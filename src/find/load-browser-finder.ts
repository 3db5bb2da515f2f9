/** Loads the package's finder of words. (Browser) */
import { openFinder } from '../model/finder-file.ts'
import { packageFiles } from '../package-files.ts'
import { browserRuntime, fetchWeights } from '../recognize/browser-runtime.ts'
import type { Device } from '../recognize/reading-options.ts'
import type { Finder } from './finder.ts'
import { NetworkFinder } from './network-finder.ts'

export interface BrowserFinderOptions {
  /** Where its weights lie, instead of those of the package. */
  readonly weights?: string | URL
  readonly device?: Device
  readonly threads?: number
  /** Ends the download. */
  readonly signal?: AbortSignal
}

/** Rejects where there are no weights. */
export async function loadFinder({ weights, device, threads, signal }: BrowserFinderOptions = {}): Promise<Finder> {
  const bytes = await fetchWeights(weights ?? packageFiles.finder(), signal)
  const file = openFinder(bytes)
  const { runtime, options } = await browserRuntime(device)
  return NetworkFinder.open(file, runtime, { session: { ...options, ...(threads !== undefined && { threads }) } })
}

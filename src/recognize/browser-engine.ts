/** Reads in the thread that it is loaded in: a worker's, or the page's own. (Browser) */
import type { WordCounts } from '../decode/prior.ts'
import { parseWordCounts } from '../decode/word-list.ts'
import { parseWeights } from '../model/weights-file.ts'
import { isPackagedModel, packageFiles } from '../package-files.ts'
import { browserRuntime, fetchWeights } from './browser-runtime.ts'
import type { Engine } from './engine.ts'
import { openEngine } from './open-engine.ts'
import { packagedWeights } from './packaged-model.ts'
import type { BrowserLoadOptions } from './reading-options.ts'

export async function loadBrowserEngine(options: Omit<BrowserLoadOptions, 'worker'>): Promise<Engine> {
  const { model = 'tiny', device, signal } = options
  const packaged = typeof model === 'string' && isPackagedModel(model) ? model : null
  const bytes = await fetchWeights(packaged ? packageFiles[packaged]() : model, signal)
  const { runtime, options: provider } = await browserRuntime(device)
  const read = async () => {
    const file = await parseWeights(bytes, { isOwn: packaged !== null })
    return packaged ? packagedWeights(file, packaged) : file
  }
  const { words = packageFiles.words() } = options
  // Whoever reads without a network later has them by then.
  const expected = words === null ? Promise.resolve(null) : fetchWords(words)
  const engine = await openEngine(read, runtime, { ...options, ...provider, words: () => expected })
  await expected
  return engine
}

/** Words are read without them, if need be. */
async function fetchWords(words: string | URL): Promise<WordCounts | null> {
  try {
    const response = await fetch(words)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return parseWordCounts(await response.text(), `${words}`)
  } catch (error) {
    console.warn(`safl: no words are expected: ${words} could not be fetched (${(error as Error).message})`)
    return null
  }
}

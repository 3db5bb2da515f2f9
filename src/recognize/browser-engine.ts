/** Reads in the thread that it is loaded in: a worker's, or the page's own. (Browser) */
import * as onWasm from 'onnxruntime-web/wasm'
import type { WordCounts } from '../decode/prior.ts'
import { parseWordCounts } from '../decode/word-list.ts'
import { SaflError } from '../error.ts'
import { parseWeights } from '../model/weights-file.ts'
import { isPackagedModel, packageFiles } from '../package-files.ts'
import type { Runtime } from '../tensor/index.ts'
import type { Engine } from './engine.ts'
import { openEngine } from './open-engine.ts'
import { checkModel } from './packaged-model.ts'
import type { BrowserLoadOptions } from './reading-options.ts'

export async function loadBrowserEngine(options: Omit<BrowserLoadOptions, 'worker'>): Promise<Engine> {
  const { model = 'tiny', device = 'wasm', signal } = options
  const packaged = typeof model === 'string' && isPackagedModel(model) ? model : null
  const bytes = await fetchWeights(packaged ? packageFiles[packaged]() : model, signal)
  const onGpu = device === 'webgpu' && (await hasGpu())
  if (device === 'webgpu' && !onGpu) console.warn('safl: the browser lends no WebGPU, so that WebAssembly reads')
  if (!onGpu && !globalThis.crossOriginIsolated)
    console.warn('safl: the page is not cross-origin isolated, so that words are read by one thread')
  const runtime = (onGpu ? await import('onnxruntime-web/webgpu') : onWasm) as unknown as Runtime
  const read = async () => {
    const file = await parseWeights(bytes, { isOwn: packaged !== null })
    if (packaged) checkModel(file, packaged)
    return file
  }
  const { words = packageFiles.english() } = options
  // Whoever reads without a network later has them by then.
  const expected = words === null ? Promise.resolve(null) : fetchWords(words)
  const provider = onGpu ? ({ provider: 'webgpu' } as const) : {}
  const engine = await openEngine(read, runtime, { ...options, ...provider, words: () => expected })
  await expected
  return engine
}

async function fetchWeights(address: string | URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const response = await fetch(address, signal ? { signal } : {})
  if (!response.ok) throw new SaflError('weights', `${address}: the weights could not be fetched (${response.status})`)
  return new Uint8Array(await response.arrayBuffer())
}

async function hasGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } }
  return Boolean(await gpu?.requestAdapter())
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

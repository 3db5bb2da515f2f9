/** Reads in the thread that it is loaded in: a worker's, or the caller's own. (Node) */
import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SaflError } from '../error.ts'
import { expectedWords, readWordCounts } from '../word-counts.ts'
import type { Engine } from './engine.ts'
import { openEngine, openExported, precisionOf } from './open-engine.ts'
import type { LoadOptions } from './reading-options.ts'
import { threadsOf } from './threads.ts'
import { readBytes, readWeightsFile, type WeightsPath } from './weights-source.ts'

/** What another thread can take. */
export type NodeEngineOptions = Omit<LoadOptions, 'worker' | 'model'> & WeightsPath

/** No more threads than there are cores; a warning says where they are fewer than asked for. */
export function engineOptions({ worker: _, model, ...options }: LoadOptions): NodeEngineOptions {
  const path = typeof model === 'object' ? fileURLToPath(model) : model
  return { ...options, ...threadsOf(options), ...(path !== undefined && { model: path }) }
}

/** Weights from the package or a file, or an exported file; ONNX Runtime for Node. No network. Rejects where a file is missing. */
export async function loadNodeEngine(options: NodeEngineOptions): Promise<Engine> {
  const runtime = await import('onnxruntime-node')
  if (options.model?.endsWith('.onnx')) return loadExported(options.model, options)
  const file = await readWeightsFile(options)
  const { words = expectedWords() } = options
  // What is missing is said now, not at the first word that is not sure.
  if (words !== null) await access(words).catch(() => refuseWords(words))
  const expected = words === null ? async () => null : once(() => readWordCounts(words))
  const precision = precisionOf(file, options)
  return openEngine(async () => file, runtime, { ...options, precision, words: expected })
}

async function loadExported(path: string, options: NodeEngineOptions): Promise<Engine> {
  const refuse = (code: 'option' | 'unsupported', message: string): never => {
    throw new SaflError(code, message)
  }
  if (options.decoder === 'ctc') refuse('unsupported', `${path}: an exported file has its own decoder`)
  if (options.precision === 'int8')
    refuse('unsupported', `${path}: an exported file computes in 32 bits (read a weights file)`)
  for (const name of ['words', 'preset'] as const)
    if (options[name] !== undefined) refuse('option', `${name}: ${path} is an exported file, which has its own`)
  const bytes = await readBytes(path)
  const { threads } = options
  try {
    return await openExported(bytes, await import('onnxruntime-node'), threads === undefined ? {} : { threads })
  } catch (error) {
    throw new SaflError('weights', `${path}: is no recogniser that safl export wrote (${(error as Error).message})`)
  }
}

/** What is made when it is first asked for, and kept. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

function refuseWords(words: string): never {
  throw new SaflError(
    'option',
    `words: ${words}: no such file; name a text of words and their counts, or null to expect none`,
  )
}

/** The recogniser for Node: files, bytes or pixels of words in, their texts out. */
import { isMainThread } from 'node:worker_threads'
import { prepareDecoding } from '../image/decode.ts'
import type { RgbImage } from '../image/image.ts'
import { parseWeights, type WeightsFile } from '../model/weights-file.ts'
import { startThread, workerEntry } from '../start-thread.ts'
import type { Runtime } from '../tensor/index.ts'
import { expectedWords, readWordCounts } from '../word-counts.ts'
import { startNodeWorker } from '../worker/node-port.ts'
import { AbstractRecognizer } from './abstract-recognizer.ts'
import { checkLoadOptions, checkReaderOptions } from './check-options.ts'
import { type ImageSource, readImage } from './image-source.ts'
import { engineOptions, loadNodeEngine, type NodeEngineOptions, once } from './node-engine.ts'
import { openEngine, openExported } from './open-engine.ts'
import type { LoadOptions, ReaderOptions } from './reading-options.ts'
import { threadsOf } from './threads.ts'
import { WorkerEngine } from './worker-engine.ts'

export class SceneTextRecognizer extends AbstractRecognizer<ImageSource> {
  /**
   * Weights from the package or a file, ONNX Runtime for Node. No network. Rejects where a file is missing.
   *
   * @example
   * const recognizer = await SceneTextRecognizer.load({ model: 'small' })
   * const { text, confidence } = await recognizer.recognize('word.jpg')
   */
  static async load(options: LoadOptions = {}): Promise<SceneTextRecognizer> {
    checkLoadOptions(options)
    const { worker } = options
    const others = engineOptions(options)
    const start = () => startThread(workerEntry(import.meta.url, 'node-worker'))
    const port = (worker ?? isMainThread) ? await startNodeWorker(start) : null
    if (port) {
      const loading = WorkerEngine.load<NodeEngineOptions, never>(port, others)
      void prepareDecoding()
      return new SceneTextRecognizer(await loading)
    }
    if (worker) console.warn('safl: no worker could be started, so that words are read in the thread that asks')
    return new SceneTextRecognizer(await loadNodeEngine(others))
  }

  /** From the bytes of a weights file, or its content, and a given runtime; reads in the caller's thread. */
  static async create(
    file: WeightsFile | Uint8Array,
    runtime: Runtime,
    options: ReaderOptions = {},
  ): Promise<SceneTextRecognizer> {
    checkReaderOptions(options)
    const read = async () => ('settings' in file ? file : parseWeights(file))
    const words = once(() => readWordCounts(expectedWords()))
    return new SceneTextRecognizer(await openEngine(read, runtime, { ...options, ...threadsOf(options), words }))
  }

  /** From the bytes of an ONNX file that `safl export` wrote; reads in the caller's thread. */
  static async fromOnnx(bytes: Uint8Array, runtime: Runtime, options: { threads?: number } = {}) {
    return new SceneTextRecognizer(await openExported(bytes, runtime, threadsOf(options)))
  }

  protected override decode(source: ImageSource): Promise<RgbImage> {
    return readImage(source)
  }
}

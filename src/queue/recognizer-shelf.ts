/** Recognisers that a worker has loaded: each reads for one job at a time. */
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import type { RunLoad } from './run.ts'

interface Shelved {
  readonly key: string
  readonly recognizer: SceneTextRecognizer
}

export class RecognizerShelf {
  private readonly threads: number
  private idle: Shelved[] = []

  /** `threads` of the runtime are each recogniser's. */
  constructor(threads: number) {
    this.threads = threads
  }

  /**
   * Reads with one that is free, or a new one: those of other runs make room. One that failed while it read is not kept.
   * Rejects with a `LoadError` where none can be loaded.
   */
  async use<T>(load: RunLoad, read: (recognizer: SceneTextRecognizer) => Promise<T>): Promise<T> {
    const key = JSON.stringify(load)
    const recognizer = this.take(key) ?? (await this.open(load))
    try {
      const result = await read(recognizer)
      this.idle.push({ key, recognizer })
      return result
    } catch (error) {
      void recognizer.dispose().catch(() => {})
      throw error
    }
  }

  async dispose(): Promise<void> {
    const all = this.idle
    this.idle = []
    await Promise.allSettled(all.map(({ recognizer }) => recognizer.dispose()))
  }

  private take(key: string): SceneTextRecognizer | null {
    const found = this.idle.find((each) => each.key === key)
    if (found === undefined) return null
    this.idle = this.idle.filter((each) => each !== found)
    return found.recognizer
  }

  private async open(load: RunLoad): Promise<SceneTextRecognizer> {
    await this.idle.shift()?.recognizer.dispose()
    try {
      return await SceneTextRecognizer.load({ ...load, threads: this.threads, worker: true })
    } catch (error) {
      throw new LoadError((error as Error).message, { cause: error })
    }
  }
}

/** This machine cannot read the run: others may. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
}

/** What reads for the page: with the package's finder, or without one where it cannot be had. */
import { TextReader } from '../src/browser.ts'

export interface PageReader {
  readonly reader: TextReader
  /** Whether it finds words; else a picture is one word. */
  readonly finds: boolean
}

/** Rejects where not even the recogniser can be had. */
export async function loadReader(): Promise<PageReader> {
  try {
    return { reader: await TextReader.load(), finds: true }
  } catch (error) {
    const reader = await TextReader.load({ finder: null })
    console.info(`nothing finds words: ${(error as Error).message}`)
    return { reader, finds: false }
  }
}

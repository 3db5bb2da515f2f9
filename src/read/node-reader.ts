/** Reads photographs in the thread that it is loaded in: a worker's, or the caller's own. (Node) */
import type { Finder } from '../find/finder.ts'
import type { Photograph } from '../image/photograph.ts'
import type { LoadOptions } from '../recognize/reading-options.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { isFinder } from './check-finder.ts'
import { openParts } from './open-parts.ts'
import { PhotographReader } from './photograph-reader.ts'

export interface NodeReaderOptions extends LoadOptions {
  readonly finder?: string | Finder | null
}

/** `decode` opens what the reader's sources are. */
export async function loadNodeReader<Source>(
  { finder, ...options }: NodeReaderOptions,
  decode: (source: Source) => Promise<Photograph>,
): Promise<PhotographReader<Source>> {
  const parts = await openParts({
    finder: openFinder(finder, options),
    recognizer: SceneTextRecognizer.load(options),
  })
  return new PhotographReader(parts, decode)
}

/** Whoever gives boxes, or a finder of their own, loads no finder. */
async function openFinder(finder: NodeReaderOptions['finder'], { threads }: LoadOptions): Promise<Finder | null> {
  if (finder === null || isFinder(finder)) return finder
  const { loadFinder } = await import('../find/load-finder.ts')
  return loadFinder({
    ...(finder !== undefined && { weights: finder }),
    ...(threads !== undefined && { threads }),
  })
}

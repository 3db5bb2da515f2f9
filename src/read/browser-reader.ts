/** Reads photographs in the thread that it is loaded in: a worker's, or the page's own. (Browser) */
import type { Finder } from '../find/finder.ts'
import { type BrowserImage, toPortable } from '../recognize/browser-image.ts'
import { SceneTextRecognizer } from '../recognize/browser-recognizer.ts'
import type { BrowserLoadOptions } from '../recognize/reading-options.ts'
import { toPhotograph } from './browser-photograph.ts'
import type { BrowserTextReaderOptions } from './browser-reader-options.ts'
import { isFinder } from './check-finder.ts'
import { openParts } from './open-parts.ts'
import { PhotographReader } from './photograph-reader.ts'

export async function loadBrowserReader({
  finder,
  ...options
}: BrowserTextReaderOptions): Promise<PhotographReader<BrowserImage>> {
  const parts = await openParts({
    finder: openFinder(finder, options),
    recognizer: SceneTextRecognizer.load(options),
  })
  return new PhotographReader(parts, async (source: BrowserImage) => {
    const { image } = await toPortable(source)
    try {
      return await toPhotograph(image)
    } finally {
      if (image !== source && image instanceof ImageBitmap) image.close()
    }
  })
}

/** Whoever gives boxes, or a finder of their own, loads no finder. */
async function openFinder(
  finder: BrowserTextReaderOptions['finder'],
  { device, threads, signal }: BrowserLoadOptions,
): Promise<Finder | null> {
  if (finder === null || isFinder(finder)) return finder
  const { loadFinder } = await import('../find/load-browser-finder.ts')
  return loadFinder({
    ...(finder !== undefined && { weights: finder }),
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
    ...(signal !== undefined && { signal }),
  })
}

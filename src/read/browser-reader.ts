/** Reads photographs in the thread that it is loaded in: a worker's, or the page's own. (Browser) */
import type { Finder } from '../find/finder.ts'
import type { Photograph } from '../image/photograph.ts'
import { type BrowserImage, toPortable } from '../recognize/browser-image.ts'
import { SceneTextRecognizer } from '../recognize/browser-recognizer.ts'
import type { BrowserLoadOptions } from '../recognize/reading-options.ts'
import { toPhotograph } from './browser-photograph.ts'
import { type BrowserTextReaderOptions, isFinder } from './browser-reader-options.ts'
import { PhotographReader } from './photograph-reader.ts'

export class BrowserPhotographReader extends PhotographReader<BrowserImage> {
  static async load({ finder, ...options }: BrowserTextReaderOptions): Promise<BrowserPhotographReader> {
    // Both download at once; what came of one is freed where the other fails.
    const [found, recognizer] = await Promise.allSettled([
      openFinder(finder, options),
      SceneTextRecognizer.load(options),
    ])
    if (found.status === 'fulfilled' && recognizer.status === 'fulfilled')
      return new BrowserPhotographReader({ finder: found.value, recognizer: recognizer.value })
    for (const part of [found, recognizer]) if (part.status === 'fulfilled') await part.value?.dispose()
    throw found.status === 'rejected' ? found.reason : (recognizer as PromiseRejectedResult).reason
  }

  protected override async decode(source: BrowserImage): Promise<Photograph> {
    const { image } = await toPortable(source)
    try {
      return await toPhotograph(image)
    } finally {
      if (image !== source && image instanceof ImageBitmap) image.close()
    }
  }
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

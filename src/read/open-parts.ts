/** The finder and the recogniser that a reader of photographs is made of. */
import type { Finder } from '../find/finder.ts'
import type { CropReader, ReaderParts } from './photograph-reader.ts'

interface Opening {
  readonly finder: Promise<Finder | null>
  readonly recognizer: Promise<CropReader>
}

/** Both at once; what came of one is freed where the other fails. */
export async function openParts(opening: Opening): Promise<ReaderParts> {
  const [finder, recognizer] = await Promise.allSettled([opening.finder, opening.recognizer])
  if (finder.status === 'fulfilled' && recognizer.status === 'fulfilled')
    return { finder: finder.value, recognizer: recognizer.value }
  for (const part of [finder, recognizer]) if (part.status === 'fulfilled') await part.value?.dispose()
  throw finder.status === 'rejected' ? finder.reason : (recognizer as PromiseRejectedResult).reason
}

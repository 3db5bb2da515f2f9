/** How a reader of photographs is loaded in a browser. */
import type { Finder } from '../find/finder.ts'
import type { BrowserLoadOptions } from '../recognize/reading-options.ts'

/** Those of the recogniser, and what finds the words. */
export interface BrowserTextReaderOptions extends BrowserLoadOptions {
  /**
   * Finds the words: where a finder's weights lie, or a finder of any kind, which works in the page's own thread; that of the
   * package when absent. Null where boxes are always given.
   */
  readonly finder?: string | URL | Finder | null
}

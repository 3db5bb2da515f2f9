/** Reads photographs in a worker of the page. (Browser) */
import type { PortableImage } from '../recognize/browser-image.ts'
import { pagePort } from '../worker/browser-port.ts'
import { loadBrowserReader } from './browser-reader.ts'
import type { BrowserTextReaderOptions } from './browser-reader-options.ts'
import { hostReader } from './host-reader.ts'

hostReader(pagePort(), {
  load: (options: BrowserTextReaderOptions) => loadBrowserReader({ ...options, worker: false }),
  release: (image: PortableImage['image']) => {
    if (image instanceof ImageBitmap) image.close()
  },
})

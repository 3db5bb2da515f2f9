/** Reads in a worker of the page. (Browser) */

import { pagePort } from '../worker/browser-port.ts'
import { loadBrowserEngine } from './browser-engine.ts'
import { toPixels } from './browser-image.ts'
import { hostEngine } from './host-engine.ts'

hostEngine(pagePort(), {
  load: loadBrowserEngine,
  async decode(image: Blob | Parameters<typeof toPixels>[0]) {
    try {
      return await toPixels(image)
    } finally {
      if (image instanceof ImageBitmap) image.close()
    }
  },
})

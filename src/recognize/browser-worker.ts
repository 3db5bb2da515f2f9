/** Reads in a worker of the page. (Browser) */

import { loadBrowserEngine } from './browser-engine.ts'
import { toPixels } from './browser-image.ts'
import { pagePort } from './browser-port.ts'
import { hostEngine } from './worker-host.ts'

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

/** Reads photographs until a word is to be read: then the thread ends, or fails, as it was loaded to. */

import { hostReader } from '../../src/read/host-reader.ts'
import { PhotographReader } from '../../src/read/photograph-reader.ts'
import { openPortable } from '../../src/read/photograph-source.ts'
import { ownerPort } from '../../src/worker/node-port.ts'

export type Death = 'exit' | 'error'

hostReader(ownerPort(), {
  load: async (death: Death) => {
    const recognizer = {
      recognizeImages: () => {
        if (death === 'exit') process.exit(1)
        setImmediate(() => {
          throw new Error('out of memory')
        })
        return new Promise<never>(() => {})
      },
      dispose: async () => {},
    }
    return new PhotographReader({ recognizer, finder: null }, openPortable)
  },
})

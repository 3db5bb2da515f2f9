/** Reads photographs in a thread of its own. (Node) */
import { ownerPort } from '../worker/node-port.ts'
import { hostReader } from './host-reader.ts'
import { loadNodeReader, type NodeReaderOptions } from './node-reader.ts'
import { openPortable } from './photograph-source.ts'

hostReader(ownerPort(), {
  load: (options: NodeReaderOptions) => loadNodeReader({ ...options, worker: false }, openPortable),
})

/** Reads in a thread of its own. (Node) */
import { readImage } from './image-source.ts'
import { loadNodeEngine } from './node-engine.ts'
import { ownerPort } from './node-port.ts'
import { hostEngine } from './worker-host.ts'

hostEngine(ownerPort(), { load: loadNodeEngine, decode: readImage })

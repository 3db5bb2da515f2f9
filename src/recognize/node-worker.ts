/** Reads in a thread of its own. (Node) */
import { ownerPort } from '../worker/node-port.ts'
import { hostEngine } from './host-engine.ts'
import { readImage } from './image-source.ts'
import { loadNodeEngine } from './node-engine.ts'

hostEngine(ownerPort(), { load: loadNodeEngine, decode: readImage })

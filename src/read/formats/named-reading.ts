/** What documents are made of. */
import type { PhotographReading } from '../photograph-reading.ts'

/** A photograph's reading under the name of its file. */
export interface NamedReading {
  readonly path: string
  readonly reading: PhotographReading
}

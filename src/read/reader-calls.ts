/** What the page and the worker of a reader of photographs say to each other. (Browser) */
import type { PortableImage } from '../recognize/browser-image.ts'
import type { PortableError } from '../recognize/worker-port.ts'
import type { BrowserTextReaderOptions } from './browser-reader-options.ts'
import type { ReadOptions } from './read-options.ts'

export type ReaderCall =
  | { readonly method: 'load'; readonly options: Omit<BrowserTextReaderOptions, 'signal' | 'worker'> }
  | { readonly method: 'find'; readonly image: PortableImage['image'] }
  | { readonly method: 'read'; readonly image: PortableImage['image']; readonly options: Omit<ReadOptions, 'signal'> }
  | { readonly method: 'abort'; readonly id: number }
  | { readonly method: 'dispose' }

export interface ReaderRequest {
  readonly id: number
  readonly call: ReaderCall
}

export type ReaderReply =
  | { readonly started: true }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PortableError }

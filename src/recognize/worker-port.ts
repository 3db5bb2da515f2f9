/** What a recogniser and its worker say to each other, and how they are joined. */
import type { RgbImage } from '../image/image.ts'
import type { PackedOptions } from './kept-lists.ts'

/** Calls of a worker whose reader is loaded by `Load`, and that decodes what a `Source` is. */
export type WorkerCall<Load, Source> =
  | { readonly method: 'load'; readonly options: Load }
  | { readonly method: 'decode'; readonly source: Source }
  | {
      readonly method: 'read'
      readonly images: readonly RgbImage[]
      readonly packed: PackedOptions
    }
  | { readonly method: 'abort'; readonly id: number }
  | { readonly method: 'dispose' }

export interface WorkerRequest<Load, Source> {
  readonly id: number
  readonly call: WorkerCall<Load, Source>
}

/** An error as it crosses to another thread: what is cloned forgets its class. */
export interface PortableError {
  readonly name: string
  readonly message: string
  readonly code?: string
}

export type WorkerReply =
  | { readonly started: true }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PortableError }

/** One side's way to the other. */
export interface WorkerPort {
  post(message: object, transfer?: readonly Transferable[]): void
  /** Called with every message of the other side. */
  listen(heard: (message: unknown) => void): void
}

/** The owner's way to a worker. */
export interface OwnedPort extends WorkerPort {
  /** Called when the worker fails, or ends unasked. */
  onFailure(failed: (error: Error) => void): void
  /** Whether the process stays for it. */
  hold(isHeld: boolean): void
  terminate(): void
}

/** How an owner and its worker are joined, and what they say to each other. */

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

/** What a worker answers: methods of one argument. */
export type Calls<Own> = { readonly [Method in keyof Own]: (argument: never) => unknown }
export type Argument<Call> = Call extends (argument: infer Given) => unknown ? Given : never
export type Result<Call> = Call extends (argument: never) => infer Given ? Given : never

/** A call, or the end of one that was made before. */
export type WorkerRequest =
  | { readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly abort: number }

export type WorkerReply =
  | { readonly started: true }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PortableError }

/** An error as it crosses to another thread: what is cloned forgets its class. */
export interface PortableError {
  readonly name: string
  readonly message: string
  readonly code?: string
}

/** How much a service takes on: what is beyond is refused at once, before it costs anything. */

export interface ServiceLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number
  /** Bytes of all bodies that are held at once, while they come in and until they are answered. */
  readonly heldBytes: number
  /** Images of a request. */
  readonly images: number
  /** Pixels of an image, as its header states them. */
  readonly pixels: number
  /** Images that are taken and not answered yet, of all requests. */
  readonly queue: number
  /** From a request's headers to its answer. */
  readonly milliseconds: number
}

const MEBIBYTE = 2 ** 20

export const defaultLimits: ServiceLimits = {
  bodyBytes: 16 * MEBIBYTE,
  heldBytes: 256 * MEBIBYTE,
  images: 64,
  pixels: 25_000_000,
  queue: 256,
  milliseconds: 30_000,
}

/** Share of the queue from which on a service is not ready for more: whoever balances load sends it elsewhere before it refuses. */
export const READY_SHARE = 0.75

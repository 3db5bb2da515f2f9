/** A request's body as bytes, as far as the limits go. */
import { Problem } from './problem.ts'
import type { ServiceLimits } from './service-limits.ts'

/** How many bytes all requests hold together. */
export class HeldBytes {
  held = 0
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Throws where there is no room. */
  take(bytes: number): void {
    if (this.held + bytes > this.most)
      throw new Problem('busy', 'the bodies of other requests fill the memory for them: ask again', {
        headers: { 'retry-after': '1' },
      })
    this.held += bytes
  }

  give(bytes: number): void {
    this.held -= bytes
  }
}

interface BodyOptions {
  readonly limits: ServiceLimits
  readonly held: HeldBytes
  /** Its reason is thrown. */
  readonly signal: AbortSignal
}

/** The bytes count as held until `free` is called, however far reading came. */
export function readBody(request: Request, options: BodyOptions): { bytes: Promise<Buffer>; free(): void } {
  let taken = 0
  const take = (bytes: number) => {
    options.held.take(bytes)
    taken += bytes
  }
  return {
    bytes: readAll(request, options, take),
    free() {
      options.held.give(taken)
      taken = 0
    },
  }
}

async function readAll(
  { headers, body }: Request,
  { limits, signal }: BodyOptions,
  take: (bytes: number) => void,
): Promise<Buffer> {
  const most = limits.bodyBytes
  const refuse = () => {
    throw new Problem('too-large', `the body is larger than the ${most} bytes that are read`)
  }
  if (Number(headers.get('content-length') ?? 0) > most) refuse()
  if (!body) throw new Problem('body', 'there is no body: send images')
  const reader = body.getReader()
  const ended = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(endOf(signal.reason)), { once: true }),
  )
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    // Not cancelled where it ends early: that would close the connection before it is said why.
    const { done, value } = await Promise.race([reader.read(), ended]).catch((error: unknown) => {
      throw error instanceof Problem ? error : new Problem('gone', 'the body broke off')
    })
    if (done) return Buffer.concat(chunks)
    size += value.length
    if (size > most) refuse()
    take(value.length)
    chunks.push(value)
  }
}

/** The time of a request is over: here it is the client that was slow. */
function endOf(reason: unknown): unknown {
  const isLate = reason instanceof Problem && reason.code === 'timeout'
  return isLate ? new Problem('slow', 'the body did not come in time') : reason
}

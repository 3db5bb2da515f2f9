/** Work that ends when its time is over, or when nobody waits for it any more. (Node) */
import { setMaxListeners } from 'node:events'
import { Problem } from './problem.ts'

export interface Deadline {
  readonly milliseconds: number
  /** Of whoever waits. */
  readonly gone: AbortSignal
}

/** What the work began and has not ended when it rejects, its signal ends. */
export async function withinTime<T>(
  { milliseconds, gone }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  // Every image of the request listens.
  setMaxListeners(0, controller.signal)
  const timer = setTimeout(
    () => controller.abort(new Problem('timeout', `not answered within ${milliseconds / 1000} s`, RETRY)),
    milliseconds,
  )
  const leave = () => controller.abort(new Problem('gone', 'the client has left'))
  gone.addEventListener('abort', leave)
  try {
    if (gone.aborted) leave()
    controller.signal.throwIfAborted()
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    gone.removeEventListener('abort', leave)
    controller.abort(new Problem('gone', 'the request has ended'))
  }
}

const RETRY = { headers: { 'retry-after': '1' } }

/** The worker's side of `WorkerClient`: makes the calls, and answers them. */
import { SaflError } from '../error.ts'
import type { Argument, Calls, PortableError, Result, WorkerPort, WorkerReply, WorkerRequest } from './port.ts'

/** A result whose parts the message takes along instead of a copy. */
export class Moved<T> {
  readonly result: T
  readonly transfer: readonly Transferable[]

  constructor(result: T, transfer: readonly Transferable[]) {
    this.result = result
    this.transfer = transfer
  }
}

type Handler<Call> = (
  argument: Argument<Call>,
  signal: AbortSignal,
) => Promise<Result<Call> | Moved<Result<Call>>> | Result<Call>

/** Each is called as soon as its message is there; the signal is the caller's. */
export type Handlers<Own extends Calls<Own>> = { readonly [Method in keyof Own]: Handler<Own[Method]> }

/** Answers whatever the port says, from now on. */
export function hostCalls<Own extends Calls<Own>>(port: WorkerPort, handlers: Handlers<Own>): void {
  const underWay = new Map<number, AbortController>()
  const reply = (message: WorkerReply, transfer?: readonly Transferable[]) => port.post(message, transfer)

  port.listen(async (message) => {
    const request = message as WorkerRequest
    if ('abort' in request) {
      underWay.get(request.abort)?.abort()
      return
    }
    const { id, method, argument } = request
    const controller = new AbortController()
    underWay.set(id, controller)
    try {
      const handler = handlers[method as keyof Own]
      const answer = await handler(argument as Argument<Own[keyof Own]>, controller.signal)
      if (answer instanceof Moved) reply({ id, result: answer.result }, answer.transfer)
      else reply({ id, result: answer })
    } catch (error) {
      reply({ id, error: toPortable(error) })
    } finally {
      underWay.delete(id)
    }
  })
  reply({ started: true })
}

function toPortable(error: unknown): PortableError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message } = error
  return { name, message, ...(error instanceof SaflError && { code: error.code }) }
}

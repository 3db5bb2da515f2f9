/** The owner's side of a worker: every call is a message, its answer another. */
import { SaflError, type SaflErrorCode } from '../error.ts'
import type { Argument, Calls, OwnedPort, PortableError, Result, WorkerReply, WorkerRequest } from './port.ts'

/** What every worker answers first and last. */
export interface LifeCalls {
  load(options: never): void
  dispose(): void
}

export interface CallOptions {
  /** What the message takes along instead of a copy. */
  readonly transfer?: readonly Transferable[]
  /** Ends the call; its reason is the error. */
  readonly signal?: AbortSignal | undefined
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

export class WorkerClient<Own extends Calls<Own> & LifeCalls> {
  private readonly port: OwnedPort
  private readonly waiting = new Map<number, Waiting>()
  private calls = 0
  /** Why nothing can be asked any more. */
  private ended: { readonly error: unknown } | null = null

  private constructor(port: OwnedPort) {
    this.port = port
    port.listen((message) => this.hear(message as WorkerReply))
    port.onFailure((error) => this.end(error))
  }

  /** Of a worker that has started; rejects, and ends it, where it cannot load, or when the signal says so. */
  static async load<Own extends Calls<Own> & LifeCalls>(
    port: OwnedPort,
    options: Argument<Own['load']>,
    signal?: AbortSignal,
  ): Promise<WorkerClient<Own>> {
    const client = new WorkerClient<Own>(port)
    const end = () => client.end(signal!.reason)
    signal?.addEventListener('abort', end)
    try {
      signal?.throwIfAborted()
      await client.call('load', options)
      return client
    } catch (error) {
      client.end(error)
      throw error
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  /** Posts at once. Rejects with the worker's error, or with what ended the worker. */
  async call<Method extends keyof Own & string>(
    method: Method,
    argument: Argument<Own[Method]>,
    { transfer, signal }: CallOptions = {},
  ): Promise<Result<Own[Method]>> {
    signal?.throwIfAborted()
    const id = this.calls++
    const abort = () => this.port.post({ abort: id } satisfies WorkerRequest)
    const answer = this.ask({ id, method, argument }, transfer)
    signal?.addEventListener('abort', abort)
    try {
      return (await answer) as Result<Own[Method]>
    } catch (error) {
      throw signal?.aborted && (error as Error).name === 'AbortError' ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Ends the worker when it has disposed of what it loaded; whoever calls it afterwards gets `error`. */
  async dispose(error: Error): Promise<void> {
    // Of a worker that is gone there is nothing to free.
    if (!this.ended) await this.call('dispose', undefined as Argument<Own['dispose']>)
    this.end(error)
  }

  private ask(request: WorkerRequest & { readonly id: number }, transfer?: readonly Transferable[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended) throw this.ended.error
      this.port.post(request, transfer)
      this.port.hold(true)
      this.waiting.set(request.id, { resolve, reject })
    })
  }

  private hear(reply: WorkerReply): void {
    if ('started' in reply) return
    const waiting = this.waiting.get(reply.id)
    this.waiting.delete(reply.id)
    if (this.waiting.size === 0) this.port.hold(false)
    if ('error' in reply) waiting?.reject(fromPortable(reply.error))
    else waiting?.resolve(reply.result)
  }

  /** Nobody waits in vain for a worker that is gone. */
  private end(error: unknown): void {
    // A thread that is ended says once more that it has ended.
    this.ended ??= { error }
    this.port.terminate()
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

function fromPortable({ name, message, code }: PortableError): Error {
  if (code !== undefined) return new SaflError(code as SaflErrorCode, message)
  return Object.assign(new Error(message), { name })
}

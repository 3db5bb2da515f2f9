/** Work that is numbered 0, 1, 2, … and done in threads ahead of whoever needs it, handed out in order. (Node) */
import { parentPort, Worker } from 'node:worker_threads'

export interface WorkerStreamOptions {
  /** The module that each thread runs, which calls `answerRequests`. */
  readonly entry: URL
  /** What the thread finds as `workerData`. */
  readonly workerData: object
  readonly workers: number
  /** Number of the first piece. */
  readonly first: number
  /** Pieces that may wait, done, for `next`: this bounds the memory. */
  readonly queue: number
}

export interface WorkerStream<T> {
  /** The next piece; rejects with what its thread said. */
  next(): Promise<T>
  /** Time that `next` waited in all, milliseconds. */
  readonly waited: number
  close(): Promise<void>
}

type Reply<T> = { readonly value: T } | { readonly error: string }

/** Piece n is made by thread n modulo their number; it must be a function of n alone. */
export function openWorkerStream<T>(options: WorkerStreamOptions): WorkerStream<T> {
  const { first, workers: count } = options
  const queue = Math.max(options.queue, count)
  const pending = new Map<number, { promise: Promise<T>; settle: (reply: Reply<T>) => void }>()
  const workers = Array.from({ length: count }, () => startWorker(options))
  const fail = (error: string) => {
    for (const { settle } of pending.values()) settle({ error })
  }
  for (const worker of workers) {
    worker.on('message', ({ index, reply }: { index: number; reply: Reply<T> }) => pending.get(index)?.settle(reply))
    worker.on('error', (error) => fail(error.message))
  }
  const ask = (index: number) => {
    let settle: (reply: Reply<T>) => void = () => {}
    const promise = new Promise<T>((resolve, reject) => {
      settle = (reply) => ('value' in reply ? resolve(reply.value) : reject(new Error(reply.error)))
    })
    promise.catch(() => {}) // Reported by `next`, which may not have been called yet.
    pending.set(index, { promise, settle })
    workers[index % count]!.postMessage(index)
  }
  let upcoming = first
  let waited = 0
  for (let ahead = 0; ahead < queue; ahead++) ask(first + ahead)
  return {
    async next() {
      const index = upcoming++
      ask(index + queue)
      const started = performance.now()
      const value = await pending.get(index)!.promise
      waited += performance.now() - started
      pending.delete(index)
      return value
    },
    get waited() {
      return waited
    },
    async close() {
      fail('the stream was closed')
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

/** Run from its TypeScript source, as in tests, a worker needs the loader first: Node 20 gives it no --import. */
const SOURCE_BOOTSTRAP = `import('tsx/esm/api').then(({ register }) => {
  register()
  return import(require('node:worker_threads').workerData.entry)
})`

/** The module `name` beside the one at `url`, compiled or not as that is: what a thread runs. */
export function workerEntry(url: string, name: string): URL {
  return new URL(`./${name}.${url.endsWith('.ts') ? 'ts' : 'js'}`, url)
}

/** A thread that runs a module of ours, compiled or not. */
export function startWorker({ entry, workerData }: Pick<WorkerStreamOptions, 'entry' | 'workerData'>): Worker {
  return entry.pathname.endsWith('.ts')
    ? new Worker(SOURCE_BOOTSTRAP, { eval: true, workerData: { ...workerData, entry: entry.href } })
    : new Worker(entry, { workerData })
}

/** In a thread: answers each request with what `make` gives for its number, one after another. */
export function answerRequests<T>(make: (index: number) => Promise<{ value: T; transfer: ArrayBuffer[] }>): void {
  const port = parentPort!
  let turn: Promise<void> = Promise.resolve()
  port.on('message', (index: number) => {
    turn = turn.then(async () => {
      try {
        const { value, transfer } = await make(index)
        port.postMessage({ index, reply: { value } satisfies Reply<T> }, transfer)
      } catch (error) {
        const reply: Reply<T> = { error: error instanceof Error ? error.message : String(error) }
        port.postMessage({ index, reply })
      }
    })
  })
}

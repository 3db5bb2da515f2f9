/**
 * Work that is numbered 0, 1, 2, … and done in processes ahead of whoever needs it, handed out in order. (Node)
 *
 * Processes rather than threads, since Skia draws text under a lock that all threads of a process share.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

export interface WorkerStreamOptions<D> {
  /** The module that each process runs, which calls `answerRequests`. */
  readonly entry: URL
  /** What the process is given to begin with: whatever can be cloned. */
  readonly data: D
  readonly workers: number
  /** Number of the first piece. */
  readonly first: number
  /** Pieces that may wait, done, for `next`: this bounds the memory. */
  readonly queue: number
}

export interface WorkerStream<T> {
  /** The next piece; rejects with what its process said, or when one has ended by itself. */
  next(): Promise<T>
  /** Time that `next` waited in all, milliseconds. */
  readonly waited: number
  close(): Promise<void>
}

/** One of several equal parts of every batch; a rank of a distributed training makes its own alone. */
export interface BatchPart {
  readonly place: number
  readonly count: number
}

type Request<D> = { readonly data: D } | { readonly index: number }
type Reply<T> = { readonly value: T } | { readonly error: string }

/** Piece n is made by process n modulo their number; it must be a function of n alone. */
export function openWorkerStream<T, D>(options: WorkerStreamOptions<D>): WorkerStream<T> {
  const { first, data, workers: count } = options
  const queue = Math.max(options.queue, count)
  const pending = new Map<number, { promise: Promise<T>; settle: (reply: Reply<T>) => void }>()
  let failure: Reply<T> | null = null
  const fail = (error: string) => {
    failure ??= { error }
    for (const { settle } of pending.values()) settle(failure)
  }
  const workers = Array.from({ length: count }, () => {
    const worker = startProcess(options.entry)
    worker.on('message', ({ index, reply }: { index: number; reply: Reply<T> }) => pending.get(index)?.settle(reply))
    worker.on('error', (error) => fail(error.message))
    worker.on('exit', (code, signal) => fail(`a rendering process ended by itself (${signal ?? `exit code ${code}`})`))
    return worker
  })
  // What cannot be sent is answered by the process's end.
  const send = (worker: ChildProcess, request: Request<D>) => worker.connected && worker.send(request, () => {})
  for (const worker of workers) send(worker, { data })
  const ask = (index: number) => {
    let settle: (reply: Reply<T>) => void = () => {}
    const promise = new Promise<T>((resolve, reject) => {
      settle = (reply) => ('value' in reply ? resolve(reply.value) : reject(new Error(reply.error)))
    })
    promise.catch(() => {}) // Reported by `next`, which may not have been called yet.
    pending.set(index, { promise, settle })
    if (failure) settle(failure)
    else send(workers[index % count]!, { index })
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
      await Promise.all(workers.map(end))
    },
  }
}

/** The same stream, of which every message is passed on once: all processes find the same bad samples. */
export function namedOnce<T extends { readonly skipped: readonly string[] }>(stream: WorkerStream<T>): WorkerStream<T> {
  const named = new Set<string>()
  return {
    async next() {
      const piece = await stream.next()
      const skipped = piece.skipped.filter((problem) => !named.has(problem))
      for (const problem of skipped) named.add(problem)
      return { ...piece, skipped }
    },
    get waited() {
      return stream.waited
    },
    close: () => stream.close(),
  }
}

/** Run from its TypeScript source, as in tests, a process needs the loader first. */
function startProcess(entry: URL): ChildProcess {
  const isSource = entry.pathname.endsWith('.ts')
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(fileURLToPath(entry), {
    execArgv: isSource ? ['--import', loader()] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.pid === undefined || worker.exitCode !== null || worker.signalCode !== null) return
  const ended = once(worker, 'exit')
  worker.kill('SIGKILL') // It holds nothing that could be lost.
  await ended
}

/**
 * In a process: opens what makes the pieces, then answers each request with the piece of its number, one after another.
 * Ends with the process that asks.
 */
export function answerRequests<T, D>(open: (data: D) => Promise<(index: number) => Promise<T>>): void {
  let make: Promise<(index: number) => Promise<T>>
  // Waits until the piece is on its way: work that never pauses would hold it up.
  const answer = (index: number, reply: Reply<T>) =>
    new Promise<void>((resolve) => process.send!({ index, reply }, () => resolve()))
  let turn: Promise<void> = Promise.resolve()
  process.on('message', (request: Request<D>) => {
    if ('data' in request) {
      make = open(request.data)
      make.catch(() => {}) // Answered to every request below.
      return
    }
    const { index } = request
    turn = turn.then(async () => {
      try {
        await answer(index, { value: await (await make)(index) })
      } catch (error) {
        await answer(index, { error: error instanceof Error ? error.message : String(error) })
      }
    })
  })
  process.on('disconnect', () => process.exit())
  // Ctrl-C and the end of a process group reach it too: whoever asks decides when it ends.
  process.on('SIGINT', () => {}).on('SIGTERM', () => {})
}

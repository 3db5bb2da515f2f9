/** A thread of this process, and its owner as the thread sees it. (Node) */
import { parentPort, type Transferable } from 'node:worker_threads'
import { startThread, workerEntry } from '../start-thread.ts'
import type { OwnedPort, WorkerPort } from './worker-port.ts'

/** Null where the thread's module cannot be had, as in a bundle of a single file. */
export function startWorker(): Promise<OwnedPort | null> {
  return new Promise((resolve) => {
    try {
      const thread = startThread(workerEntry(import.meta.url, 'node-worker'))
      thread.once('error', () => resolve(null))
      thread.once('message', () =>
        resolve({
          post: (message, transfer = []) => thread.postMessage(message, transfer as Transferable[]),
          listen: (heard) => thread.on('message', heard),
          onFailure(failed) {
            thread.on('error', ({ message }) => failed(new Error(`the worker failed: ${message}`)))
            thread.on('exit', () => failed(new Error('the worker has ended')))
          },
          hold: (isHeld) => (isHeld ? thread.ref() : thread.unref()),
          terminate: () => void thread.terminate(),
        }),
      )
    } catch {
      resolve(null)
    }
  })
}

/** From within the thread. */
export function ownerPort(): WorkerPort {
  const port = parentPort!
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer as Transferable[]),
    listen: (heard) => port.on('message', heard),
  }
}

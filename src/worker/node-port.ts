/** A thread of this process, and its owner as the thread sees it. (Node) */
import { parentPort, type Transferable, type Worker } from 'node:worker_threads'
import type { OwnedPort, WorkerPort } from './port.ts'

/** A thread that has its modules; null where it cannot have them, as in a bundle of a single file. */
export function startNodeWorker(create: () => Worker): Promise<OwnedPort | null> {
  return new Promise((resolve) => {
    try {
      const thread = create()
      thread.once('error', () => resolve(null))
      thread.once('exit', () => resolve(null))
      thread.once('message', () => resolve(portOf(thread)))
    } catch {
      resolve(null)
    }
  })
}

function portOf(thread: Worker): OwnedPort {
  return {
    post: (message, transfer = []) => thread.postMessage(message, transfer as Transferable[]),
    listen: (heard) => thread.on('message', heard),
    onFailure(failed) {
      thread.on('error', ({ message }) => failed(new Error(`the worker failed: ${message}`)))
      thread.on('exit', () => failed(new Error('the worker has ended')))
    },
    hold: (isHeld) => (isHeld ? thread.ref() : thread.unref()),
    terminate: () => void thread.terminate(),
  }
}

/** From within the thread. */
export function ownerPort(): WorkerPort {
  const port = parentPort!
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer as Transferable[]),
    listen: (heard) => port.on('message', heard),
  }
}

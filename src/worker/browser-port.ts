/** A worker of the page, and the page as its worker sees it. (Browser) */
import type { OwnedPort, WorkerPort } from './port.ts'

/**
 * A worker that has its modules; null where it cannot have them, such as those that only the page's import map names.
 * `create` holds the worker's literal address: bundlers look for it.
 */
export function startBrowserWorker(create: () => Worker): Promise<OwnedPort | null> {
  return new Promise((resolve) => {
    try {
      const worker = create()
      worker.addEventListener('message', () => resolve(portOf(worker)), { once: true })
      worker.addEventListener('error', () => resolve(null), { once: true })
    } catch {
      resolve(null)
    }
  })
}

function portOf(worker: Worker): OwnedPort {
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    listen: (heard) => worker.addEventListener('message', ({ data }) => heard(data)),
    onFailure: (failed) =>
      worker.addEventListener('error', ({ message }) => failed(new Error(`the worker failed: ${message}`))),
    hold: () => {},
    terminate: () => worker.terminate(),
  }
}

/** From within a worker. */
export function pagePort(): WorkerPort {
  return {
    post: (message, transfer = []) => self.postMessage(message, { transfer: [...transfer] }),
    listen: (heard) => self.addEventListener('message', ({ data }) => heard(data)),
  }
}

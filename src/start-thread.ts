/** Threads and processes of this package's own modules, compiled or from their TypeScript source, as in tests. (Node) */
import { Worker } from 'node:worker_threads'

/** The module `name` beside the one at `url`, compiled or not as that is: what a worker runs. */
export function workerEntry(url: string, name: string): URL {
  return new URL(`./${name}.${url.endsWith('.ts') ? 'ts' : 'js'}`, url)
}

/** From its source a thread needs the loader first: Node 20 gives it no --import. */
const SOURCE_BOOTSTRAP = `import('tsx/esm/api').then(({ register }) => {
  register()
  return import(require('node:worker_threads').workerData.entry)
})`

export function startThread(entry: URL, workerData: object = {}): Worker {
  return entry.pathname.endsWith('.ts')
    ? new Worker(SOURCE_BOOTSTRAP, { eval: true, workerData: { ...workerData, entry: entry.href } })
    : new Worker(entry, { workerData })
}

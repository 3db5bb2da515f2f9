/** Ctrl-C ends long work in good order. */

interface StopOptions {
  /** Signals beside SIGINT and SIGTERM. */
  readonly further?: readonly NodeJS.Signals[]
  /** Whether nothing is said. */
  readonly silent?: boolean
}

/** So soon, milliseconds, comes what is the first signal once more: `timeout` and npm's commands send it twice. */
const TWICE = 1000

/** The first signal aborts, and says on standard error what follows; a second one ends the process. */
export function stopOnSignal(what: string, { further = [], silent = false }: StopOptions = {}): AbortController {
  const stop = new AbortController()
  let first = 0
  const onSignal = () => {
    if (stop.signal.aborted && performance.now() - first < TWICE) return
    if (stop.signal.aborted) process.exit(130)
    first = performance.now()
    if (!silent) console.error(`\nsafl: ${what}; once more to end at once`)
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', ...further]) process.on(signal, onSignal)
  return stop
}

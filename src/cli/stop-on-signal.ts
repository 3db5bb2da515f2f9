/** Ctrl-C ends long work in good order. */

interface StopOptions {
  /** Signals beside SIGINT and SIGTERM. */
  readonly further?: readonly NodeJS.Signals[]
  /** Whether nothing is said. */
  readonly silent?: boolean
}

/** The first signal aborts, and says on standard error what follows; a second one ends the process. */
export function stopOnSignal(what: string, { further = [], silent = false }: StopOptions = {}): AbortController {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130)
    if (!silent) console.error(`\nsafl: ${what}; once more to end at once`)
    stop.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', ...further]) process.on(signal, onSignal)
  return stop
}

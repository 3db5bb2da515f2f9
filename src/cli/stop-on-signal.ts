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
  onFirstSignal(() => {
    if (!silent) console.error(`\nsafl: ${what}; once more to end at once`)
    stop.abort()
  }, further)
  return stop
}

/** Calls `then` at the first SIGINT or SIGTERM, or one of `further`; a second one ends the process. */
export function onFirstSignal(then: (signal: NodeJS.Signals) => void, further: readonly NodeJS.Signals[] = []): void {
  let first: number | null = null
  const onSignal = (signal: NodeJS.Signals) => {
    if (first === null) {
      first = performance.now()
      then(signal)
    } else if (performance.now() - first >= TWICE) process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', ...further]) process.on(signal, onSignal)
}

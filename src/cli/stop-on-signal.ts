/** Ctrl-C ends long work in good order. */

/** The first signal aborts, and says on standard error what follows; a second one ends the process. */
export function stopOnSignal(what: string): AbortController {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130)
    console.error(`\nsafl: ${what}; once more to end at once`)
    stop.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return stop
}

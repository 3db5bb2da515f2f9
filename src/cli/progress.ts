/** A line on standard error that is written over; silent where that is no terminal. */
export interface ProgressLine {
  update(done: number): void
  /** Wipes the line before something else is written there. */
  clear(): void
  end(): void
}

/** `total` things are to be done, which `what` names: `words`, `samples`. */
export function progressLine(total: number, what: string): ProgressLine {
  const started = performance.now()
  let shown = 0
  if (!process.stderr.isTTY) return { update() {}, clear() {}, end() {} }
  return {
    update(done) {
      const now = performance.now()
      if (now - shown < 200 && done < total) return
      shown = now
      const rate = done / ((now - started) / 1000)
      const left = (total - done) / rate
      const filled = Math.round((20 * done) / total)
      const bar = '='.repeat(filled).padEnd(20, '-')
      process.stderr.write(
        `\r[${bar}] ${done}/${total} ${what}, ${rate.toFixed(0)} a second, ${left.toFixed(0)} s left\u001b[K`,
      )
    },
    clear() {
      process.stderr.write('\r\u001b[K')
    },
    end() {
      process.stderr.write('\n')
    },
  }
}

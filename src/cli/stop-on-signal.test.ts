import { afterEach, expect, test, vi } from 'vitest'
import { stopOnSignal } from './stop-on-signal.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('the first signal aborts, the same one sent twice at once does no more, a later one ends the process', () => {
  vi.useFakeTimers()
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never)
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const before = new Set(process.listeners('SIGUSR2'))
  const { signal } = stopOnSignal('saving', { further: ['SIGUSR2'] })
  const [heard] = process.listeners('SIGUSR2').filter((listener) => !before.has(listener)) as [() => void]
  try {
    expect(signal.aborted).toBe(false)
    heard()
    heard()
    vi.advanceTimersByTime(900)
    heard()
    expect(signal.aborted).toBe(true)
    expect(exit).not.toHaveBeenCalled()
    expect(said).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(200)
    heard()
    expect(exit).toHaveBeenCalledWith(130)
  } finally {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const) process.off(name, heard)
  }
})

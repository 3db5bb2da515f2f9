/** A process for tests: squares numbers; asked for its data's `fatal` number it ends, for `bad` it fails. */
import { answerRequests } from '../../src/data/worker-stream.ts'

export interface SquareData {
  readonly closed?: boolean
  readonly fatal?: number
  readonly bad?: number
}

answerRequests<{ square: Float32Array; pid: number }, SquareData>(async ({ closed, fatal, bad }) => {
  if (closed) throw new Error('it is closed')
  return async (index) => {
    if (index === fatal) process.kill(process.pid, 'SIGKILL')
    if (index === bad) throw new Error(`${index} has no square`)
    return { square: Float32Array.of(index ** 2), pid: process.pid }
  }
})

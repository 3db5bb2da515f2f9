import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { openWorkerStream, type WorkerStream } from '../../src/data/worker-stream.ts'
import { workerEntry } from '../../src/start-thread.ts'
import type { SquareData } from './square-worker.ts'

type Square = { square: Float32Array; pid: number }
const streams: WorkerStream<Square>[] = []
afterEach(() => Promise.all(streams.map((stream) => stream.close())))

function open(data: SquareData, workers = 2): WorkerStream<Square> {
  const entry = workerEntry(import.meta.url, 'square-worker')
  const stream = openWorkerStream<Square, SquareData>({ entry, data, workers, first: 3, queue: 4 })
  streams.push(stream)
  return stream
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('pieces come in order, as they were made, from as many processes as were asked for', async () => {
  const stream = open({})
  const pieces = [await stream.next(), await stream.next(), await stream.next(), await stream.next()]
  expect(pieces.map(({ square }) => square)).toEqual([9, 16, 25, 36].map((square) => Float32Array.of(square)))
  expect(new Set(pieces.map(({ pid }) => pid)).size).toBe(2)
  expect(pieces.every(({ pid }) => pid !== process.pid && isAlive(pid))).toBe(true)
  await stream.close()
  expect(pieces.some(({ pid }) => isAlive(pid))).toBe(false)
})

test('what cannot be made is said where its turn is, and the next is made', async () => {
  const stream = open({ bad: 4 })
  await stream.next()
  await expect(stream.next()).rejects.toThrow('4 has no square')
  expect((await stream.next()).square).toEqual(Float32Array.of(25))
  await expect(open({ closed: true }).next()).rejects.toThrow('it is closed')
})

test('when a process is killed the stream says so, now and later', async () => {
  const stream = open({ fatal: 5 }, 1)
  await stream.next()
  await stream.next()
  for (let time = 0; time < 2; time++)
    await expect(stream.next()).rejects.toThrow('a rendering process ended by itself (SIGKILL)')
})

test.each(['SIGINT', 'SIGTERM'])('%s, which may reach all processes of a run, ends none of these', async (signal) => {
  const stream = open({}, 1)
  const { pid } = await stream.next()
  process.kill(pid, signal)
  await setTimeout(100)
  for (let time = 0; time < 8; time++) expect((await stream.next()).pid).toBe(pid)
})

test('a process ends with the one that asks', async () => {
  const asking = `import { openWorkerStream } from ${JSON.stringify(new URL('../../src/data/worker-stream.ts', import.meta.url))}
    const entry = new URL(${JSON.stringify(workerEntry(import.meta.url, 'square-worker'))})
    const stream = openWorkerStream({ entry, data: {}, workers: 1, first: 1, queue: 1 })
    console.log((await stream.next()).pid)`
  const asker = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', asking])
  const pid = await new Promise<number>((resolve) => asker.stdout.once('data', (line) => resolve(Number(line))))
  expect(isAlive(pid)).toBe(true)
  asker.kill('SIGKILL')
  await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 })
})

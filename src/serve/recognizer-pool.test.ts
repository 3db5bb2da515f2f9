import { expect, test, vi } from 'vitest'
import { SaflError } from '../error.ts'
import type { RgbImage } from '../image/image.ts'
import type { Recognition } from '../recognize/recognition.ts'
import { RecognizerPool } from './recognizer-pool.ts'

const image = (width: number): RgbImage => ({ width, height: 1, data: new Uint8Array(width * 3) })
const recognition = (text: string): Recognition => ({ text, confidence: 1, characters: [], turned: 0 })

/** Workers that keep what they are asked for until `go` is called. */
async function heldPool(workers = 2) {
  const batches: { worker: number; widths: number[]; go: () => void; fail: (error: Error) => void }[] = []
  let loaded = 0
  const onBatch = vi.fn()
  const onFailure = vi.fn()
  const dispose = vi.fn(async () => {})
  const pool = await RecognizerPool.load({
    workers,
    async load() {
      const worker = loaded++
      return {
        recognizeImages: (images) =>
          new Promise((resolve, reject) => {
            const widths = images.map(({ width }) => width)
            const go = () => resolve(widths.map((width) => recognition(`${worker}:${width}`)))
            batches.push({ worker, widths, go, fail: reject })
          }),
        dispose,
      }
    },
    onBatch,
    onFailure,
  })
  const asked = async () => {
    await new Promise(setImmediate)
    return batches.splice(0)
  }
  return { pool, asked, onBatch, onFailure, dispose }
}

test('each goes to the worker that has the least to do; those that wait go together', async () => {
  const { pool, asked, onBatch } = await heldPool()
  const first = [1, 2].map((width) => pool.read(image(width), {}))
  const begun = await asked()
  expect(begun.map(({ worker, widths }) => [worker, widths])).toEqual([
    [0, [1]],
    [1, [2]],
  ])
  const later = [3, 4, 5, 6].map((width) => pool.read(image(width), {}))
  expect(await asked()).toEqual([])
  begun[0]!.go()
  const [next] = await asked()
  expect([next!.worker, next!.widths]).toEqual([0, [3, 5]])
  // The first has two to do, the other three.
  const last = pool.read(image(7), {})
  next!.go()
  const [third] = await asked()
  expect([third!.worker, third!.widths]).toEqual([0, [7]])
  third!.go()
  begun[1]!.go()
  for (const batch of await asked()) batch.go()
  expect((await Promise.all([...first, ...later, last])).map(({ text }) => text)).toEqual([
    '0:1',
    '1:2',
    '0:3',
    '1:4',
    '0:5',
    '1:6',
    '0:7',
  ])
  expect(onBatch.mock.calls.map(([images]) => images).sort()).toEqual([1, 1, 1, 2, 2])
  expect(pool.expect(0)).toBe(0)
  expect(pool.expect(10)).toBeGreaterThan(0)
})

test('one whose thread has ended is replaced; what it refuses, or is no longer wanted, is no failure', async () => {
  const { pool, asked, onFailure, dispose } = await heldPool(1)
  const refused = pool.read(image(1), {})
  const [first] = await asked()
  first!.fail(new SaflError('option', 'lexicon: none'))
  await expect(refused).rejects.toThrow('lexicon: none')
  const leave = new AbortController()
  const left = pool.read(image(2), { signal: leave.signal })
  const [second] = await asked()
  leave.abort(new Error('left'))
  await expect(left).rejects.toThrow('left')
  second!.fail(leave.signal.reason)
  await asked()
  expect([onFailure.mock.calls.length, pool.alive]).toEqual([0, 1])
  const ended = pool.read(image(3), {})
  const [third] = await asked()
  third!.fail(new Error('the worker has ended'))
  await expect(ended).rejects.toThrow('the worker has ended')
  const after = pool.read(image(4), {})
  const [fourth] = await asked()
  fourth!.go()
  expect((await after).text).toBe('1:4')
  expect([onFailure.mock.calls.length, dispose.mock.calls.length, pool.alive]).toEqual([1, 1, 1])
})

test('where none can be loaded in its place, it says so', async () => {
  let isFirst = true
  const pool = await RecognizerPool.load({
    workers: 1,
    async load() {
      if (!isFirst) throw new Error('the file is gone')
      isFirst = false
      return { recognizeImages: () => Promise.reject(new Error('the worker has ended')), dispose: async () => {} }
    },
  })
  await expect(pool.read(image(1), {})).rejects.toThrow('the worker has ended')
  await expect(pool.read(image(1), {})).rejects.toThrow('no worker is left')
  expect(pool.alive).toBe(0)
})

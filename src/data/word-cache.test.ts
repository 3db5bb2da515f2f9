import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { shareWords, WordCache } from './word-cache.ts'

const word = (text: string, width: number, height: number, seed: number) => ({
  text,
  image: { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * seed) % 251) },
})

test('gives back what was kept, to another reader of the same memory too, and copies', () => {
  const shared = shareWords(1 << 16)
  const [first, second] = [new WordCache(shared), new WordCache(shared)]
  const words = [word('Genaxis', 30, 10, 7), word('é', 1, 1, 3), word('', 5, 2, 11)]
  for (const [number, each] of words.entries()) first.set(3 * number, each)
  expect(second.get(1)).toBeNull()
  for (const [number, each] of words.entries()) expect(second.get(3 * number)).toEqual(each)
  second.get(0)!.image.data.fill(0)
  expect(first.get(0)).toEqual(words[0])
})

test('what does not fit is not kept, and what follows may', () => {
  const cache = new WordCache(shareWords(1000))
  cache.set(0, word('a', 10, 10, 3))
  cache.set(1, word('b', 20, 20, 3))
  cache.set(2, word('c', 10, 10, 5))
  cache.set(1 << 20, word('d', 1, 1, 5))
  expect([0, 1, 2, 1 << 20].map((number) => cache.get(number)?.text)).toEqual(['a', undefined, 'c', undefined])
})

test('a thread finds words whole that another is keeping', async () => {
  const shared = shareWords(1 << 20)
  const code = `const { parentPort, workerData } = require('node:worker_threads')
    const places = new Int32Array(workerData.places), pool = new Uint8Array(workerData.pool)
    let found = 0, wrong = 0
    while (found < 200) {
      const at = Atomics.load(places, 1 + found)
      if (at === 0) continue
      for (let index = 0; index < 300; index++) if (pool[at - 1 + 7 + index] !== (index * 3) % 251) wrong++
      found++
    }
    parentPort.postMessage(wrong)`
  const reader = new Worker(code, { eval: true, workerData: shared })
  const done = new Promise((resolve, reject) => {
    reader.on('message', resolve)
    reader.on('error', reject)
  })
  const cache = new WordCache(shared)
  for (let number = 0; number < 200; number++) {
    cache.set(number, word('a', 10, 10, 3))
    if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(await done).toBe(0)
})

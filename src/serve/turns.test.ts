import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const { signal } = new AbortController()

/** Work that ends when it is told to. */
function work() {
  let end = () => {}
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  return { done, end, begun: false }
}

test('who comes later waits for room, in order; what is larger than all of it goes alone', async () => {
  const turns = new Turns(3)
  const works = [2, 2, 1, 9].map((cost) => ({ cost, ...work() }))
  const runs = works.map((each) =>
    turns.run(each.cost, signal, () => {
      each.begun = true
      return each.done
    }),
  )
  const begun = async () => {
    await new Promise(setImmediate)
    return works.map((each) => each.begun)
  }
  // The third would fit, but is not let past the second.
  expect(await begun()).toEqual([true, false, false, false])
  works[0]!.end()
  expect(await begun()).toEqual([true, true, true, false])
  works[1]!.end()
  expect(await begun()).toEqual([true, true, true, false])
  works[2]!.end()
  expect(await begun()).toEqual([true, true, true, true])
  works[3]!.end()
  await Promise.all(runs)
})

test('who leaves is not begun, and those behind move up; work that fails makes room', async () => {
  const turns = new Turns(1)
  const first = work()
  const running = turns.run(1, signal, () => first.done)
  const leaving = new AbortController()
  const left = turns.run(1, leaving.signal, async () => 'begun')
  const failing = turns.run(1, signal, () => Promise.reject(new Error('failed')))
  const last = turns.run(1, signal, async () => 'read')
  leaving.abort(new Error('left'))
  await expect(left).rejects.toThrow('left')
  first.end()
  await running
  await expect(failing).rejects.toThrow('failed')
  expect(await last).toBe('read')
  await expect(turns.run(1, leaving.signal, async () => 'begun')).rejects.toThrow('left')
})

import { expect, test } from 'vitest'
import { SaflError } from '../error.ts'
import { WorkerClient } from './client.ts'
import { type Handlers, hostCalls, Moved } from './host.ts'
import type { OwnedPort } from './port.ts'

interface TestCalls {
  load(options: { readonly fails: boolean }): void
  double(bytes: Uint8Array): Uint8Array
  refuse(code: 'option' | null): void
  wait(): string
  dispose(): void
}

interface Owned {
  readonly port: OwnedPort
  /** What the owner did, in its order. */
  readonly done: string[]
  fail(error: Error): void
}

/** A worker in this thread: messages are cloned, and come a while later, as those of another. */
function pretend(handlers: Partial<Handlers<TestCalls>> = {}): Owned {
  const done: string[] = []
  const { port1, port2 } = new MessageChannel()
  let failed = (_: Error) => {}
  const post =
    (port: MessagePort) =>
    (message: object, transfer: readonly Transferable[] = []) =>
      port.postMessage(message, [...transfer] as never)
  const listen = (port: MessagePort) => (heard: (message: unknown) => void) => {
    port.onmessage = ({ data }) => heard(data)
  }
  hostCalls<TestCalls>(
    { post: post(port2), listen: listen(port2) },
    {
      async load({ fails }) {
        if (fails) throw new Error('no such weights')
      },
      async double(bytes) {
        const twice = bytes.map((byte) => 2 * byte)
        return new Moved(twice, [twice.buffer])
      },
      async refuse(code) {
        throw code ? new SaflError(code, 'not so') : new TypeError('not so')
      },
      wait: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      async dispose() {
        done.push('dispose')
      },
      ...handlers,
    },
  )
  return {
    done,
    fail: (error) => failed(error),
    port: {
      post: post(port1),
      listen: listen(port1),
      onFailure: (then) => {
        failed = then
      },
      hold: (isHeld) => done.push(isHeld ? 'hold' : 'let go'),
      terminate() {
        done.push('terminate')
        port1.close()
        port2.close()
      },
    },
  }
}

const gone = new Error('gone')

test('calls are answered, and what is moved is not copied', async () => {
  const { port, done } = pretend()
  const client = await WorkerClient.load<TestCalls>(port, { fails: false })
  const bytes = Uint8Array.of(1, 2)
  expect(await client.call('double', bytes, { transfer: [bytes.buffer] })).toEqual(Uint8Array.of(2, 4))
  expect(bytes.byteLength).toBe(0)
  expect(done).toEqual(['hold', 'let go', 'hold', 'let go'])
  await client.dispose(gone)
  expect(done.slice(4)).toEqual(['hold', 'dispose', 'let go', 'terminate'])
  await expect(client.call('double', Uint8Array.of(1))).rejects.toBe(gone)
})

test('errors keep their name, message and code', async () => {
  const { port } = pretend()
  const client = await WorkerClient.load<TestCalls>(port, { fails: false })
  await expect(client.call('refuse', 'option')).rejects.toEqual(new SaflError('option', 'not so'))
  await expect(client.call('refuse', 'option')).rejects.toBeInstanceOf(SaflError)
  await expect(client.call('refuse', null)).rejects.toMatchObject({ name: 'TypeError', message: 'not so' })
  await client.dispose(gone)
})

test('a signal ends its call with its reason, and no other', async () => {
  const { port } = pretend()
  const client = await WorkerClient.load<TestCalls>(port, { fails: false })
  const [first, second] = [new AbortController(), new AbortController()]
  const waiting = client.call('wait', undefined, { signal: first.signal })
  const other = client.call('wait', undefined, { signal: second.signal })
  first.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect(await client.call('double', Uint8Array.of(4))).toEqual(Uint8Array.of(8))
  second.abort()
  await expect(other).rejects.toMatchObject({ name: 'AbortError' })
  await expect(client.call('double', Uint8Array.of(1), { signal: first.signal })).rejects.toThrow('enough')
  await client.dispose(gone)
})

test('what fails while it loads, or is told to end then, leaves no worker', async () => {
  const failing = pretend()
  await expect(WorkerClient.load<TestCalls>(failing.port, { fails: true })).rejects.toThrow('no such weights')
  expect(failing.done).toEqual(['hold', 'let go', 'terminate'])
  const stuck = pretend({ load: () => new Promise<void>(() => {}) })
  const loading = WorkerClient.load<TestCalls>(stuck.port, { fails: false }, AbortSignal.timeout(10))
  await expect(loading).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(stuck.done).toContain('terminate')
})

test('a worker that fails rejects what was asked and is asked, and there is nothing to dispose of', async () => {
  const { port, fail } = pretend()
  const client = await WorkerClient.load<TestCalls>(port, { fails: false })
  const waiting = [client.call('wait', undefined), client.call('wait', undefined)]
  const failed = Promise.all(waiting.map((each) => expect(each).rejects.toThrow('out of memory')))
  fail(new Error('out of memory'))
  fail(new Error('the worker has ended'))
  await failed
  await expect(client.call('wait', undefined)).rejects.toThrow('out of memory')
  await client.dispose(gone)
})

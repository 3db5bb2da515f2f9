/** The worker's side of `WorkerTextReader`: one reader, whose calls it makes and answers. (Browser) */
import { SaflError } from '../error.ts'
import type { PortableError } from '../recognize/worker-port.ts'
import { BrowserPhotographReader } from './browser-reader.ts'
import type { ReaderCall, ReaderReply, ReaderRequest } from './reader-calls.ts'

let reader: Promise<BrowserPhotographReader> | null = null
const underWay = new Map<number, AbortController>()

const reply = (message: ReaderReply) => self.postMessage(message)

self.addEventListener('message', async ({ data: { id, call } }: MessageEvent<ReaderRequest>) => {
  try {
    reply({ id, result: await answer(id, call) })
  } catch (error) {
    reply({ id, error: toPortable(error) })
  } finally {
    underWay.delete(id)
    if ('image' in call && call.image instanceof ImageBitmap) call.image.close()
  }
})

async function answer(id: number, call: ReaderCall): Promise<unknown> {
  switch (call.method) {
    case 'load':
      reader = BrowserPhotographReader.load({ ...call.options, worker: false })
      await reader
      return null
    case 'find':
      return (await reader!).find(call.image, { signal: signalOf(id) })
    case 'read':
      return (await reader!).read(call.image, { ...call.options, signal: signalOf(id) })
    case 'abort':
      underWay.get(call.id)?.abort()
      return null
    case 'dispose':
      return (await reader!).dispose()
  }
}

/** Structured clones of errors lose what is their own. */
function toPortable(error: unknown): PortableError {
  if (error instanceof SaflError) return { name: error.name, message: error.message, code: error.code }
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return { name, message }
}

function signalOf(id: number): AbortSignal {
  const controller = new AbortController()
  underWay.set(id, controller)
  return controller.signal
}

reply({ started: true })

/** The worker's side of `WorkerReader`: one recogniser, whose calls it makes and answers. (Browser) */
import { toPixels } from './browser-image.ts'
import { BrowserReader } from './browser-reader.ts'
import type { WorkerCall, WorkerReply, WorkerRequest } from './worker-reader.ts'

let reader: Promise<BrowserReader> | null = null
const reading = new Map<number, AbortController>()

const reply = (message: WorkerReply, transfer: Transferable[] = []) => self.postMessage(message, { transfer })

self.addEventListener('message', async ({ data: { id, call } }: MessageEvent<WorkerRequest>) => {
  try {
    const result = await answer(id, call)
    reply({ id, result }, call.method === 'decode' ? [(result as { data: Uint8Array<ArrayBuffer> }).data.buffer] : [])
  } catch (error) {
    reply({ id, error: error instanceof Error ? error : new Error(String(error)) })
  } finally {
    reading.delete(id)
  }
})

async function answer(id: number, call: WorkerCall): Promise<unknown> {
  switch (call.method) {
    case 'load':
      reader = BrowserReader.load(call.options)
      await reader
      return null
    case 'decode':
      try {
        return await toPixels(call.image)
      } finally {
        if (call.image instanceof ImageBitmap) call.image.close()
      }
    case 'read': {
      const { signal } = reading.set(id, new AbortController()).get(id)!
      return (await reader!).recognizeImages(call.images, { ...call.options, signal })
    }
    case 'abort':
      reading.get(call.id)?.abort()
      return null
    case 'dispose':
      return (await reader!).dispose()
  }
}

reply({ started: true })

/** The worker's side of `WorkerEngine`: one engine, whose calls it makes and answers. */
import { SaflError } from '../error.ts'
import type { RgbImage } from '../image/image.ts'
import type { Engine } from './engine.ts'
import { ListKeeper } from './kept-lists.ts'
import type { PortableError, WorkerCall, WorkerPort, WorkerReply, WorkerRequest } from './worker-port.ts'

export interface Hosted<Load, Source> {
  load(options: Load): Promise<Engine>
  decode(source: Source): Promise<RgbImage>
}

/** Answers whatever the port says, from now on. */
export function hostEngine<Load, Source>(port: WorkerPort, { load, decode }: Hosted<Load, Source>): void {
  let engine: Promise<Engine> | null = null
  const reading = new Map<number, AbortController>()
  const lists = new ListKeeper()
  const reply = (message: WorkerReply, transfer: readonly Transferable[] = []) => port.post(message, transfer)

  async function answer(id: number, call: WorkerCall<Load, Source>): Promise<unknown> {
    switch (call.method) {
      case 'load':
        engine = load(call.options)
        await engine
        return null
      case 'decode':
        return decode(call.source)
      case 'read': {
        const { signal } = reading.set(id, new AbortController()).get(id)!
        const options = { ...lists.unpack(call.packed), signal }
        return (await engine!).recognizeImages(call.images, options)
      }
      case 'abort':
        reading.get(call.id)?.abort()
        return null
      case 'dispose':
        return (await engine!).dispose()
    }
  }

  port.listen(async (message) => {
    const { id, call } = message as WorkerRequest<Load, Source>
    try {
      const result = await answer(id, call)
      reply({ id, result }, call.method === 'decode' ? [(result as { data: Uint8Array<ArrayBuffer> }).data.buffer] : [])
    } catch (error) {
      reply({ id, error: toPortable(error) })
    } finally {
      reading.delete(id)
    }
  })
  reply({ started: true })
}

function toPortable(error: unknown): PortableError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message } = error
  return { name, message, ...(error instanceof SaflError && { code: error.code }) }
}

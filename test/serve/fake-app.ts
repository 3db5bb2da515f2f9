/** The service's routes without a server and without a model: what reads is up to the test. */
import { pino } from 'pino'
import type { RgbImage } from '../../src/image/image.ts'
import type { RecognizeOptions } from '../../src/recognize/reading-options.ts'
import type { Recognition } from '../../src/recognize/recognition.ts'
import { ImageQueue, type PhotographReader } from '../../src/serve/image-queue.ts'
import { serviceMetrics } from '../../src/serve/metrics.ts'
import { HeldBytes } from '../../src/serve/read-body.ts'
import { RecognizerPool } from '../../src/serve/recognizer-pool.ts'
import { serviceApp } from '../../src/serve/service-app.ts'
import { defaultLimits, type ServiceLimits } from '../../src/serve/service-limits.ts'

type Read = (images: readonly RgbImage[], options: RecognizeOptions) => Promise<Recognition[]>

interface FakeOptions {
  readonly read?: Read
  readonly limits?: Partial<ServiceLimits>
  readonly tokens?: readonly string[]
  readonly corsOrigins?: readonly string[]
  readonly reader?: PhotographReader
}

/** Says how large the image is that it was given. */
export const readSizes: Read = async (images) =>
  images.map(({ width, height }) => ({ text: `${width}x${height}`, confidence: 1, characters: [], turned: 0 }))

export async function fakeApp({ read = readSizes, reader, tokens = [], corsOrigins = [], ...given }: FakeOptions = {}) {
  const limits = { ...defaultLimits, ...given.limits }
  const logged: string[] = []
  const pool = await RecognizerPool.load({
    workers: 1,
    load: async () => ({ recognizeImages: (images, options = {}) => read(images, options), dispose: async () => {} }),
  })
  const queue = new ImageQueue({ pool, reader: reader ?? null, limits, workers: 1 })
  const held = new HeldBytes(limits.heldBytes)
  const metrics = serviceMetrics({ queue: () => queue.length, heldBytes: () => held.held, workers: () => pool.alive })
  const state = { stopping: false }
  const app = serviceApp({
    version: '1.2.3',
    model: { id: 'fake', decoder: 'attention', precision: 'float32', parameters: 1, characters: 'a', maximumLength: 1 },
    pool,
    queue,
    reader: reader ?? null,
    limits,
    held,
    metrics,
    log: pino({ level: 'debug' }, { write: (line) => logged.push(line) }),
    tokens,
    corsOrigins,
    isStopping: () => state.stopping,
  })
  const ask = (path: string, init: RequestInit = {}) => app.request(path, init)
  return { app, ask, queue, held, pool, metrics, logged, state }
}

/** A form of files, in the order of their names, and of further fields. */
export function form(files: Readonly<Record<string, Uint8Array>>, fields: readonly (readonly [string, string])[] = []) {
  const body = new FormData()
  for (const [name, bytes] of Object.entries(files)) body.append('files', new File([new Uint8Array(bytes)], name))
  for (const [name, value] of fields) body.append(name, value)
  return { method: 'POST', body }
}

export function json(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

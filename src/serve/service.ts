/** A service: recognisers, routes, and the server that stands before them. (Node) */
import type { Server as HttpServer, ServerOptions } from 'node:http'
import { type AddressInfo, Server } from 'node:net'
import { basename, extname } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import type { Logger } from 'pino'
import { createCharset } from '../charset.ts'
import { packagedModels } from '../package-files.ts'
import { precisionOf } from '../recognize/open-engine.ts'
import type { LoadOptions } from '../recognize/reading-options.ts'
import { SceneTextRecognizer } from '../recognize/recognizer.ts'
import { readWeightsFile } from '../recognize/weights-source.ts'
import { sizeOf } from '../tensor/index.ts'
import type { ModelDescription } from './describe-service.ts'
import { ImageQueue, type PhotographReader } from './image-queue.ts'
import { serviceMetrics } from './metrics.ts'
import { HeldBytes } from './read-body.ts'
import { type BatchReader, RecognizerPool } from './recognizer-pool.ts'
import { serviceApp } from './service-app.ts'
import { defaultLimits, type ServiceLimits } from './service-limits.ts'

export interface StartOptions {
  readonly version: string
  readonly host: string
  /** 0: one that is free. */
  readonly port: number
  readonly workers: number
  /** What each worker loads; `threads` are a worker's. */
  readonly load: Omit<LoadOptions, 'worker' | 'model'> & { readonly model?: string }
  readonly limits?: Partial<ServiceLimits>
  readonly tokens?: readonly string[]
  readonly corsOrigins?: readonly string[]
  readonly log: Logger
  /** Reads photographs; its route is there where one is given. It is disposed of by whoever gave it. */
  readonly reader?: PhotographReader
}

export interface Service {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  /**
   * Takes no more connections, answers what was asked, and frees everything. False where that took longer than the time that
   * is given, and connections were cut.
   */
  stop(milliseconds: number): Promise<boolean>
}

/** What comes of a body is timed by the routes, which say so; this ends what does not even get there. */
const HEADER_MILLISECONDS = 10_000
const IDLE_MILLISECONDS = 30_000
/** How long connections without a request stay when the service stops: the next one may be on its way. */
const LINGER_MILLISECONDS = 1_000

/** Rejects where the weights cannot be loaded or the port is taken. */
export async function startService(options: StartOptions): Promise<Service> {
  const { version, log, workers, load, reader = null, tokens = [], corsOrigins = [] } = options
  const limits = { ...defaultLimits, ...options.limits }
  const model = await describeModel(load)
  const pool: RecognizerPool = await RecognizerPool.load({
    workers,
    load: async () => warmUp(await SceneTextRecognizer.load({ ...load, worker: true })),
    onBatch(images, seconds) {
      metrics.batchImages.observe(images)
      metrics.batchSeconds.observe(seconds)
    },
    onFailure: (error) => log.error({ err: error }, 'a worker failed'),
  })
  const held = new HeldBytes(limits.heldBytes)
  const queue = new ImageQueue({ pool, reader, limits, workers })
  const metrics = serviceMetrics({
    queue: () => queue.length,
    heldBytes: () => held.held,
    workers: () => pool.alive,
  })
  let stopping = false
  const isStopping = () => stopping
  const app = serviceApp({
    version,
    model,
    pool,
    queue,
    reader,
    limits,
    held,
    metrics,
    log,
    tokens,
    corsOrigins,
    isStopping,
  })
  const server = await listen(app.fetch as Fetch, options, limits).catch(async (error) => {
    await pool.dispose()
    throw error
  })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${port}`,
    async stop(milliseconds) {
      stopping = true
      const isClean = await drain(server, milliseconds)
      await pool.dispose()
      return isClean
    },
  }
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch']

async function listen(fetch: Fetch, { host, port }: StartOptions, limits: ServiceLimits): Promise<HttpServer> {
  const serverOptions: ServerOptions = {
    headersTimeout: HEADER_MILLISECONDS,
    requestTimeout: limits.milliseconds + HEADER_MILLISECONDS,
    keepAliveTimeout: IDLE_MILLISECONDS,
    connectionsCheckingInterval: 1000,
  }
  const server = createAdaptorServer({ fetch, serverOptions, overrideGlobalObjects: false }) as HttpServer
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}

/**
 * Closes what listens first, and connections when they have been answered. An HTTP server's own `close` cuts those that are
 * idle at once, and with them requests that are on their way.
 */
async function drain(server: HttpServer, milliseconds: number): Promise<boolean> {
  const closed = new Promise<true>((resolve) => Server.prototype.close.call(server, () => resolve(true)))
  const timers: NodeJS.Timeout[] = []
  const after = (time: number) => new Promise<false>((resolve) => timers.push(setTimeout(() => resolve(false), time)))
  const idle = setInterval(() => server.closeIdleConnections(), LINGER_MILLISECONDS)
  const isClean = await Promise.race([closed, after(milliseconds)])
  clearInterval(idle)
  for (const timer of timers) clearTimeout(timer)
  server.closeAllConnections()
  server.close()
  return isClean
}

/** The first word takes longest: the runtime's memory grows, and the words that are expected are read. */
async function warmUp(recognizer: SceneTextRecognizer): Promise<BatchReader> {
  const [width, height] = [100, 32]
  const data = Uint8Array.from({ length: width * height * 3 }, (_, place) => (place * 7919) % 251)
  await recognizer.recognize({ width, height, data })
  return recognizer
}

async function describeModel(load: StartOptions['load']): Promise<ModelDescription> {
  const { model = 'tiny', decoder = 'attention', preset } = load
  const isPackaged = (packagedModels as readonly string[]).includes(model)
  // Where a file lies is nobody's business.
  const id = isPackaged ? model : basename(model, extname(model))
  if (model.endsWith('.onnx'))
    return { id, decoder, precision: 'float32', parameters: null, characters: null, maximumLength: null }
  const file = await readWeightsFile({ model, ...(preset !== undefined && { preset }) })
  const { settings, weights } = file
  return {
    id,
    decoder,
    precision: precisionOf(file, load),
    parameters: [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    characters: createCharset(settings.furtherCharacters).spellings.join(''),
    maximumLength: settings.maximumLength,
  }
}

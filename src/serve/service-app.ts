/** The service's routes, and what every request passes on its way to them. */

import type { HttpBindings } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { type RequestIdVariables, requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from 'pino'
import { describeService, type ModelDescription, serviceDocument } from './describe-service.ts'
import { DOCS_POLICY, docsPage, type ShownDocument } from './docs-page.ts'
import type { ImageAnswer, ImageFailure, ImageQueue, PhotographReader } from './image-queue.ts'
import type { ServiceMetrics } from './metrics.ts'
import { Problem, problemResponse } from './problem.ts'
import { type HeldBytes, readBody } from './read-body.ts'
import type { RecognizerPool } from './recognizer-pool.ts'
import { requestImages } from './request-images.ts'
import { READY_SHARE, type ServiceLimits } from './service-limits.ts'
import { OptionCheck, photographOptions, type ServiceOptions, serviceOptions } from './service-options.ts'
import { tokenCheck } from './tokens.ts'
import { withinTime } from './within-time.ts'

export interface AppParts {
  readonly version: string
  readonly model: ModelDescription
  readonly pool: RecognizerPool
  readonly queue: ImageQueue
  /** Where there is one, `/v1/read` is a route. */
  readonly reader: PhotographReader | null
  readonly limits: ServiceLimits
  readonly held: HeldBytes
  readonly metrics: ServiceMetrics
  readonly log: Logger
  /** None: everybody may ask. */
  readonly tokens: readonly string[]
  /** None: no page of another origin may ask. */
  readonly corsOrigins: readonly string[]
  /** Whether the service takes no more connections. */
  readonly isStopping: () => boolean
}

export interface ServiceEnvironment {
  readonly Bindings: HttpBindings
  readonly Variables: RequestIdVariables & { images?: number; refused?: number }
}

type Asked = Parameters<ImageQueue['recognize']>[0]

export function serviceApp(parts: AppParts): OpenAPIHono<ServiceEnvironment> {
  const { model, pool, queue, reader, limits, metrics, tokens, corsOrigins, isStopping } = parts
  const app = new OpenAPIHono<ServiceEnvironment>()
  app.use(requestId({ limitLength: 100 }), watched(parts), secureHeaders(SECURITY))
  if (corsOrigins.length > 0)
    app.use(cors({ origin: [...corsOrigins], exposeHeaders: ['X-Request-Id', 'Retry-After'] }))
  if (tokens.length > 0) {
    const guard = bearerAuth({ verifyToken: tokenCheck(tokens), realm: 'safl' })
    for (const path of ['/v1/*', '/metrics']) app.use(path, guard)
  }

  app.post(
    '/v1/recognize',
    answering(parts, serviceOptions, (asked) => queue.recognize(asked)),
  )
  if (reader)
    app.post(
      '/v1/read',
      answering(parts, photographOptions, (asked) => queue.read(asked)),
    )
  app.get('/v1/models', (c) => c.json({ models: [model] }))
  app.get('/health', (c) => {
    if (pool.alive === 0) throw new Problem('unready', 'no worker is left that could read')
    return c.json({ status: 'alive' })
  })
  app.get('/ready', (c) => {
    if (isStopping()) throw new Problem('unready', 'the service is stopping')
    if (pool.alive === 0) throw new Problem('unready', 'no worker can read now')
    if (queue.length > limits.queue * READY_SHARE) throw new Problem('unready', `${queue.length} images wait`)
    return c.json({ status: 'ready' })
  })
  app.get('/metrics', async (c) =>
    c.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )

  const described = { version: parts.version, limits, hasReader: reader !== null, hasTokens: tokens.length > 0 }
  describeService(app, described)
  const document = serviceDocument(app, described)
  const page = docsPage(document as ShownDocument)
  app.get('/openapi.json', (c) => c.json(document))
  app.get('/docs', (c) => {
    c.header('content-security-policy', DOCS_POLICY)
    return c.html(page)
  })

  app.notFound((c) =>
    problemResponse(
      new Problem('not-found', 'there is no such route: GET /docs says which there are'),
      c.get('requestId'),
    ),
  )
  app.onError((error, c) => {
    const problem = asProblem(error)
    if (problem.code === 'internal') parts.log.error({ requestId: c.get('requestId'), err: error }, 'failed')
    return problemResponse(problem, c.get('requestId'))
  })
  return app
}

const SECURITY: Parameters<typeof secureHeaders>[0] = {
  // The page's own policy stays.
  overwrite: false,
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  // Whether the service is reached by TLS, whoever stands before it knows.
  strictTransportSecurity: false,
}

/** A route that reads images: its body within the limits, its options checked, one answer an image. */
function answering<Reading extends object>(
  { limits, held, queue, model, metrics }: AppParts,
  schema: typeof serviceOptions | typeof photographOptions,
  read: (asked: Asked) => Promise<ImageAnswer<Reading>[]>,
) {
  const options = new OptionCheck(schema)
  return async (c: Context<ServiceEnvironment>): Promise<Response> => {
    // Before anything of the body is read.
    queue.refuseBeyond(1)
    const gone = c.req.raw.signal
    return withinTime({ milliseconds: limits.milliseconds, gone }, async (signal) => {
      const body = readBody(c.req.raw, { limits, held, signal })
      try {
        const type = c.req.header('content-type') ?? ''
        const given = await requestImages(await body.bytes, type, limits.images)
        const checked: ServiceOptions = options.check(given.options)
        const images = await read({ images: given.images, options: checked, signal })
        const refused = images.filter((image) => 'error' in (image as Partial<ImageFailure>)).length
        metrics.words.inc(images.length - refused)
        metrics.refused.inc(refused)
        c.set('images', images.length)
        c.set('refused', refused)
        return c.json({ model: model.id, images })
      } finally {
        body.free()
      }
    })
  }
}

/** Counts and logs every request: by its route, never by what it sent. */
function watched({ metrics, log, isStopping }: AppParts): MiddlewareHandler<ServiceEnvironment> {
  return async (c, next) => {
    const start = performance.now()
    await next()
    const seconds = (performance.now() - start) / 1000
    const { status } = c.res
    const route = routes.has(c.req.path) && status !== 404 ? c.req.path : 'none'
    const { method } = c.req
    metrics.requests.inc({ route, method: methods.has(method) ? method : 'OTHER', status })
    metrics.seconds.observe({ route }, seconds)
    if (isStopping()) c.header('connection', 'close')
    const { images, refused } = c.var
    log[quiet.has(route) ? 'debug' : 'info'](
      { requestId: c.get('requestId'), method, route, status, seconds: Number(seconds.toFixed(4)), images, refused },
      'answered',
    )
  }
}

const routes: ReadonlySet<string> = new Set([
  '/v1/recognize',
  '/v1/read',
  '/v1/models',
  '/health',
  '/ready',
  '/metrics',
  '/openapi.json',
  '/docs',
])
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS'])
/** Asked every few seconds. */
const quiet: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics'])

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException && (error.status === 401 || error.status === 400)) {
    const challenge = error.res?.headers.get('www-authenticate') ?? 'Bearer'
    return new Problem('unauthorized', 'a bearer token of this service is needed', {
      headers: { 'www-authenticate': challenge },
    })
  }
  return new Problem('internal', 'something went wrong in the service')
}

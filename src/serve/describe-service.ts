/** The service's description (OpenAPI 3.1): routes, bodies and answers, from the schemas that requests are checked by. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Env } from 'hono'
import type { ServiceLimits } from './service-limits.ts'
import { photographOptions, serviceOptions } from './service-options.ts'

const probability = z.number().min(0).max(1)
const name = z.string().optional().describe('The file name that came with it.')

const failure = z
  .object({ name, error: z.object({ code: z.literal('image'), message: z.string() }) })
  .openapi('ImageError', { description: 'Why this image could not be read; the others are.' })

const recognition = z
  .object({
    name,
    text: z.string(),
    confidence: probability.describe('Probability that the image shows this text.'),
    characters: z.array(
      z.object({
        character: z.string(),
        probability,
        alternatives: z.array(z.object({ character: z.string(), probability })).optional(),
      }),
    ),
    alternatives: z
      .array(z.object({ text: z.string(), confidence: probability }))
      .optional()
      .describe('Other words that it may be; when asked for.'),
    turned: z.int().describe('By how many degrees clockwise the image was turned to be read.'),
  })
  .openapi('Recognition')

const photograph = z.looseObject({ name, text: z.string() }).openapi('Photograph', {
  description: 'Its text, its lines and its words, each with its quadrilateral in pixels.',
})

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    option: z.string().optional().describe('The option that is wrong.'),
    requestId: z.string(),
  })
  .openapi('Problem', { description: 'RFC 9457.' })

const model = z
  .object({
    id: z.string(),
    decoder: z.string(),
    precision: z.string(),
    parameters: z.int().nullable(),
    characters: z.string().nullable().describe('What it can spell.'),
    maximumLength: z.int().nullable().describe('Characters of its longest word.'),
  })
  .openapi('Model')

export type ModelDescription = z.infer<typeof model>

const problems = (statuses: Readonly<Record<number, string>>) =>
  Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: problem } } },
    ]),
  )

const json = (schema: z.ZodType, description: string) => ({
  200: { description, content: { 'application/json': { schema } } },
})
const security = [{ bearer: [] }]

interface Described {
  readonly version: string
  readonly limits: ServiceLimits
  readonly hasReader: boolean
  readonly hasTokens: boolean
}

function describeReading<E extends Env>(
  app: OpenAPIHono<E>,
  { path, summary, options, reading }: { path: string; summary: string; options: z.ZodObject; reading: z.ZodType },
  { limits, hasTokens }: Described,
): void {
  const form = z.object({
    files: z.array(z.any().openapi({ type: 'string', format: 'binary' })).describe('The images, a part each.'),
    ...options.shape,
  })
  const body = z.object({ images: z.array(z.string()).describe('The images in base64.'), ...options.shape })
  app.openAPIRegistry.registerPath({
    method: 'post',
    path,
    summary,
    description: `At most ${limits.images} images of ${limits.pixels} pixels each and ${limits.bodyBytes} bytes in all, answered within ${limits.milliseconds / 1000} s. PNG, JPEG, WebP, GIF, TIFF, BMP and AVIF are read. An image that cannot be read has an error in its place.`,
    ...(hasTokens && { security }),
    request: {
      body: {
        required: true,
        content: { 'multipart/form-data': { schema: form }, 'application/json': { schema: body } },
      },
    },
    responses: {
      ...json(
        z.object({ model: z.string(), images: z.array(z.union([reading, failure])) }),
        'One answer an image, in their order.',
      ),
      ...problems({
        400: 'An option that there is not, or a damaged body.',
        ...(hasTokens && { 401: 'No token, or a wrong one.' }),
        408: 'The body did not come in time.',
        413: 'Too many bytes, or too many images.',
        415: 'Neither a form nor JSON.',
        503: 'More waits than may, or the time is over: ask again after the seconds of Retry-After.',
      }),
    },
  })
}

/** Puts all routes into the app's registry. */
export function describeService<E extends Env>(app: OpenAPIHono<E>, described: Described): void {
  const { hasReader, hasTokens } = described
  if (hasTokens) app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  describeReading(
    app,
    { path: '/v1/recognize', summary: 'Reads crops of words.', options: serviceOptions, reading: recognition },
    described,
  )
  if (hasReader)
    describeReading(
      app,
      { path: '/v1/read', summary: 'Reads photographs.', options: photographOptions, reading: photograph },
      described,
    )
  const get = (path: string, summary: string, responses: object, guarded = false) =>
    app.openAPIRegistry.registerPath({
      method: 'get',
      path,
      summary,
      ...(guarded && hasTokens && { security }),
      responses: responses as Record<number, { description: string }>,
    })
  const status = z.object({ status: z.string() })
  const text = (type: string, description: string) => ({
    200: { description, content: { [type]: { schema: z.string() } } },
  })
  get('/v1/models', 'The model that reads.', json(z.object({ models: z.array(model) }), 'What it can.'), true)
  get('/health', 'Whether the service is alive.', {
    ...json(status, 'It is.'),
    ...problems({ 503: 'No worker is left that could read: start it anew.' }),
  })
  get('/ready', 'Whether the service takes more work.', {
    ...json(status, 'It does.'),
    ...problems({ 503: 'It is stopping, or much waits already.' }),
  })
  get('/metrics', 'What is counted, for Prometheus.', text('text/plain', 'Its text format.'), true)
  get('/openapi.json', 'This description.', json(z.looseObject({}), 'OpenAPI 3.1.'))
  get('/docs', 'This description as a page.', text('text/html', 'A page.'))
}

export function serviceDocument<E extends Env>(app: OpenAPIHono<E>, { version }: Described): object {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'SAFL', version, description: 'Reads words in images. docs/service.md says how it is run.' },
  })
}

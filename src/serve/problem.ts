/** What a request is refused with: problem details (RFC 9457). */

export type ProblemCode =
  /** An option, or a value of one, that there is not. */
  | 'option'
  /** A body that is not what its type says, or holds no image. */
  | 'body'
  | 'unauthorized'
  | 'not-found'
  /** A body that did not come within the time of a request. */
  | 'slow'
  /** A body, or a number of images, above the limit. */
  | 'too-large'
  | 'media-type'
  /** Whoever asked has left; nobody sees this one. */
  | 'gone'
  /** The queue is full. */
  | 'busy'
  /** The request was not answered within its time. */
  | 'timeout'
  /** The service cannot read now, and says so to whoever looks after it. */
  | 'unready'
  | 'internal'

const statuses = {
  option: 400,
  body: 400,
  unauthorized: 401,
  'not-found': 404,
  slow: 408,
  'too-large': 413,
  'media-type': 415,
  gone: 499,
  busy: 503,
  timeout: 503,
  unready: 503,
  internal: 500,
} as const satisfies Record<ProblemCode, number>

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

interface ProblemDetails {
  /** The option that is wrong. */
  readonly option?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly details: ProblemDetails

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}) {
    super(message)
    this.code = code
    this.status = statuses[code]
    this.details = details
  }
}

export function problemResponse({ code, status, message, details }: Problem, requestId: string): Response {
  const { option, headers } = details
  // What comes slowly is not waited for. Of what is too large the server reads on for half a second, and throws it away:
  // a connection that is closed while its client sends may take the answer along.
  const ends = status === 408
  return new Response(
    JSON.stringify({
      type: 'about:blank',
      title: titles[status],
      status,
      detail: message,
      code,
      ...(option !== undefined && { option }),
      requestId,
    }),
    {
      status,
      headers: {
        'content-type': 'application/problem+json',
        'x-request-id': requestId,
        ...(ends && { connection: 'close' }),
        ...headers,
      },
    },
  )
}

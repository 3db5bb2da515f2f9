/** What looks after a worker asks over HTTP: whether it is alive, whether it has its queue, and how long the queue is. (Node) */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

export interface WatchOptions {
  readonly redis: Redis
  readonly queue: string
  readonly host: string
  /** 0: one that is free. */
  readonly port: number
}

export interface WorkWatch {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const JSON_TYPE = 'application/json'
/** Of Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const said = (status: number, text: string): Answer => ({
  status,
  type: JSON_TYPE,
  text: JSON.stringify({ status: text }),
})

/** `GET /health`, `/ready` and `/metrics` (BullMQ's own counts). Rejects where the port cannot be listened at. */
export async function watchWork({ redis, queue: name, host, port }: WatchOptions): Promise<WorkWatch> {
  const queue = new Queue(name, { connection: redis })
  queue.on('error', () => {})
  // A client that waits for its server would keep who asks waiting, too.
  const isThere = () => redis.status === 'ready'
  const away = said(503, 'the queue cannot be reached')
  const routes: Readonly<Record<string, () => Promise<Answer>>> = {
    // A worker whose queue is away waits for it: to start it anew would not help.
    '/health': async () => said(200, 'alive'),
    '/ready': async () => (isThere() ? said(200, 'ready') : away),
    '/metrics': async () =>
      isThere() ? { status: 200, type: METRICS_TYPE, text: `${await queue.exportPrometheusMetrics()}\n` } : away,
  }
  const server = createServer(async ({ url = '', method }, response) => {
    const [path] = url.split('?') as [string]
    const route = method === 'GET' && Object.hasOwn(routes, path) ? routes[path] : undefined
    const answer =
      route === undefined ? said(404, 'there are /health, /ready and /metrics') : await route().catch(() => away)
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.text)
  })
  try {
    await new Promise<void>((listening, reject) => server.once('error', reject).listen(port, host, listening))
  } catch (error) {
    await queue.close()
    throw error
  }
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await queue.close()
    },
  }
}

/** What a service counts, for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Gauges {
  /** Images that are taken and not answered yet. */
  readonly queue: () => number
  readonly heldBytes: () => number
  readonly workers: () => number
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** In a registry of its own; event-loop lag and resident memory are among the defaults of the library. */
export function serviceMetrics({ queue, heldBytes, workers }: Gauges) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge('safl_queue_images', 'Images that are taken and not answered yet', queue)
  gauge('safl_held_bytes', 'Bytes of the bodies that are held', heldBytes)
  gauge('safl_workers', 'Workers that can read', workers)
  return {
    registry,
    requests: new Counter({
      name: 'safl_requests_total',
      help: 'Requests that were answered',
      labelNames: ['route', 'method', 'status'] as const,
      registers,
    }),
    seconds: new Histogram({
      name: 'safl_request_seconds',
      help: 'From the headers of a request to its answer',
      labelNames: ['route'] as const,
      buckets: SECONDS,
      registers,
    }),
    words: new Counter({ name: 'safl_words_read_total', help: 'Images whose word was read', registers }),
    refused: new Counter({ name: 'safl_images_refused_total', help: 'Images that could not be read', registers }),
    batchImages: new Histogram({
      name: 'safl_batch_images',
      help: 'Images that were read together',
      buckets: [1, 2, 4, 8, 16],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'safl_batch_seconds',
      help: 'How long images that were read together took',
      buckets: SECONDS,
      registers,
    }),
  }
}

export type ServiceMetrics = ReturnType<typeof serviceMetrics>

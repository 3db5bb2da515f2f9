/** The connection to Redis or Valkey. (Node) */
import { Redis } from 'ioredis'

/** Commands of people fail where the server is away for longer; workers wait for it, however long. */
const TRIES = 12
const CONNECT_MILLISECONDS = 5_000

/** How long to wait before the next try, milliseconds. */
const pause = (times: number) => Math.min(100 * 2 ** times, 2_000)

/**
 * Rejects, in one line, an address that is none and a server that cannot be reached. `patient`: a later loss of the connection
 * is waited out.
 */
export async function connectRedis(address: string, { patient }: { readonly patient: boolean }): Promise<Redis> {
  const shown = checkAddress(address)
  let isOpen = false
  const redis = new Redis(address, {
    lazyConnect: true,
    connectTimeout: CONNECT_MILLISECONDS,
    maxRetriesPerRequest: patient ? null : TRIES,
    retryStrategy: (times) => (isOpen ? pause(times) : null),
  })
  // Who asks hears of it; without a listener the client prints every try.
  let reason: NodeJS.ErrnoException | null = null
  redis.on('error', (error) => {
    reason = error
  })
  try {
    await redis.connect()
    await redis.ping()
    isOpen = true
    return redis
  } catch (error) {
    redis.disconnect()
    const { code, message } = reason ?? (error as NodeJS.ErrnoException)
    throw new Error(
      `--redis ${shown}: cannot be reached (${code ?? message}); start Redis or Valkey there, or name another by --redis or SAFL_REDIS`,
    )
  }
}

/** The address as messages show it, without a password. */
function checkAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new Error(`--redis ${hidden(address)}: is no address of Redis or Valkey, such as redis://127.0.0.1:6379`)
  url.username = ''
  url.password = ''
  return url.href
}

const hidden = (address: string) => address.replace(/\/\/.*@/, '//…@')

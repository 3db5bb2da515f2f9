/** Packages that few need: npm does not install them with this one, but where they are asked for by name. (Node) */
import { createRequire } from 'node:module'

/** What pictures of synthetic words, and Windows' bitmaps, are drawn with. */
export const CANVAS = ['@napi-rs/canvas'] as const
/** What plots are drawn with. */
export const PLOTS = ['vega', 'vega-lite'] as const

/** What `safl serve` answers, counts and logs with. */
export const SERVICE = ['hono', '@hono/node-server', '@hono/zod-openapi', 'prom-client', 'pino'] as const

/** What `safl queue` keeps its jobs with. */
export const QUEUE = ['bullmq', 'ioredis'] as const

/** What `safl train --distributed mpi` calls Open MPI through. */
export const MPI = ['koffi'] as const

/** Throws where one of the packages is missing; `what` needs them. */
export function requirePackages(what: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name))
  if (missing.length > 0) throw new Error(needs(what, missing))
}

/** Says how to install what is missing. */
export function needs(what: string, missing: readonly string[]): string {
  return `${what} needs ${new Intl.ListFormat('en-GB').format(missing)}: npm install ${missing.join(' ')}`
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch (error) {
    // Of a package of ES modules alone it is said that it cannot be required.
    return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND'
  }
}

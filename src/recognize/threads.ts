/** How many threads read: no more than there are cores for them. (Node) */
import { availableParallelism, cpus } from 'node:os'

/**
 * The threads that were asked for, as far as this process may use cores; a warning says where that is fewer. Those of no
 * wish are the runtime's own choice, one a core, unless the process is held to some of the cores, which the runtime does not see.
 */
export function threadsOf({ threads }: { readonly threads?: number | undefined }): { threads?: number } {
  const cores = availableParallelism()
  if (threads === undefined) return cores < cpus().length ? { threads: cores } : {}
  if (threads <= cores) return { threads }
  console.warn(`safl: threads: ${threads} is more than the cores there are: ${cores} are used`)
  return { threads: cores }
}

/** The finder that a caller names or gives, checked where it comes in. */
import { SaflError } from '../error.ts'
import { shown } from '../recognize/check-options.ts'

/** Throws where it is neither where weights lie, nor something that finds, nor null or absent. */
export function checkFinder(finder: unknown): void {
  const isPlace = typeof finder === 'string' || Object.prototype.toString.call(finder) === '[object URL]'
  if (finder === undefined || finder === null || isPlace) return
  const { find, dispose } = finder as { find?: unknown; dispose?: unknown }
  if (typeof find === 'function' && typeof dispose === 'function') return
  throw new SaflError(
    'option',
    `finder: ${shown(finder)} finds nothing: give where its weights lie, something with find(image) and dispose(), or null`,
  )
}

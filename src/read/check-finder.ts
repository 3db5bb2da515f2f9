/** The finder that a caller names or gives, checked where it comes in. */
import { SaflError } from '../error.ts'
import type { Finder } from '../find/finder.ts'
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

/** Of a finder that was checked: whether it is one, not the place of its weights. */
export function isFinder(finder: string | URL | Finder | null | undefined): finder is Finder {
  return typeof finder === 'object' && finder !== null && 'find' in finder
}
